package dev.kalends.catalog;

import org.jspecify.annotations.Nullable;

/// The key column's values, read from the rows.
///
/// @param least as the server prints it under DateStyle ISO in UTC; null for an empty table
/// @param greatest likewise
/// @param nulls rows without a key
/// @param infinite rows whose key is infinity or -infinity
/// @param correlation between the key's order and the rows' place on disk, -1 to 1, from the
///   statistics; null before the first ANALYZE
public record KeyFacts(
        @Nullable String least,
        @Nullable String greatest,
        long nulls,
        long infinite,
        @Nullable Double correlation) {}
