package dev.kalends.catalog;

/// A right on the table.
///
/// @param grantee the role's name as it has to be written: quoted, or `PUBLIC`
/// @param option ` WITH GRANT OPTION`, or empty
public record Grant(String grantee, String privilege, String option) {}
