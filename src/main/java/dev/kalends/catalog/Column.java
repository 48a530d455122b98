package dev.kalends.catalog;

import dev.kalends.sql.Identifier;
import dev.kalends.sql.QualifiedName;
import org.jspecify.annotations.Nullable;

/// @param type as `format_type` prints it
/// @param collation the column's own collation where it differs from its type's, else null
/// @param ownedSequence the sequence that belongs to the column (serial), else null
public record Column(
        Identifier name,
        String type,
        @Nullable String collation,
        Nullability nullability,
        Filling filling,
        @Nullable QualifiedName ownedSequence) {
    /// Whether the column takes NULL.
    public enum Nullability {
        NULLABLE,
        NOT_NULL
    }

    /// Who fills the column.
    public enum Filling {
        /// The application, or a default.
        WRITTEN,
        /// `GENERATED ALWAYS AS (…)`, stored or virtual: not to be written.
        GENERATED
    }
}
