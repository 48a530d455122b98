package dev.kalends.analyze;

import dev.kalends.sql.Identifier;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Some rows of a table, as text, from pages picked at random.
///
/// @param columns in the order of each row's values
record Sample(List<Identifier> columns, List<List<@Nullable String>> rows) {
    static final Sample EMPTY = new Sample(List.of(), List.of());

    Sample {
        columns = List.copyOf(columns);
        rows = List.copyOf(rows);
    }

    int size() {
        return rows.size();
    }

    /// The values of a column, those that are NULL left out.
    List<String> values(Identifier column) {
        List<String> values = new ArrayList<>();
        int at = columns.indexOf(column);
        for (List<@Nullable String> row : rows) {
            String value = at < 0 ? null : row.get(at);
            if (value != null) {
                values.add(value);
            }
        }
        return values;
    }

    /// The values of two columns, side by side, where neither is NULL.
    List<Pair> pairs(Identifier first, Identifier second) {
        List<Pair> pairs = new ArrayList<>();
        int one = columns.indexOf(first);
        int two = columns.indexOf(second);
        for (List<@Nullable String> row : rows) {
            String left = one < 0 ? null : row.get(one);
            String right = two < 0 ? null : row.get(two);
            if (left != null && right != null) {
                pairs.add(new Pair(left, right));
            }
        }
        return pairs;
    }

    record Pair(String first, String second) {}
}
