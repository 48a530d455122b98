package dev.kalends.catalog;

/// How a sequence counts.
///
/// @param cache numbers that a session takes at once
public record SequenceOptions(
        long start, long increment, long least, long greatest, long cache, End end) {
    /// What comes after the last number.
    public enum End {
        STOP,
        CYCLE
    }
}
