package dev.kalends.pg;

import java.sql.SQLException;

/// A `COPY … FROM STDIN` under way. Closed before its end, the server rolls it back.
public final class CopyIn implements AutoCloseable {
    private final org.postgresql.copy.CopyIn copy;
    private final String statement;

    CopyIn(org.postgresql.copy.CopyIn copy, String statement) {
        this.copy = copy;
        this.statement = statement;
    }

    /// Sends bytes of rows, which may begin and end anywhere in a row.
    public void write(byte[] bytes, int offset, int length) {
        try {
            copy.writeToCopy(bytes, offset, length);
        } catch (SQLException e) {
            throw new PgException(e, statement);
        }
    }

    /// Ends the rows.
    ///
    /// @return how many the server took
    public long end() {
        try {
            return copy.endCopy();
        } catch (SQLException e) {
            throw new PgException(e, statement);
        }
    }

    @Override
    public void close() {
        if (copy.isActive()) {
            try {
                copy.cancelCopy();
            } catch (SQLException e) {
                throw new PgException(e, statement);
            }
        }
    }
}
