package dev.kalends.catalog;

import dev.kalends.sql.Identifier;

/// A comment on a constraint that `LIKE` does not copy.
public record ConstraintComment(Identifier constraint, Kind kind, String comment) {
    /// What kind of constraint.
    public enum Kind {
        /// A primary key or an exclusion constraint.
        INDEX,
        FOREIGN_KEY
    }
}
