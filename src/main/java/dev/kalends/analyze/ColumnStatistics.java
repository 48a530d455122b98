package dev.kalends.analyze;

import dev.kalends.sql.Identifier;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What ANALYZE found in one column.
///
/// @param nullFraction 0 to 1
/// @param correlation between the values' order and the rows' place on disk, -1 to 1; null if
///   unknown
/// @param histogram values that divide the rows into equal parts, as text; empty if there are none
record ColumnStatistics(
        Identifier column,
        double nullFraction,
        @Nullable Double correlation,
        List<String> histogram) {
    ColumnStatistics {
        histogram = List.copyOf(histogram);
    }

    static ColumnStatistics none(Identifier column) {
        return new ColumnStatistics(column, 0, null, List.of());
    }
}
