package dev.kalends.archive.duckdb;

import dev.kalends.archive.manifest.Manifest.Column;
import dev.kalends.archive.manifest.Manifest.Form;
import dev.kalends.failure.FailureCode;
import dev.kalends.failure.KalendsException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A column of a Parquet file: the statements in DuckDB's SQL that write and read it.
final class ParquetColumn {
    private static final Pattern NUMERIC = Pattern.compile("numeric\\((\\d+)(?:,(\\d+))?\\)");

    private final String name;
    private final Form form;
    private final String type;

    ParquetColumn(Column column) {
        this.name = quoted(column.name());
        this.form = column.form();
        this.type = column.type();
    }

    Form form() {
        return form;
    }

    static String quoted(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }

    /// `numeric(p,s)` as DuckDB writes it.
    private String decimal() {
        Matcher matcher = NUMERIC.matcher(type);
        if (!matcher.matches()) {
            throw new KalendsException(
                    FailureCode.ARCHIVE_DAMAGED,
                    "Column %s is said to be a decimal, and its type is %s.".formatted(name, type),
                    "Nothing was changed.",
                    "Bring the manifest back from a version or a replica of the store.");
        }
        return "DECIMAL(%s,%s)"
                .formatted(matcher.group(1), matcher.group(2) == null ? "0" : matcher.group(2));
    }

    /// Its type to DuckDB.
    String fileType() {
        return switch (form) {
            case BOOLEAN -> "BOOLEAN";
            case INT16 -> "SMALLINT";
            case INT32 -> "INTEGER";
            case INT64 -> "BIGINT";
            case FLOAT -> "FLOAT";
            case DOUBLE -> "DOUBLE";
            case TEXT, PRINTED -> "VARCHAR";
            case BYTES -> "BLOB";
            case DATE -> "DATE";
            case TIMESTAMP -> "TIMESTAMP";
            case INSTANT -> "TIMESTAMP WITH TIME ZONE";
            case UUID -> "UUID";
            case DECIMAL -> decimal();
        };
    }

    /// What the source delivers for it: numbers as they are, days and microseconds as integers, all
    /// else as text.
    String sourceType() {
        return switch (form) {
            case BOOLEAN -> "BOOLEAN";
            case INT16 -> "SMALLINT";
            case INT32, DATE -> "INTEGER";
            case INT64, TIMESTAMP, INSTANT -> "BIGINT";
            case FLOAT -> "FLOAT";
            case DOUBLE -> "DOUBLE";
            case TEXT, BYTES, UUID, DECIMAL, PRINTED -> "VARCHAR";
        };
    }

    /// From the source's column to the file's.
    ///
    /// @param source name of the source's column
    String written(String source) {
        String value =
                switch (form) {
                    case BOOLEAN, INT16, INT32, INT64, FLOAT, DOUBLE, TEXT, PRINTED -> source;
                    case BYTES -> "unhex(%s)".formatted(source);
                    case UUID -> "CAST(%s AS UUID)".formatted(source);
                    case DECIMAL -> "CAST(%s AS %s)".formatted(source, decimal());
                    case DATE ->
                            """
                            CASE %1$s WHEN 2147483647 THEN DATE 'infinity' WHEN -2147483648 THEN DATE '-infinity'
                              ELSE DATE '1970-01-01' + %1$s END\
                            """
                                    .formatted(source);
                    case TIMESTAMP -> timestamp(source);
                    case INSTANT -> "CAST(%s AS TIMESTAMPTZ)".formatted(timestamp(source));
                };
        return "%s AS %s".formatted(value, name);
    }

    private static String timestamp(String source) {
        return """
        CASE %1$s WHEN 9223372036854775807 THEN TIMESTAMP 'infinity' WHEN -9223372036854775808 THEN TIMESTAMP '-infinity'
          ELSE make_timestamp(%1$s) END\
        """
                .formatted(source);
    }

    /// From the file's column to what is delivered.
    String read() {
        return switch (form) {
            case BOOLEAN, INT16, INT32, INT64, FLOAT, DOUBLE, TEXT, PRINTED -> name;
            case BYTES -> "lower(hex(%s))".formatted(name);
            case UUID, DECIMAL -> "CAST(%s AS VARCHAR)".formatted(name);
            case DATE ->
                    """
                    CASE WHEN isfinite(%1$s) THEN CAST(%1$s - DATE '1970-01-01' AS INTEGER)
                         WHEN %1$s > DATE '2000-01-01' THEN 2147483647 WHEN %1$s IS NOT NULL THEN -2147483648 END\
                    """
                            .formatted(name);
            case TIMESTAMP -> micros("TIMESTAMP");
            case INSTANT -> micros("TIMESTAMPTZ");
        };
    }

    private String micros(String zoned) {
        return """
        CASE WHEN isfinite(%1$s) THEN epoch_us(%1$s)
             WHEN %1$s > %2$s '2000-01-01 00:00:00' THEN 9223372036854775807
             WHEN %1$s IS NOT NULL THEN -9223372036854775808 END\
        """
                .formatted(name, zoned);
    }
}
