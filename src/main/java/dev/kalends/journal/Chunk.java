package dev.kalends.journal;

/// A range of the table's pages that is copied in one transaction.
///
/// @param fromPage inclusive
/// @param toPage exclusive
public record Chunk(int ordinal, long fromPage, long toPage) {}
