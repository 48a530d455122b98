package dev.kalends.maintain;

import dev.kalends.catalog.PartitionSet;
import java.util.List;

/// What was looked at of a table that is to be taken over.
///
/// @param sample some of its keys, as the server prints them
/// @param missingRights one sentence each
/// @param partman whether pg_partman maintains it
/// @param unlike partitions whose columns stand in another order than the table's
/// @param ownThings what single partitions have and new ones would not get
/// @param restRows rows of the default partition, counted up to a limit
public record AdoptionFacts(
        PartitionSet set,
        List<String> sample,
        List<String> missingRights,
        Partman partman,
        List<String> unlike,
        List<String> ownThings,
        long restRows) {
    public AdoptionFacts {
        sample = List.copyOf(sample);
        missingRights = List.copyOf(missingRights);
        unlike = List.copyOf(unlike);
        ownThings = List.copyOf(ownThings);
    }

    /// Whether pg_partman maintains the table.
    public enum Partman {
        NO,
        YES,
        /// It is installed, and its configuration cannot be read.
        UNKNOWN
    }
}
