package dev.kalends.catalog;

import dev.kalends.sql.Identifier;
import dev.kalends.sql.QualifiedName;

/// A rule on a view that reads or writes the table.
///
/// @param definition as `pg_get_ruledef` prints it, without the semicolon
/// @param owner of the view
public record ViewRule(
        Identifier name, QualifiedName view, Identifier owner, String definition, Reach reach) {}
