package dev.kalends.archive.duckdb;

import dev.kalends.failure.FailureCode;
import dev.kalends.failure.KalendsException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import org.duckdb.DuckDBChunkedResult;
import org.duckdb.DuckDBPreparedStatement;
import org.jspecify.annotations.Nullable;

/// The rows of one file, in their order, one chunk in memory at a time.
public final class ParquetRows implements AutoCloseable {
    private final DuckDBPreparedStatement statement;
    private final DuckDBChunkedResult result;
    private final Path file;
    private final Cells cells = new Cells();

    private ParquetRows(DuckDBPreparedStatement statement, DuckDBChunkedResult result, Path file) {
        this.statement = statement;
        this.result = result;
        this.file = file;
    }

    static ParquetRows open(Connection connection, String select, Path file) {
        try {
            DuckDBPreparedStatement statement =
                    connection.prepareStatement(select).unwrap(DuckDBPreparedStatement.class);
            try {
                return new ParquetRows(statement, statement.query(), file);
            } catch (SQLException e) {
                statement.close();
                throw e;
            }
        } catch (SQLException e) {
            throw damaged(file, e);
        }
    }

    /// @return the next row, good until the one after it; null at the end
    public @Nullable Cells next() {
        return cells.next(result) ? cells : null;
    }

    private static KalendsException damaged(Path file, SQLException cause) {
        return new KalendsException(
                FailureCode.ARCHIVE_DAMAGED,
                "Cannot read %s: %s".formatted(file.getFileName(), cause.getMessage()),
                "Nothing was changed.",
                "Bring the object back from a version or a replica of the store.",
                cause);
    }

    @Override
    public void close() {
        try (statement) {
            result.close();
        } catch (SQLException e) {
            throw damaged(file, e);
        }
    }
}
