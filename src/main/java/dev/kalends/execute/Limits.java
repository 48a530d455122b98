package dev.kalends.execute;

import java.time.Duration;
import java.time.Instant;
import java.util.function.Predicate;

/// When bulk work has to wait.
///
/// @param replicaLag replay delay of the slowest replica
/// @param replicaLagBytes write-ahead log the slowest replica has not replayed
/// @param longTransaction age of the oldest transaction of another session in this database
/// @param window whether work may run at an instant
/// @param windowText the window as the user wrote it, for messages
public record Limits(
        Duration replicaLag,
        long replicaLagBytes,
        Duration longTransaction,
        Predicate<Instant> window,
        String windowText) {}
