package dev.kalends.execute;

import java.time.Duration;

/// How Kalends waits for locks that clients queue behind.
///
/// @param lockTimeout longest wait, and so the longest stall a try may cause
/// @param attempts tries before giving up
/// @param retryPause mean pause between two tries; the real one varies by half
/// @param rowsInLockMax captured writes that may be replayed while the locks are held
public record LockPolicy(
        Duration lockTimeout, int attempts, Duration retryPause, int rowsInLockMax) {}
