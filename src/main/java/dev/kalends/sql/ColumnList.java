package dev.kalends.sql;

import java.util.List;

/// The first list in parentheses of a definition that the server printed: the columns of `PRIMARY
/// KEY (id)`, `UNIQUE NULLS NOT DISTINCT (a, b)` or `btree (lower(a)) WHERE (b > 0)`.
public final class ColumnList {
    private ColumnList() {}

    /// The definition with more columns at the end of its list.
    ///
    /// @throws IllegalArgumentException if it has no list
    public static String widened(String definition, List<Identifier> columns) {
        if (columns.isEmpty()) {
            return definition;
        }
        int end = end(definition);
        StringBuilder more = new StringBuilder();
        columns.forEach(column -> more.append(", ").append(column.render()));
        return definition.substring(0, end) + more + definition.substring(end);
    }

    /// Where the parenthesis that closes the list stands.
    private static int end(String definition) {
        int depth = 0;
        char quote = 0;
        for (int i = 0; i < definition.length(); i++) {
            char c = definition.charAt(i);
            if (quote != 0) {
                // A doubled quote closes and opens again, which comes to the same.
                quote = c == quote ? 0 : quote;
            } else if (c == '"' || c == '\'') {
                quote = c;
            } else if (c == '(') {
                depth++;
            } else if (c == ')') {
                depth--;
                if (depth == 0) {
                    return i;
                }
            }
        }
        throw new IllegalArgumentException("Cannot find the columns of " + definition);
    }
}
