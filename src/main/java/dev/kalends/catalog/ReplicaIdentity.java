package dev.kalends.catalog;

/// What logical decoding tells of the old row. The index of `INDEX` is the one with that mark.
public enum ReplicaIdentity {
    /// The primary key.
    DEFAULT,
    FULL,
    NOTHING,
    INDEX
}
