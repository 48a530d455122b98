package dev.kalends.archive.duckdb;

import dev.kalends.archive.manifest.Manifest.Column;
import dev.kalends.failure.FailureCode;
import dev.kalends.failure.KalendsException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.duckdb.DuckDBChunkedResult;
import org.duckdb.DuckDBColumnType;
import org.duckdb.DuckDBDataChunkWriter;
import org.duckdb.DuckDBFunctions;
import org.duckdb.DuckDBPreparedStatement;
import org.duckdb.DuckDBTableFunction;
import org.duckdb.DuckDBTableFunctionBindInfo;
import org.duckdb.DuckDBTableFunctionCallInfo;
import org.duckdb.DuckDBTableFunctionInitInfo;
import org.jspecify.annotations.Nullable;

/// Writes and reads Parquet files, within a memory limit. For one thread at a time.
public final class Parquet implements AutoCloseable {
    private static final String SOURCE = "kalends_rows";

    private final Connection connection;
    private final Source source = new Source();

    /// Bounds.
    ///
    /// @param memoryBytes of DuckDB, which stands beside the JVM's heap
    public record Limits(long memoryBytes, int threads) {}

    /// How a file is written.
    ///
    /// @param codec `zstd` or `uncompressed`
    /// @param rowsPerGroup the unit of which a reader can skip some
    /// @param bytesMax of rows, as they come, after which the file ends
    public record Shape(String codec, int rowsPerGroup, long bytesMax) {}

    /// What was written.
    ///
    /// @param more whether the source has more rows
    public record Written(long rows, Rest more) {}

    /// Whether the source has more rows.
    public enum Rest {
        NONE,
        MORE
    }

    private Parquet(Connection connection) {
        this.connection = connection;
    }

    public static Parquet open(Limits limits) {
        try {
            Connection connection = DriverManager.getConnection("jdbc:duckdb:");
            Parquet parquet = new Parquet(connection);
            try (Statement statement = connection.createStatement()) {
                statement.execute("SET autoinstall_known_extensions = false");
                statement.execute("SET autoload_known_extensions = false");
                statement.execute("SET memory_limit = '%d B'".formatted(limits.memoryBytes()));
                statement.execute("SET threads = %d".formatted(limits.threads()));
                statement.execute("SET TimeZone = 'UTC'");
                statement.execute("SET temp_directory = ''");
            } catch (SQLException e) {
                parquet.close();
                throw e;
            }
            return parquet;
        } catch (SQLException e) {
            throw failed("Cannot start DuckDB", e);
        }
    }

    /// Writes rows into a file until they end or the file is full.
    ///
    /// @throws UnfitValue if a column has to be written as PostgreSQL prints it
    /// @throws RuntimeException what the source throws
    public Written write(List<Column> columns, TupleSource rows, Path file, Shape shape) {
        List<ParquetColumn> all = columns.stream().map(ParquetColumn::new).toList();
        source.begin(all, rows, shape.bytesMax());
        String values =
                numbered(all).stream()
                        .map(each -> each.column().written(each.name()))
                        .collect(Collectors.joining(", "));
        String copy =
                "COPY (SELECT %s FROM %s()) TO %s (FORMAT parquet, COMPRESSION %s, ROW_GROUP_SIZE %d, PARQUET_VERSION v1)"
                        .formatted(
                                values,
                                source.registered(connection),
                                literal(file.toString()),
                                shape.codec(),
                                shape.rowsPerGroup());
        try (Statement statement = connection.createStatement()) {
            statement.execute(copy);
        } catch (SQLException e) {
            source.rethrow();
            throw failed("Cannot write " + file.getFileName(), e);
        }
        return new Written(source.rows, source.ended ? Rest.NONE : Rest.MORE);
    }

    private record Numbered(String name, ParquetColumn column) {}

    /// Names that cannot clash.
    private static List<Numbered> numbered(List<ParquetColumn> columns) {
        List<Numbered> numbered = new ArrayList<>();
        for (ParquetColumn column : columns) {
            numbered.add(new Numbered("c" + numbered.size(), column));
        }
        return numbered;
    }

    /// Reads all rows of a file, in their order.
    ///
    /// @throws KalendsException ARCHIVE_DAMAGED if it is no such file
    public void read(List<Column> columns, Path file, Consumer<Cells> rows) {
        String values =
                columns.stream()
                        .map(each -> new ParquetColumn(each).read())
                        .collect(Collectors.joining(", "));
        String select =
                "SELECT %s FROM read_parquet(%s)".formatted(values, literal(file.toString()));
        try (DuckDBPreparedStatement statement =
                        connection.prepareStatement(select).unwrap(DuckDBPreparedStatement.class);
                DuckDBChunkedResult result = statement.query()) {
            Cells.each(result, rows);
        } catch (SQLException e) {
            throw new KalendsException(
                    FailureCode.ARCHIVE_DAMAGED,
                    "Cannot read %s: %s".formatted(file.getFileName(), e.getMessage()),
                    "Nothing was changed.",
                    "Bring the object back from a version or a replica of the store.",
                    e);
        }
    }

    private static String literal(String text) {
        return "'" + text.replace("'", "''") + "'";
    }

    private static KalendsException failed(String what, SQLException cause) {
        return new KalendsException(
                FailureCode.STORE_FAILED,
                what + ": " + cause.getMessage(),
                "Nothing in the database was changed.",
                "Look at the space and the rights of the folder for temporary files (TMPDIR). Run the same command again.",
                cause);
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException e) {
            throw failed("Cannot end DuckDB", e);
        }
    }

    /// The rows as a table function of DuckDB: registered once for each shape of rows.
    private static final class Source implements DuckDBTableFunction<String, String, String> {
        private List<ParquetColumn> columns = List.of();
        private @Nullable ChunkWriter writer;
        private @Nullable RuntimeException failure;
        private List<String> types = List.of();
        private int registrations;
        private long bytesMax;
        private long rows;
        private boolean ended;

        void begin(List<ParquetColumn> next, TupleSource tuples, long bytesPerFile) {
            columns = next;
            writer = new ChunkWriter(next, tuples);
            failure = null;
            rows = 0;
            ended = false;
            bytesMax = bytesPerFile;
        }

        String registered(Connection connection) {
            List<String> wanted = columns.stream().map(ParquetColumn::sourceType).toList();
            if (registrations == 0 || !wanted.equals(types)) {
                types = wanted;
                registrations++;
                try {
                    DuckDBFunctions.tableFunction()
                            .withName(SOURCE + registrations)
                            .withFunction(this)
                            .register(connection);
                } catch (SQLException e) {
                    throw failed("Cannot hand rows to DuckDB", e);
                }
            }
            return SOURCE + registrations;
        }

        void rethrow() {
            if (failure != null) {
                throw failure;
            }
        }

        @Override
        public String bind(DuckDBTableFunctionBindInfo info) {
            for (Numbered each : numbered(columns)) {
                info.addResultColumn(
                        each.name(), DuckDBColumnType.valueOf(each.column().sourceType()));
            }
            return SOURCE;
        }

        @Override
        public String init(DuckDBTableFunctionInitInfo info) {
            info.setMaxThreads(1);
            return SOURCE;
        }

        @Override
        public long apply(DuckDBTableFunctionCallInfo info, DuckDBDataChunkWriter chunk) {
            ChunkWriter current = writer;
            if (current == null || ended || current.bytes() >= bytesMax) {
                return 0;
            }
            try {
                long filled = current.fill(chunk);
                rows += filled;
                ended = filled == 0;
                return filled;
            } catch (RuntimeException e) {
                failure = e;
                throw e;
            }
        }
    }
}
