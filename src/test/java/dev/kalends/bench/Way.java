package dev.kalends.bench;

import java.util.Locale;

/// A way to get a table's rows into partitions, or something to compare such ways with.
enum Way {
    /// All indexes first, then `INSERT … SELECT` month by month, in one session.
    NAIVE,
    /// Not partitioned at all: `CREATE TABLE AS`, then the same indexes.
    FLOOR,
    KALENDS,
    /// Rows sorted by conversation and time within each partition.
    KALENDS_CLUSTERED,
    /// pg_partman's `partition_data_proc`.
    PARTMAN;

    /// As written on the command line and in results.
    String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    static Way ofWord(String word) {
        for (Way way : values()) {
            if (way.word().equals(word)) {
                return way;
            }
        }
        throw new IllegalArgumentException("Cannot measure \"%s\": no such way".formatted(word));
    }
}
