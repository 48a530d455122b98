package dev.kalends.config;

/// A risk of a conversion that the user has read and takes.
public enum Acknowledgement {
    /// A publication has the table: its subscribers need the partitioned one, and what else a
    /// publication of all tables would send them.
    PUBLICATIONS
}
