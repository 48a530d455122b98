package dev.kalends.catalog;

import dev.kalends.sql.Identifier;
import java.util.List;

/// @param columns the key columns in order; an expression gives no entry, so a shorter list than
///   the index has keys
/// @param definition the part of `pg_get_indexdef` from the access method on: `btree (a, b) WHERE
///   …`; of an exclusion constraint what `pg_get_constraintdef` prints
/// @param bytes size on disk
public record Index(
        Identifier name, Kind kind, List<Identifier> columns, String definition, long bytes) {
    public Index {
        columns = List.copyOf(columns);
    }

    /// What the index stands for.
    public enum Kind {
        PRIMARY_KEY,
        UNIQUE_CONSTRAINT,
        UNIQUE,
        EXCLUSION,
        PLAIN
    }
}
