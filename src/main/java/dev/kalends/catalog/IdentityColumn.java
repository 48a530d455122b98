package dev.kalends.catalog;

import dev.kalends.sql.Identifier;
import dev.kalends.sql.QualifiedName;
import org.jspecify.annotations.Nullable;

/// A column `GENERATED … AS IDENTITY`, with the sequence behind it.
///
/// @param sequence always in the table's own schema
/// @param options of the sequence
public record IdentityColumn(
        Identifier column,
        Generation generation,
        QualifiedName sequence,
        SequenceOptions options,
        Access access,
        @Nullable String comment) {
    /// Whether statements may give a value of their own.
    public enum Generation {
        ALWAYS,
        BY_DEFAULT
    }
}
