package dev.kalends.catalog;

import dev.kalends.sql.Identifier;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A trigger that somebody put on the table.
///
/// @param definition as `pg_get_triggerdef` prints it; it names the table where it is now
public record Trigger(
        Identifier name,
        String definition,
        Firing firing,
        Set<Trait> traits,
        @Nullable String comment) {
    public Trigger {
        traits = Set.copyOf(traits);
    }

    /// In which sessions it fires, by `session_replication_role`.
    public enum Firing {
        ORIGIN,
        REPLICA,
        ALWAYS,
        DISABLED
    }

    /// What matters on a partitioned table.
    public enum Trait {
        ROW,
        BEFORE,
        INSERT,
        UPDATE,
        DELETE,
        /// `REFERENCING OLD TABLE` or `NEW TABLE`.
        TRANSITION_TABLES
    }
}
