package dev.kalends.failure;

/// The stable names of what can go wrong, with the exit code each gives on the command line.
public enum FailureCode {
    /// The command line or the configuration cannot be used.
    USAGE(2),
    CONFIGURATION(2),
    TABLE_NOT_FOUND(2),
    NOT_A_PLAIN_TABLE(2),
    KEY_NOT_USABLE(2),
    /// The server cannot be reached, or refused the login.
    CONNECTION_FAILED(1),
    /// The connection broke in the middle; the database decides what took effect.
    CONNECTION_LOST(1),
    SERVER_NOT_SUPPORTED(5),
    SERVER_READ_ONLY(5),
    POOLER_IN_BETWEEN(5),
    PRIVILEGE_MISSING(5),
    /// The plan would lose or break something; the list says what.
    REFUSED(5),
    DISK_TOO_SMALL(5),
    CONFIRMATION_NEEDED(5),
    GRACE_NOT_OVER(5),
    /// The partitioned table was neither converted nor adopted.
    NOT_MAINTAINED(2),
    /// A partitioned table is not fit to be taken over.
    NOT_ADOPTABLE(5),
    MIGRATION_NOT_FOUND(2),
    MIGRATION_EXISTS(2),
    /// The command does not fit the phase the migration is in.
    WRONG_PHASE(2),
    /// Another process works on the same migration.
    HELD_BY_ANOTHER(1),
    /// Somebody else changed the table during the conversion.
    SCHEMA_CHANGED(5),
    /// The triggers that capture writes are gone or switched off.
    CAPTURE_BROKEN(5),
    VALIDATION_FAILED(1),
    LOCK_NOT_AVAILABLE(1),
    NOT_CONVERGING(1),
    /// A row's key has no place in any partition.
    KEY_OUT_OF_RANGE(1),
    ROLLBACK_CONFLICT(5),
    /// The archive's store cannot be reached, refused, or broke off.
    STORE_FAILED(1),
    OBJECT_EXISTS(1),
    OBJECT_MISSING(1),
    /// What is in the archive is not what was written there.
    ARCHIVE_DAMAGED(1),
    /// The key of the archive is missing or another one.
    ARCHIVE_KEY(5),
    ARCHIVE_NOT_FOUND(2),
    /// What was archived does not fit the table as it is now.
    RESTORE_CONFLICT(5),
    /// A query over the archive that cannot be run as it is written.
    QUERY_FAILED(2),
    /// A query over the archive that takes longer, or more memory, than it may.
    QUERY_LIMIT(1),
    /// The Iceberg table over an archive could not be brought up to date.
    ICEBERG_FAILED(1),
    STOPPED(1),
    STATEMENT_FAILED(1);

    private final int exitCode;

    FailureCode(int exitCode) {
        this.exitCode = exitCode;
    }

    public int exitCode() {
        return exitCode;
    }
}
