package dev.kalends.plan;

import dev.kalends.sql.QualifiedName;

/// A lock that clients could notice.
///
/// @param mode PostgreSQL's name of it
/// @param meaning how long, and whom it keeps waiting
public record TableLock(QualifiedName table, String mode, String meaning) {}
