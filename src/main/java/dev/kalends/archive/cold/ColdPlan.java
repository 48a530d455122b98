package dev.kalends.archive.cold;

import dev.kalends.sql.QualifiedName;
import java.util.List;

/// What a query reads of the archive.
///
/// @param partitions of all tables that the query names
public record ColdPlan(List<PartitionRead> partitions) {
    public ColdPlan {
        partitions = List.copyOf(partitions);
    }

    /// What of one archived partition is read.
    ///
    /// @param reading whether any of it is
    /// @param groups row groups to read; -1 where the whole object is read, or nothing
    /// @param groupsAll -1 where nothing was looked at
    /// @param bytes to read
    /// @param bytesAll of its objects
    public record PartitionRead(
            QualifiedName table,
            QualifiedName partition,
            String location,
            Reading reading,
            int groups,
            int groupsAll,
            long bytes,
            long bytesAll) {}

    /// How a partition is read.
    public enum Reading {
        /// Its bounds show that no row of it counts.
        NOTHING,
        /// Of each file the footer, and the columns and row groups that count.
        PARTS,
        /// All of it.
        WHOLE
    }

    public long partitionsRead() {
        return partitions.stream().filter(each -> each.reading() != Reading.NOTHING).count();
    }

    public long bytes() {
        return partitions.stream().mapToLong(PartitionRead::bytes).sum();
    }

    public long bytesAll() {
        return partitions.stream().mapToLong(PartitionRead::bytesAll).sum();
    }
}
