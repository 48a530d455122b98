package dev.kalends.config;

import dev.kalends.sql.Identifier;
import java.util.HashSet;
import java.util.List;

/// How rows lie within a partition.
///
/// @param clusterBy columns by which rows are sorted when they are copied; empty to leave them as
///   they come
public record LayoutConfig(List<Identifier> clusterBy) {
    /// As many columns as an index may have (`INDEX_MAX_KEYS`).
    static final int COLUMNS_MAX = 32;

    public LayoutConfig {
        clusterBy = List.copyOf(clusterBy);
        if (clusterBy.size() > COLUMNS_MAX) {
            throw new IllegalArgumentException(
                    "Cannot cluster by %d columns: at most %d are allowed"
                            .formatted(clusterBy.size(), COLUMNS_MAX));
        }
        if (new HashSet<>(clusterBy).size() < clusterBy.size()) {
            throw new IllegalArgumentException(
                    "Cannot cluster by %s: a column is named twice".formatted(clusterBy));
        }
    }

    public static LayoutConfig defaults() {
        return new LayoutConfig(List.of());
    }
}
