package dev.kalends.archive.cold;

import java.time.Duration;

/// Bounds of one query.
///
/// @param memoryBytes of DuckDB, which stands beside the JVM's heap
/// @param spillBytes of temporary files for what does not fit into the memory
/// @param timeout for all of it, fetching included
public record ColdLimits(long memoryBytes, long spillBytes, Duration timeout) {}
