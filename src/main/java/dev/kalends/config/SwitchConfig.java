package dev.kalends.config;

import java.time.Duration;

/// How tables are exchanged under a lock.
///
/// @param lockTimeout how long one attempt waits for its lock; others queue behind it for as long
/// @param attempts how often the lock is tried
/// @param retryPause between two attempts
/// @param rowsInLockMax how many changed rows may still be carried over while the lock is held
public record SwitchConfig(
        Duration lockTimeout, int attempts, Duration retryPause, int rowsInLockMax) {
    static final Limits<Duration> LOCK_TIMEOUT = Limits.ofDuration("10ms", "10s");
    static final Limits<Integer> ATTEMPTS = Limits.ofCount(1, 10_000);
    static final Limits<Duration> RETRY_PAUSE = Limits.ofDuration("10ms", "1h");
    static final Limits<Integer> ROWS_IN_LOCK_MAX = Limits.ofCount(1, 1_000_000);

    public SwitchConfig {
        LOCK_TIMEOUT.check("lockTimeout", lockTimeout);
        ATTEMPTS.check("attempts", attempts);
        RETRY_PAUSE.check("retryPause", retryPause);
        ROWS_IN_LOCK_MAX.check("rowsInLockMax", rowsInLockMax);
    }

    public static SwitchConfig defaults() {
        return new SwitchConfig(Duration.ofMillis(200), 60, Duration.ofSeconds(1), 200);
    }
}
