package dev.kalends.migrate;

import dev.kalends.execute.ProgressEvent;
import dev.kalends.failure.FailureCode;
import dev.kalends.failure.KalendsException;
import dev.kalends.plan.Phase;
import dev.kalends.unit.Durations;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Supplier;

/// Drains a log until little is left, or says that this will not happen.
final class Convergence {
    /// Passes after which they must have become shorter.
    private static final int PASSES_TO_SHRINK = 20;

    /// Passes made at least while captured writes keep coming.
    private static final int PASSES_MIN = 10;

    private static final int PASSES_MAX = 10_000;
    private static final Duration SHORT = Duration.ofMillis(200);

    private final Work work;
    private final Phase phase;

    Convergence(Work work, Phase phase) {
        this.work = work;
        this.phase = phase;
    }

    /// Makes passes until one finds no more than may be replayed under the locks of the switch, or
    /// is so short that little can come in meanwhile. "Until the log is empty" would never end
    /// while clients write.
    ///
    /// @return log rows taken
    long drain(Supplier<Drain.Result> passes) {
        long all = 0;
        long done = 0;
        Duration before = Duration.ofDays(365);
        for (int pass = 1; pass <= PASSES_MAX; pass++) {
            Instant began = work.clock().instant();
            Drain.Result result = passes.get();
            Duration took = Duration.between(began, work.clock().instant());
            all += result.picked();
            done += result.written() + result.removed();
            work.tell(new ProgressEvent.Advanced(phase, all, 0, done));
            boolean shortEnough = pass >= PASSES_MIN && took.compareTo(SHORT) < 0;
            if (result.picked() <= work.locks().rowsInLockMax() || shortEnough) {
                return all;
            }
            if (pass % PASSES_TO_SHRINK == 0) {
                if (took.compareTo(before) >= 0) {
                    throw notConverging(took, before);
                }
                before = took;
            }
        }
        throw notConverging(before, before);
    }

    private KalendsException notConverging(Duration now, Duration before) {
        return new KalendsException(
                FailureCode.NOT_CONVERGING,
                "Writes to %s come faster than they can be replayed: a pass takes %s, %s before."
                        .formatted(
                                work.spec().table(),
                                Durations.display(now),
                                Durations.display(before)),
                "Nothing is lost: writes are still captured and the application is not affected.",
                "Run the same command again when fewer writes come in.");
    }
}
