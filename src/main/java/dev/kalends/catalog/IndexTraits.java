package dev.kalends.catalog;

import dev.kalends.sql.Identifier;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What an index has besides its definition.
///
/// @param included columns that are stored but are no part of the key
/// @param options storage parameters, as `reloptions` holds them
/// @param tablespace null for the database's own
/// @param targets statistics targets of columns of the index, which only expressions have
public record IndexTraits(
        Identifier index,
        List<Identifier> included,
        List<String> options,
        @Nullable Identifier tablespace,
        List<Target> targets,
        @Nullable String comment,
        Set<Mark> marks) {
    public IndexTraits {
        included = List.copyOf(included);
        options = List.copyOf(options);
        targets = List.copyOf(targets);
        marks = Set.copyOf(marks);
    }

    /// @param column counted from 1
    public record Target(int column, int target) {}

    /// What the table uses the index for.
    public enum Mark {
        /// `CLUSTER` without an index orders the rows by it.
        CLUSTERED,
        REPLICA_IDENTITY
    }
}
