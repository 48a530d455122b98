package dev.kalends.bench;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// One way, measured once.
///
/// @param run from 1
/// @param notMeasured why there are no figures; null if there are
/// @param longestTransactionSeconds sampled, so up to the sampling interval too short
/// @param waits samples by what an active session waited for, or "running"
record Outcome(
        Way way,
        int run,
        @Nullable String notMeasured,
        List<Measured> phases,
        double longestTransactionSeconds,
        Map<String, Integer> waits,
        @Nullable Sizes sizes,
        @Nullable Client client) {
    /// What puts no rows into the new table, and what comes after.
    private static final Set<String> BESIDE =
            Set.of(ConversionWay.START, "CATCHING_UP", "VALIDATING", ConversionWay.SWITCH);

    /// Of the table that was made, partitions together.
    record Sizes(long tables, long heapBytes, long indexBytes) {}

    /// The converting program's own use of the machine.
    ///
    /// @param heapPeakBytes sum of each pool's peak, so an upper bound
    record Client(
            long heapPeakBytes,
            long residentPeakBytes,
            double cpuSeconds,
            int switchAttempts,
            double switchHeldMillis) {}

    static Outcome notMeasured(Way way, int run, String why) {
        return new Outcome(way, run, why, List.of(), 0, Map.of(), null, null);
    }

    /// Copy, index, attach: what every way does.
    Measured filling() {
        return Measured.sum(
                "filling",
                phases.stream().filter(phase -> !BESIDE.contains(phase.phase())).toList());
    }

    /// Everything up to the point where the new table could be used.
    Measured ready() {
        return Measured.sum(
                "ready",
                phases.stream()
                        .filter(phase -> !phase.phase().equals(ConversionWay.SWITCH))
                        .toList());
    }
}
