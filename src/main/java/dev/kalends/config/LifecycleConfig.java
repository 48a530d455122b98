package dev.kalends.config;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// What becomes of a table's partitions as they grow old. A partition is as old as its end.
///
/// @param exportAfter when it is exported, and stays
/// @param archiveAfter when it is exported and leaves the table
/// @param retain when it leaves the database
/// @param retainArchive when it leaves the archive
/// @param updates what is done to rows that stay, in this order
/// @param dropWhen a condition that all rows of a partition satisfy before it may go; null if none
/// @param ending what comes before a partition leaves the database
/// @param keep a condition: a partition with a row that satisfies it stays; null if none
public record LifecycleConfig(
        @Nullable Age exportAfter,
        @Nullable Age archiveAfter,
        @Nullable Age retain,
        @Nullable Age retainArchive,
        List<Update> updates,
        @Nullable String dropWhen,
        Ending ending,
        @Nullable String keep) {
    static final Limits<Age> AGE = new Limits<>(Age.LEAST, Age.GREATEST, Age::display);

    public LifecycleConfig {
        updates = List.copyOf(updates);
    }

    /// What comes before a partition leaves the database.
    public enum Ending {
        /// It is exported, and the export verified.
        ARCHIVED,
        /// Nothing: its rows are gone.
        DROPPED
    }

    /// An update of rows of an age.
    ///
    /// @param set as after SQL's SET
    /// @param where as after SQL's WHERE; null for all rows
    public record Update(Age after, String set, @Nullable String where) {}

    public static LifecycleConfig none() {
        return new LifecycleConfig(null, null, null, null, List.of(), null, Ending.ARCHIVED, null);
    }

    /// Whether nothing ever happens to a partition.
    public boolean isNone() {
        return equals(none());
    }
}
