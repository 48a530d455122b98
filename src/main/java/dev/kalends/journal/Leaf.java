package dev.kalends.journal;

import dev.kalends.plan.Partition;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/// How far one partition is.
///
/// @param rows as validated; null before
/// @param checksum sum of the rows' 64-bit hashes, as validated; null before
public record Leaf(
        Partition partition,
        Progress progress,
        @Nullable Long rows,
        @Nullable BigDecimal checksum) {
    /// What has been done to a partition, in this order.
    public enum Progress {
        ATTACHED,
        INDEXED,
        VACUUMED,
        VALIDATED
    }

    public boolean atLeast(Progress other) {
        return progress.compareTo(other) >= 0;
    }
}
