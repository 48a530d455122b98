package dev.kalends.wire;

import org.jspecify.annotations.Nullable;

/// What a client is told when something fails.
final class WireException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    static final String FEATURE_NOT_SUPPORTED = "0A000";
    static final String PROTOCOL_VIOLATION = "08P01";
    static final String INVALID_PASSWORD = "28P01";
    static final String INVALID_AUTHORIZATION = "28000";
    static final String INVALID_PARAMETER = "22023";
    static final String READ_ONLY = "25006";
    static final String NO_TRANSACTION = "25P01";
    static final String FAILED_TRANSACTION = "25P02";
    static final String IDLE_SESSION = "57P05";
    static final String NO_STATEMENT = "26000";
    static final String NO_CURSOR = "34000";
    static final String CURSOR_EXISTS = "42P03";
    static final String NO_SAVEPOINT = "3B001";
    static final String SYNTAX = "42601";
    static final String NO_TABLE = "42P01";
    static final String NO_COLUMN = "42703";
    static final String TOO_MANY_CONNECTIONS = "53300";
    static final String LIMIT = "54000";
    static final String CANCELLED = "57014";
    static final String SHUTDOWN = "57P01";

    private final String sqlState;
    private final @Nullable String hint;
    private final Severity severity;

    /// Whether the connection can go on.
    enum Severity {
        ERROR,
        FATAL
    }

    WireException(String sqlState, String message) {
        this(sqlState, message, null, Severity.ERROR, null);
    }

    WireException(
            String sqlState,
            String message,
            @Nullable String hint,
            Severity severity,
            @Nullable Throwable cause) {
        super(message, cause);
        this.sqlState = sqlState;
        this.hint = hint;
        this.severity = severity;
    }

    static WireException fatal(String sqlState, String message) {
        return new WireException(sqlState, message, null, Severity.FATAL, null);
    }

    static WireException notSupported(String what) {
        return new WireException(
                FEATURE_NOT_SUPPORTED,
                what
                        + " is not supported: this endpoint is read-only, and reads archived partitions alone",
                "Query the view in your database instead of this endpoint.",
                Severity.ERROR,
                null);
    }

    String sqlState() {
        return sqlState;
    }

    String text() {
        return String.valueOf(getMessage());
    }

    @Nullable String hint() {
        return hint;
    }

    Severity severity() {
        return severity;
    }
}
