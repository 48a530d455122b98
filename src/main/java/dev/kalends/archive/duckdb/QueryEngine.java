package dev.kalends.archive.duckdb;

import dev.kalends.archive.manifest.Manifest.Column;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.duckdb.DuckDBChunkedResult;
import org.duckdb.DuckDBPreparedStatement;
import org.jspecify.annotations.Nullable;

/// A DuckDB database in memory that sees the files of one folder and nothing else of the world, for
/// one thread; any other may cancel it.
public final class QueryEngine implements AutoCloseable {
    /// Of what stands beside the query's own tables.
    public static final String SCHEMA = "kalends_cold";

    private static final String ANSWER = SCHEMA + ".answer";

    private final Connection connection;
    private final Object running = new Object();
    private @Nullable Statement current;
    private boolean cancelled;

    /// Bounds.
    ///
    /// @param memoryBytes of DuckDB, which stands beside the JVM's heap
    /// @param spillBytes of what does not fit into the memory, in files
    /// @param folder whose files can be read and written
    public record Limits(long memoryBytes, long spillBytes, int threads, Path folder) {}

    private QueryEngine(Connection connection) {
        this.connection = connection;
    }

    public static QueryEngine open(Limits limits) {
        String folder = limits.folder().toString();
        try {
            QueryEngine engine = new QueryEngine(DriverManager.getConnection("jdbc:duckdb:"));
            try {
                engine.execute("SET autoinstall_known_extensions = false");
                engine.execute("SET autoload_known_extensions = false");
                engine.execute("SET allow_community_extensions = false");
                engine.execute("SET memory_limit = '%d B'".formatted(limits.memoryBytes()));
                engine.execute("SET temp_directory = " + literal(folder + "/spill"));
                engine.execute(
                        "SET max_temp_directory_size = '%d B'".formatted(limits.spillBytes()));
                engine.execute("SET threads = %d".formatted(limits.threads()));
                engine.execute("SET TimeZone = 'UTC'");
                // As PostgreSQL has it.
                engine.execute("SET default_null_order = 'postgres'");
                engine.execute("SET integer_division = true");
                // The plan must not depend on what the files hold.
                engine.execute(
                        "SET disabled_optimizers = 'late_materialization,statistics_propagation'");
                engine.execute("SET allowed_directories = [%s]".formatted(literal(folder + "/")));
                engine.execute("SET enable_external_access = false");
                engine.execute("CREATE SCHEMA public");
                engine.execute("SET search_path = 'public'");
                engine.execute("SET lock_configuration = true");
            } catch (QueryFailure e) {
                engine.close();
                throw e;
            }
            return engine;
        } catch (SQLException e) {
            throw new QueryFailure(e.getMessage(), e);
        }
    }

    public static String literal(String text) {
        return "'" + text.replace("'", "''") + "'";
    }

    public static String quoted(String name) {
        return ParquetColumn.quoted(name);
    }

    /// The type that a column of an archived file has to DuckDB.
    public static String fileType(Column column) {
        return new ParquetColumn(column).fileType();
    }

    /// Ends what runs now, and refuses all that would follow.
    public void cancel() {
        synchronized (running) {
            cancelled = true;
            if (current != null) {
                try {
                    current.cancel();
                } catch (SQLException e) {
                    throw new QueryFailure(e.getMessage(), e);
                }
            }
        }
    }

    private <T extends Statement> T begin(T statement) {
        synchronized (running) {
            if (cancelled) {
                throw QueryFailure.cancelled();
            }
            current = statement;
        }
        return statement;
    }

    private void end() {
        synchronized (running) {
            current = null;
        }
    }

    private void goOn() {
        synchronized (running) {
            if (cancelled) {
                throw QueryFailure.cancelled();
            }
        }
    }

    /// Runs a statement that returns nothing.
    public void execute(String sql) {
        try (Statement statement = connection.createStatement()) {
            begin(statement).execute(sql);
        } catch (SQLException e) {
            throw new QueryFailure(e.getMessage(), e);
        } finally {
            end();
        }
    }

    /// All rows of a small result, as text.
    public List<List<@Nullable String>> rows(String sql, String... values) {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) {
                statement.setString(i + 1, values[i]);
            }
            List<List<@Nullable String>> rows = new ArrayList<>();
            try (ResultSet result = begin(statement).executeQuery()) {
                int columns = result.getMetaData().getColumnCount();
                while (result.next()) {
                    List<@Nullable String> row = new ArrayList<>();
                    for (int i = 1; i <= columns; i++) {
                        row.add(result.getString(i));
                    }
                    rows.add(row);
                }
            }
            return rows;
        } catch (SQLException e) {
            throw new QueryFailure(e.getMessage(), e);
        } finally {
            end();
        }
    }

    /// The columns of a query, which is not run.
    public List<ResultColumn> columns(String query) {
        try (PreparedStatement statement = connection.prepareStatement(query)) {
            ResultSetMetaData data = statement.getMetaData();
            List<ResultColumn> columns = new ArrayList<>();
            for (int i = 1; i <= data.getColumnCount(); i++) {
                columns.add(new ResultColumn(data.getColumnName(i), data.getColumnTypeName(i)));
            }
            return columns;
        } catch (SQLException e) {
            throw new QueryFailure(e.getMessage(), e);
        }
    }

    /// Gives a query the names c0, c1, … for its columns, which cannot clash.
    private void answer(String query, List<ResultColumn> columns) {
        List<String> names = new ArrayList<>();
        for (ResultColumn _ : columns) {
            names.add("c" + names.size());
        }
        execute("CREATE SCHEMA IF NOT EXISTS " + SCHEMA);
        execute(
                "CREATE OR REPLACE VIEW %s(%s) AS %s"
                        .formatted(ANSWER, String.join(", ", names), query));
    }

    /// Runs a query and passes its rows on, in their order, each column as it is delivered.
    ///
    /// @param query exactly one statement that reads
    public void read(String query, List<ResultColumn> columns, Consumer<Cells> rows) {
        answer(query, columns);
        List<String> values = new ArrayList<>();
        for (ResultColumn column : columns) {
            values.add(column.read("c" + values.size()));
        }
        String select = "SELECT %s FROM %s".formatted(String.join(", ", values), ANSWER);
        try (DuckDBPreparedStatement statement =
                connection.prepareStatement(select).unwrap(DuckDBPreparedStatement.class)) {
            begin(statement);
            try (DuckDBChunkedResult result = statement.query()) {
                Cells.each(
                        result,
                        cells -> {
                            goOn();
                            rows.accept(cells);
                        });
            }
        } catch (SQLException e) {
            throw new QueryFailure(e.getMessage(), e);
        } finally {
            end();
        }
    }

    /// Runs a query into a Parquet file.
    ///
    /// @return rows
    public long write(String query, List<ResultColumn> columns, Path file) {
        answer(query, columns);
        List<String> values = new ArrayList<>();
        for (ResultColumn column : columns) {
            values.add("c%d AS %s".formatted(values.size(), quoted(column.name())));
        }
        execute(
                "COPY (SELECT %s FROM %s) TO %s (FORMAT parquet, COMPRESSION zstd)"
                        .formatted(String.join(", ", values), ANSWER, literal(file.toString())));
        String rows =
                rows("SELECT num_rows FROM parquet_file_metadata(" + literal(file.toString()) + ")")
                        .getFirst()
                        .getFirst();
        return rows == null ? 0 : Long.parseLong(rows);
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException e) {
            throw new QueryFailure(e.getMessage(), e);
        }
    }
}
