package dev.kalends.journal;

import dev.kalends.plan.MigrationSpec;
import dev.kalends.plan.Phase;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// A migration as the journal has it.
///
/// @param heapPages how far the copy reads; null until writes are captured
/// @param settled whether the work after a switch or rollback (foreign keys, storage options) is
///   done
/// @param cleaned whether everything the migration made beside the table is gone
public record Migration(
        long id,
        MigrationSpec spec,
        Phase phase,
        Instant phaseAt,
        Instant createdAt,
        @Nullable Long heapPages,
        @Nullable Instant switchedAt,
        Settlement settled,
        Remains cleaned,
        StopRequest stop) {
    /// Whether the work after the switch is done.
    public enum Settlement {
        SETTLED,
        UNSETTLED
    }

    /// Whether tables and logs of the migration are still there.
    public enum Remains {
        PRESENT,
        CLEANED
    }

    /// Whether somebody asked the running process to stop.
    public enum StopRequest {
        NONE,
        REQUESTED
    }
}
