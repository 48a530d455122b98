package dev.kalends.pg;

import dev.kalends.failure.FailureCode;
import dev.kalends.failure.KalendsException;
import java.sql.SQLException;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/// The server refused a statement and rolled it back, or the connection broke.
public final class PgException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String sqlState;
    private final String serverMessage;

    PgException(SQLException cause, String statement) {
        super(text(cause) + " [" + cause.getSQLState() + "] in: " + shortened(statement), cause);
        sqlState = cause.getSQLState() == null ? "" : cause.getSQLState();
        serverMessage = text(cause);
    }

    private static String text(SQLException cause) {
        if (cause instanceof PSQLException pg && pg.getServerErrorMessage() != null) {
            ServerErrorMessage server = pg.getServerErrorMessage();
            String message = server.getMessage() == null ? "" : server.getMessage();
            return server.getDetail() == null ? message : message + " (" + server.getDetail() + ")";
        }
        return String.valueOf(cause.getMessage());
    }

    private static String shortened(String statement) {
        String line = statement.replaceAll("\\s+", " ");
        return line.length() <= 300 ? line : line.substring(0, 300) + " …";
    }

    /// Five characters, or empty when the failure has none.
    public String sqlState() {
        return sqlState;
    }

    public String serverMessage() {
        return serverMessage;
    }

    /// The connection is gone; what was under way may or may not have taken effect.
    public boolean connectionLost() {
        return sqlState.startsWith("08") || sqlState.startsWith("57P");
    }

    /// A lock was not free in time (55P03), the statement took too long (57014), or a deadlock was
    /// broken at our cost (40P01): the same statement may succeed a moment later.
    public boolean lockNotAvailable() {
        return sqlState.equals("55P03") || sqlState.equals("57014") || sqlState.equals("40P01");
    }

    public boolean is(String state) {
        return sqlState.equals(state);
    }

    /// The failure as the user reads it.
    public KalendsException toKalends(String doing, String state, String next) {
        if (connectionLost()) {
            return new KalendsException(
                    FailureCode.CONNECTION_LOST,
                    doing + ": the connection to the server broke: " + serverMessage,
                    state,
                    "When the server is up again, run the same command: it continues where it was.",
                    this);
        }
        return new KalendsException(
                FailureCode.STATEMENT_FAILED, doing + ": " + getMessage(), state, next, this);
    }
}
