package dev.kalends.maintain;

import java.time.Instant;
import java.util.List;

/// What a tick did.
///
/// @param at the time it went by
/// @param standing whether it did anything at all
/// @param tables each once, in the order of the work
public record TickReport(Instant at, Standing standing, List<SetReport> tables) {
    public TickReport {
        tables = List.copyOf(tables);
    }

    /// Whether a tick may do anything.
    public enum Standing {
        ACTIVE,
        /// The server is a replica: the tick of the primary does the work.
        REPLICA,
        /// Nothing was ever converted or adopted here.
        NOTHING_MAINTAINED
    }

    public boolean failed() {
        return tables.stream().anyMatch(each -> !each.failures().isEmpty());
    }

    public boolean waits() {
        return tables.stream().anyMatch(each -> !each.waiting().isEmpty());
    }
}
