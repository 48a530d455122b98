package dev.kalends.embedded;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/// Waits for conditions of another process, which cannot notify.
final class Waiting {
    private static final Duration PAUSE = Duration.ofMillis(10);

    private Waiting() {}

    @FunctionalInterface
    interface Condition {
        boolean holds() throws IOException;
    }

    /// @return whether the condition came to hold within the limit
    static boolean until(Condition condition, Duration limit) throws IOException {
        long start = System.nanoTime();
        while (!condition.holds()) {
            if (System.nanoTime() - start > limit.toNanos()) {
                return false;
            }
            LockSupport.parkNanos(PAUSE.toNanos());
        }
        return true;
    }
}
