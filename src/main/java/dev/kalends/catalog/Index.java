package dev.kalends.catalog;

import dev.kalends.sql.Identifier;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// @param columns the key columns in order; an expression gives no entry
/// @param keys how many keys the index has, expressions included
/// @param rows whether the index holds all rows
/// @param definition the part of `pg_get_indexdef` from the access method on: `btree (a, b) WHERE
///   …`; of an exclusion constraint what `pg_get_constraintdef` prints
/// @param constraint the constraint it stands for, as `pg_get_constraintdef` prints it: `PRIMARY
///   KEY (a)`; null for a bare index
/// @param bytes size on disk
public record Index(
        Identifier name,
        Kind kind,
        List<Identifier> columns,
        int keys,
        Rows rows,
        String definition,
        @Nullable String constraint,
        long bytes) {
    public Index {
        columns = List.copyOf(columns);
    }

    /// Which rows an index holds.
    public enum Rows {
        ALL,
        /// Those that satisfy its WHERE condition.
        SOME
    }

    /// A plain column index over all rows.
    public Index(
            Identifier name, Kind kind, List<Identifier> columns, String definition, long bytes) {
        this(name, kind, columns, columns.size(), Rows.ALL, definition, null, bytes);
    }

    public boolean hasExpressions() {
        return columns.size() < keys;
    }

    public boolean isPartial() {
        return rows == Rows.SOME;
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
