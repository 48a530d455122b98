package dev.kalends.app;

import dev.kalends.carry.InventoryComparison;
import dev.kalends.journal.Counts;
import dev.kalends.journal.Event;
import dev.kalends.journal.Migration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A migration as `status` shows it.
///
/// @param waiting captured writes not replayed yet
/// @param rollbackObstacles why a rollback is not possible; empty when it is, or does not apply
/// @param carried what became of what the table had; null while the table is not switched
/// @param holder who works on it now; empty when nobody does
/// @param events the latest entries of the audit trail, newest first
public record MigrationStatus(
        Migration migration,
        Counts counts,
        long waiting,
        List<String> rollbackObstacles,
        @Nullable InventoryComparison carried,
        String holder,
        List<Event> events) {
    public MigrationStatus {
        rollbackObstacles = List.copyOf(rollbackObstacles);
        events = List.copyOf(events);
    }
}
