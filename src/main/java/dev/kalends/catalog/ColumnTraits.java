package dev.kalends.catalog;

import dev.kalends.sql.Identifier;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a column has that `LIKE` does not copy.
///
/// @param statisticsTarget null for the default
/// @param options `n_distinct=…` and `n_distinct_inherited=…`, no others
public record ColumnTraits(
        Identifier column,
        @Nullable Long statisticsTarget,
        List<String> options,
        List<Grant> grants) {
    public ColumnTraits {
        options = List.copyOf(options);
        grants = List.copyOf(grants);
    }
}
