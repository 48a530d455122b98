package dev.kalends.bench;

import dev.kalends.demo.messaging.Generator;
import dev.kalends.demo.messaging.Loader;
import dev.kalends.demo.messaging.Variant;
import dev.kalends.embedded.EmbeddedPostgres;
import dev.kalends.embedded.ServerOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.SequencedMap;

/// The private server of one run of the benchmark, and the databases in it.
final class Server implements AutoCloseable {
    private static final int EMBEDDED_MAJOR = 18;

    /// The first version that can copy a database without logging every page, and whose databases
    /// may sort by ICU's rules.
    private static final int STRATEGY_MAJOR = 15;

    private static final String TEMPLATE = "loaded";

    private final EmbeddedPostgres postgres;
    private final SequencedMap<String, String> settings;

    private Server(EmbeddedPostgres postgres, SequencedMap<String, String> settings) {
        this.postgres = postgres;
        this.settings = settings;
    }

    /// Durable as in production. No checkpoint by time or size falls into one way and not into
    /// another.
    static SequencedMap<String, String> settingsOfAllWays() {
        SequencedMap<String, String> settings = new LinkedHashMap<>();
        settings.put("fsync", "on");
        settings.put("full_page_writes", "on");
        settings.put("synchronous_commit", "on");
        settings.put("wal_level", "replica");
        settings.put("shared_buffers", "2GB");
        settings.put("maintenance_work_mem", "256MB");
        settings.put("max_wal_size", "16GB");
        settings.put("checkpoint_timeout", "1h");
        settings.put("max_connections", "50");
        settings.put("shared_preload_libraries", "");
        return settings;
    }

    /// @param work an empty folder for the server's files
    static Server start(Options options, Path work) throws IOException {
        SequencedMap<String, String> settings = settingsOfAllWays();
        ServerOptions server =
                switch (options.server()) {
                    case EMBEDDED -> ServerOptions.of(EMBEDDED_MAJOR);
                    case INSTALLED -> {
                        Installation installed = Installation.newest();
                        yield ServerOptions.of(installed.major()).withPrograms(installed.folder());
                    }
                };
        return new Server(
                EmbeddedPostgres.start(
                        server.withSettings(settings).withDataFolder(work.resolve("server"))),
                settings);
    }

    SequencedMap<String, String> settings() {
        return settings;
    }

    String version() throws SQLException {
        return value(EmbeddedPostgres.SUPERUSER, "SELECT version()");
    }

    String url(String database) {
        return postgres.jdbcUrl(database);
    }

    Connection connect(String database) throws SQLException {
        return postgres.connect(database);
    }

    Meter meter() throws IOException, SQLException {
        return new Meter(postgres.pid(), connect(EmbeddedPostgres.SUPERUSER));
    }

    String value(String database, String query) throws SQLException {
        try (Connection connection = connect(database);
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(query)) {
            result.next();
            return result.getString(1);
        }
    }

    private void execute(String sql) throws SQLException {
        try (Connection connection = connect(EmbeddedPostgres.SUPERUSER);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /// Loads the application once; vacuumed, so that no way pays for the hint bits of all.
    void load(Generator generator, String locale) throws SQLException {
        String collation =
                locale.startsWith(Options.ICU)
                        ? "LOCALE_PROVIDER icu ICU_LOCALE '%s' LOCALE 'C'"
                                .formatted(locale.substring(Options.ICU.length()))
                        : "LOCALE '%s'".formatted(locale);
        execute("CREATE DATABASE %s TEMPLATE template0 %s".formatted(TEMPLATE, collation));
        try (Connection connection = connect(TEMPLATE);
                Statement statement = connection.createStatement()) {
            Loader.load(connection, generator, Variant.AS_MIGRATED, loaded -> {});
            statement.execute("VACUUM (ANALYZE)");
        }
    }

    /// A copy of what was loaded, under another name, with nothing left to write of it.
    void createLoaded(String database) throws SQLException {
        execute(
                "CREATE DATABASE %s TEMPLATE %s%s"
                        .formatted(
                                database,
                                TEMPLATE,
                                postgres.major() < STRATEGY_MAJOR ? "" : " STRATEGY file_copy"));
        execute("CHECKPOINT");
    }

    void drop(String database) throws SQLException {
        postgres.dropDatabase(database);
    }

    /// Restarts with an empty cache, as far as the operating system lets this process empty its
    /// own.
    OsCache restartCold() throws IOException, SQLException {
        // Otherwise stopping would take longer than a stop may.
        execute("CHECKPOINT");
        postgres.stop();
        OsCache cache = OsCache.drop();
        postgres.restart();
        return cache;
    }

    /// Whether the operating system's file cache is empty.
    enum OsCache {
        DROPPED,
        NOT_DROPPED;

        private static final Path SWITCH = Path.of("/proc/sys/vm/drop_caches");

        private static OsCache drop() throws IOException {
            if (!Files.isWritable(SWITCH)) {
                return NOT_DROPPED;
            }
            try {
                Files.writeString(SWITCH, "3");
                return DROPPED;
            } catch (java.nio.file.FileSystemException e) {
                // Inside a container the file is there and refuses.
                return NOT_DROPPED;
            }
        }
    }

    @Override
    public void close() throws IOException {
        postgres.close();
    }
}
