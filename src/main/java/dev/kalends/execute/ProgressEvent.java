package dev.kalends.execute;

import dev.kalends.plan.Phase;
import java.time.Duration;

/// What a running migration tells whoever watches.
public sealed interface ProgressEvent {
    /// @param total in `unit`, 0 when it is not known
    record Started(Phase phase, String what, long total, Unit unit) implements ProgressEvent {}

    /// @param done in the phase's unit, since the phase began in the first run
    /// @param rows handled since then
    record Advanced(Phase phase, long done, long total, long rows) implements ProgressEvent {}

    record Ended(Phase phase, Duration took, long rows) implements ProgressEvent {}

    /// Work waits for something that is not a failure.
    record Paused(String reason) implements ProgressEvent {}

    record Resumed(Duration waited) implements ProgressEvent {}

    record Note(String text) implements ProgressEvent {}

    /// One try to switch the tables, or to switch them back.
    ///
    /// @param held how long the locks were held
    record Tried(int attempt, String outcome, Duration held) implements ProgressEvent {}

    /// What `done` and `total` count.
    enum Unit {
        CHUNKS,
        PARTITIONS,
        WRITES
    }

    /// Takes events, from several threads at once.
    @FunctionalInterface
    interface Listener {
        void on(ProgressEvent event);
    }
}
