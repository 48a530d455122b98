package dev.kalends.catalog;

import dev.kalends.sql.Identifier;
import java.util.List;

/// @param equalColumns those that it compares by equality
public record ExclusionConstraint(Identifier name, List<Identifier> equalColumns, Support support) {
    public ExclusionConstraint {
        equalColumns = List.copyOf(equalColumns);
    }

    /// Whether the server has such constraints on partitioned tables.
    public enum Support {
        PLAIN_TABLES_ONLY,
        PARTITIONED_TABLES
    }
}
