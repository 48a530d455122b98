package dev.kalends.archive.cold;

import dev.kalends.archive.duckdb.QueryEngine;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A column of an archived table as queries see it.
///
/// @param type DuckDB's
record ViewColumn(String name, String type) {
    private static final Pattern DECIMAL = Pattern.compile("DECIMAL\\((\\d+),(\\d+)\\)");
    private static final int DIGITS_MAX = 38;
    private static final List<String> INTEGERS = List.of("SMALLINT", "INTEGER", "BIGINT");
    private static final String TEXT = "VARCHAR";

    /// The type that holds the values of both; text, where only text can say both.
    static String common(String one, String other) {
        if (one.equals(other)) {
            return one;
        }
        if (INTEGERS.contains(one) && INTEGERS.contains(other)) {
            return INTEGERS.get(Math.max(INTEGERS.indexOf(one), INTEGERS.indexOf(other)));
        }
        Matcher first = DECIMAL.matcher(one);
        Matcher second = DECIMAL.matcher(other);
        if (first.matches() && second.matches()) {
            int scale = Math.max(number(first, 2), number(second, 2));
            int whole =
                    Math.max(
                            number(first, 1) - number(first, 2),
                            number(second, 1) - number(second, 2));
            return whole + scale <= DIGITS_MAX
                    ? "DECIMAL(%d,%d)".formatted(whole + scale, scale)
                    : TEXT;
        }
        return TEXT;
    }

    private static int number(Matcher matcher, int group) {
        return Integer.parseInt(matcher.group(group));
    }

    /// From a file's column.
    ///
    /// @param fileType what it is there
    String from(String column, String fileType) {
        String source = QueryEngine.quoted(column);
        if (fileType.equals(type)) {
            return source;
        }
        if (!type.equals(TEXT)) {
            return "CAST(%s AS %s)".formatted(source, type);
        }
        if (fileType.equals("BLOB")) {
            return "'\\x' || lower(hex(%s))".formatted(source);
        }
        if (DECIMAL.matcher(fileType).matches()) {
            // Where all digits are decimals, DuckDB leaves the 0 before the point out.
            return "regexp_replace(CAST(%s AS VARCHAR), '^(-?)\\.', '\\10.')".formatted(source);
        }
        return "CAST(%s AS VARCHAR)".formatted(source);
    }

    /// Where a file has no such column.
    String missing() {
        return "CAST(NULL AS %s)".formatted(type);
    }
}
