package dev.kalends.catalog;

import dev.kalends.sql.Identifier;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a new partition is made after: a sibling, or the partitioned table itself while it has
/// none.
///
/// @param columns what its columns have that `LIKE` of the partitioned table would not give
/// @param accessMethod null for the server's default
/// @param partitionKey how it is cut in turn, as `pg_get_partkeydef` prints it; null if it is not
/// @param children its own partitions, if it is cut
public record LeafModel(
        TableFacts facts,
        List<ColumnLook> columns,
        @Nullable String accessMethod,
        @Nullable String partitionKey,
        List<Child> children) {
    public LeafModel {
        columns = List.copyOf(columns);
        children = List.copyOf(children);
    }

    /// @param storage as after `SET STORAGE`; null where it is the partitioned table's
    /// @param compression as after `SET COMPRESSION`; null where it is the partitioned table's
    public record ColumnLook(
            Identifier column,
            @Nullable String storage,
            @Nullable String compression,
            @Nullable String comment) {}

    /// @param bounds as the server prints them
    public record Child(String bounds, LeafModel model) {}
}
