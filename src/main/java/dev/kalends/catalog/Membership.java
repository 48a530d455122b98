package dev.kalends.catalog;

import dev.kalends.sql.Identifier;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// That a publication publishes the table.
///
/// @param columns the published ones; empty for all
/// @param filter which rows are published, in parentheses; null for all
public record Membership(
        Identifier publication,
        Scope scope,
        Root root,
        List<Identifier> columns,
        @Nullable String filter,
        Identifier owner,
        Reach reach) {
    public Membership {
        columns = List.copyOf(columns);
    }

    /// What the publication was made for.
    public enum Scope {
        TABLE,
        SCHEMA,
        ALL_TABLES
    }

    /// Whether changes of partitions are published as changes of the partitioned table
    /// (`publish_via_partition_root`).
    public enum Root {
        PUBLISHED_AS_ROOT,
        PUBLISHED_AS_PARTITION
    }
}
