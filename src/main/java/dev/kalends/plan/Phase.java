package dev.kalends.plan;

/// Where a migration stands. Each transition is one compare-and-set update in the journal.
public enum Phase {
    /// The twin and the capture of writes are being set up; the table is untouched or only
    /// captured.
    PREPARED,
    COPYING,
    INDEXING,
    /// Captured writes are replayed into the twin.
    CATCHING_UP,
    VALIDATING,
    READY_TO_SWITCH,
    /// The application uses the partitioned table; the old one is kept in step.
    SWITCHED,
    /// The old table is gone.
    COMPLETED,
    /// The application uses the table it had before.
    ROLLED_BACK;

    public boolean ended() {
        return this == COMPLETED || this == ROLLED_BACK;
    }

    public boolean beforeSwitch() {
        return compareTo(SWITCHED) < 0;
    }
}
