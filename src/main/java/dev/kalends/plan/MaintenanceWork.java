package dev.kalends.plan;

/// Kinds of work of a tick, which may be scheduled apart.
public enum MaintenanceWork {
    /// Partitions ahead, gaps, rows of default partitions.
    CREATE,
    /// Updates of old rows, export, detach, drop.
    LIFECYCLE
}
