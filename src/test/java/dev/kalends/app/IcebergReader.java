package dev.kalends.app;

import dev.kalends.testing.TestDatabase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.iceberg.CatalogProperties;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Files;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.jdbc.JdbcCatalog;

/// Another engine, which knows the catalog's address and nothing of Kalends.
final class IcebergReader {
    private static final class LocalFiles implements FileIO {
        private static final long serialVersionUID = 1L;

        @Override
        public InputFile newInputFile(String location) {
            return Files.localInput(location.substring("file:".length()));
        }

        @Override
        public OutputFile newOutputFile(String location) {
            throw new IllegalStateException("Nobody writes here: " + location);
        }

        @Override
        public void deleteFile(String location) {
            throw new IllegalStateException("Nobody deletes here: " + location);
        }
    }

    private IcebergReader() {}

    interface Use<T> {
        T with(Table table);
    }

    static <T> T table(TestDatabase database, String namespace, String name, Use<T> use) {
        String address =
                database.url().startsWith("jdbc:") ? database.url() : "jdbc:" + database.url();
        String user = database.value("select current_user");
        try (JdbcCatalog catalog =
                new JdbcCatalog(
                        _ -> new LocalFiles(), null, /* initializeCatalogTables= */ false)) {
            catalog.initialize(
                    "kalends",
                    Map.of(
                            CatalogProperties.URI,
                            address.replaceAll("//[^/@]*@", "//")
                                    + (address.contains("?") ? "&" : "?")
                                    + "currentSchema=kalends_iceberg",
                            "jdbc.user",
                            user,
                            CatalogProperties.WAREHOUSE_LOCATION,
                            "file:/nowhere"));
            return use.with(catalog.loadTable(TableIdentifier.of(namespace, name)));
        }
    }

    /// The data files that a query would read.
    static List<Path> files(Table table) {
        List<Path> files = new ArrayList<>();
        try (CloseableIterable<FileScanTask> tasks = table.newScan().planFiles()) {
            for (FileScanTask each : tasks) {
                files.add(Path.of(each.file().location().substring("file:".length())));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return files;
    }

    /// The first value of a query over `files`.
    static String value(Table table, String select) {
        String files =
                files(table).stream()
                        .map(each -> "'" + each + "'")
                        .collect(Collectors.joining(", "));
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = connection.createStatement();
                ResultSet rows =
                        statement.executeQuery(
                                "%s from read_parquet([%s], union_by_name = true)"
                                        .formatted(select, files))) {
            rows.next();
            return rows.getString(1);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
