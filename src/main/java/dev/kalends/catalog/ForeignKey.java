package dev.kalends.catalog;

import dev.kalends.sql.Identifier;
import dev.kalends.sql.QualifiedName;

/// A foreign key of the table to another one.
///
/// @param definition as `pg_get_constraintdef` prints it: `FOREIGN KEY (…) REFERENCES …`
public record ForeignKey(Identifier name, QualifiedName referenced, String definition) {}
