package dev.kalends.archive.cold;

import dev.kalends.sql.QualifiedName;

/// A partition in the archive.
///
/// @param table the partitioned table that it belonged to
/// @param location the folder of its objects, in the store
/// @param bytes of its objects
public record ColdPartition(
        QualifiedName table, QualifiedName partition, String location, long rows, long bytes) {}
