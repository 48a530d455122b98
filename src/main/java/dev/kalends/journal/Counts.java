package dev.kalends.journal;

/// How far a migration is.
///
/// @param rowsCopied by the chunks done
public record Counts(
        long chunks,
        long chunksCopied,
        long rowsCopied,
        long leaves,
        long leavesIndexed,
        long leavesValidated) {}
