package dev.kalends.demo.messaging;

import org.jspecify.annotations.Nullable;

/// What a transaction does to one row.
///
/// @param before null if there is no such row
/// @param after null if the row is deleted
record RowChange(
        WorldTable table, String id, @Nullable WorldRow before, @Nullable WorldRow after) {}
