package dev.kalends.pg;

import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/// The rows that `COPY … TO STDOUT` sends, as they come: memory is bounded by the longest row.
/// Closed early, it ends the statement.
public final class CopyOut implements AutoCloseable {
    private static final String CANCELLED = "57014";

    private final org.postgresql.copy.CopyOut copy;
    private final Runnable cancel;
    private final String statement;

    /// @param cancel asks the server to end the statement
    CopyOut(org.postgresql.copy.CopyOut copy, Runnable cancel, String statement) {
        this.copy = copy;
        this.cancel = cancel;
        this.statement = statement;
    }

    /// The next message, which holds one row; with the binary format the first and the last one
    /// hold the header and the trailer as well.
    ///
    /// @return null at the end
    public byte @Nullable [] next() {
        try {
            return copy.readFromCopy();
        } catch (SQLException e) {
            throw new PgException(e, statement);
        }
    }

    /// The driver's own way to cancel loses the connection: the statement is cancelled as any
    /// other, and what is on its way is read.
    @Override
    public void close() {
        if (!copy.isActive()) {
            return;
        }
        cancel.run();
        try {
            while (copy.readFromCopy() != null) {
                Thread.onSpinWait();
            }
        } catch (SQLException e) {
            PgException failure = new PgException(e, statement);
            if (!failure.is(CANCELLED)) {
                throw failure;
            }
        }
    }
}
