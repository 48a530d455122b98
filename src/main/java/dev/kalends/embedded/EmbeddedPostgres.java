package dev.kalends.embedded;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A PostgreSQL server of its own, on a free port of the loopback address, with the superuser
/// "postgres" and no passwords. It ends with [#close()], and when the JVM ends in whatever way.
public final class EmbeddedPostgres implements AutoCloseable {
    public static final String SUPERUSER = "postgres";

    private static final String LOOPBACK = "127.0.0.1";
    private static final int PORTS_TRIED_MAX = 3;
    private static final String SETTINGS_FILE = "kalends.conf";

    private final Binaries binaries;
    private final Account account;
    private final ServerOptions options;
    private final Path home;
    private final Lifetime lifetime;
    private final int port;
    private final @Nullable Primary primary;
    private ServerProcess process;

    /// What a standby follows.
    private record Primary(EmbeddedPostgres server, String slot) {}

    private record Running(int port, ServerProcess process) {}

    private EmbeddedPostgres(
            Binaries binaries,
            Account account,
            ServerOptions options,
            Path home,
            @Nullable Primary primary)
            throws IOException {
        this.binaries = binaries;
        this.account = account;
        this.options = options;
        this.home = home;
        this.lifetime = options.dataFolder() == null ? Lifetime.TEMPORARY : Lifetime.KEPT;
        this.primary = primary;
        Running running = startSomewhere(binaries, account, home, lifetime);
        this.port = running.port();
        this.process = running.process();
    }

    /// Starts a server with a temporary data folder and settings good for tests.
    public static EmbeddedPostgres start(int major) throws IOException {
        return start(ServerOptions.of(major));
    }

    /// Starts a server and waits until it accepts connections.
    ///
    /// @throws IOException also if the programs of that version are not there, or the given data
    ///   folder holds another version's data; the message ends with the server's log
    public static EmbeddedPostgres start(ServerOptions options) throws IOException {
        Account account = Account.current();
        Binaries binaries = Binaries.of(options);
        Path dataFolder = options.dataFolder();
        Path home = dataFolder == null ? Folders.temporary(account) : dataFolder;
        try {
            Folders.create(home);
            account.requireReachable(home);
            account.take(home);
            Path data = home.resolve("data");
            if (Files.exists(data)) {
                requireVersion(data, options.major());
            } else {
                initialize(binaries, account, home, options.locale());
            }
            writeSettings(account, data, options.settings());
            return new EmbeddedPostgres(binaries, account, options, home, null);
        } catch (IOException e) {
            if (dataFolder == null) {
                Folders.delete(home);
            }
            throw e;
        }
    }

    public int major() {
        return options.major();
    }

    /// The process id of the server's main process, the parent of all others.
    public synchronized long pid() throws IOException {
        return process.postmasterPid();
    }

    public int port() {
        return port;
    }

    /// The folder that holds the server's log and, in `data`, its files.
    public Path home() {
        return home;
    }

    /// A URL that connects as the superuser.
    public String jdbcUrl(String database) {
        return "jdbc:postgresql://%s:%d/%s?user=%s"
                .formatted(
                        LOOPBACK,
                        port,
                        URLEncoder.encode(database, StandardCharsets.UTF_8),
                        SUPERUSER);
    }

    public Connection connect(String database) throws SQLException {
        return DriverManager.getConnection(jdbcUrl(database));
    }

    public void createDatabase(String name) throws SQLException {
        execute("CREATE DATABASE " + quoted(name));
    }

    /// Drops a database, closing the connections to it. Nothing happens if there is none.
    public void dropDatabase(String name) throws SQLException {
        execute("DROP DATABASE IF EXISTS " + quoted(name) + " WITH (FORCE)");
    }

    /// Starts a hot standby that streams from this server; its data is always temporary. Close it
    /// before this server is closed.
    public synchronized EmbeddedPostgres startStandby() throws IOException, SQLException {
        Path standbyHome = Folders.temporary(account);
        String slot = "standby_" + Long.toUnsignedString(System.nanoTime(), Character.MAX_RADIX);
        Path data = standbyHome.resolve("data");
        try (Connection connection = connect(SUPERUSER);
                Statement statement = connection.createStatement()) {
            statement.execute(
                    "select pg_catalog.pg_create_physical_replication_slot('%s', true)"
                            .formatted(slot));
            BaseBackup.copy(connection, major(), home.resolve("data"), data);
        }
        ServerOptions following =
                new ServerOptions(
                                major(),
                                options.locale(),
                                options.settings(),
                                null,
                                options.programs())
                        .withSettings(
                                Map.of(
                                        "primary_conninfo",
                                        "host=%s port=%d user=%s application_name=%s"
                                                .formatted(LOOPBACK, port, SUPERUSER, slot),
                                        "primary_slot_name",
                                        slot));
        writeSettings(account, data, following.settings());
        account.take(standbyHome);
        return new EmbeddedPostgres(
                binaries, account, following, standbyHome, new Primary(this, slot));
    }

    /// Kills the server's main process as `kill -9` does, and waits until its other processes are
    /// gone too. Transactions under way are lost or, if their commit had reached the log, kept.
    public synchronized void kill() throws IOException {
        process.kill();
    }

    /// Ends the server in order; its data stays for [#restart()]. Nothing happens if it does not
    /// run.
    public synchronized void stop() throws IOException {
        process.stop();
    }

    /// Starts the server again on the same port and data, and waits until it accepts connections. A
    /// running server is stopped first.
    public synchronized void restart() throws IOException {
        process.stop();
        process = ServerProcess.start(binaries, account, home, lifetime, port);
    }

    /// Stops the server and deletes its data, unless the options named a folder for it.
    @Override
    public synchronized void close() throws IOException {
        process.stop();
        if (lifetime == Lifetime.TEMPORARY) {
            Folders.delete(home);
        }
        if (primary != null && primary.server().process.running()) {
            try {
                primary.server().dropSlot(primary.slot());
            } catch (SQLException e) {
                throw new IOException("Cannot drop the slot of the closed standby", e);
            }
        }
    }

    private void dropSlot(String slot) throws SQLException {
        execute("select pg_catalog.pg_drop_replication_slot('%s')".formatted(slot));
    }

    private void execute(String sql) throws SQLException {
        try (Connection connection = connect(SUPERUSER);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static String quoted(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }

    /// Somebody else may take a free port before the server does; then another one is tried.
    private static Running startSomewhere(
            Binaries binaries, Account account, Path home, Lifetime lifetime) throws IOException {
        for (int attempt = 1; ; attempt++) {
            int port = freePort();
            try {
                return new Running(
                        port, ServerProcess.start(binaries, account, home, lifetime, port));
            } catch (IOException e) {
                boolean taken = String.valueOf(e.getMessage()).contains("could not bind");
                if (!taken || attempt == PORTS_TRIED_MAX) {
                    throw e;
                }
            }
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static void requireVersion(Path data, int major) throws IOException {
        String version = Files.readString(data.resolve("PG_VERSION")).strip();
        if (!version.equals(Integer.toString(major))) {
            throw new IOException(
                    "Cannot start PostgreSQL %d on %s: it holds data of PostgreSQL %s"
                            .formatted(major, data, version));
        }
    }

    private static void initialize(Binaries binaries, Account account, Path home, String locale)
            throws IOException {
        List<String> initdb =
                List.of(
                        binaries.program("initdb").toString(),
                        "--pgdata=" + home.resolve("data"),
                        "--username=" + SUPERUSER,
                        "--auth=trust",
                        "--encoding=UTF8",
                        "--locale=" + locale,
                        "--no-sync");
        ServerProcess.run(account.command(initdb), home);
        Files.writeString(
                home.resolve("data").resolve("postgresql.conf"),
                "\ninclude = '" + SETTINGS_FILE + "'\n",
                StandardOpenOption.APPEND);
    }

    private static void writeSettings(Account account, Path data, Map<String, String> settings)
            throws IOException {
        StringBuilder text = new StringBuilder();
        text.append("listen_addresses = '").append(LOOPBACK).append("'\n");
        text.append("unix_socket_directories = ''\n");
        settings.forEach((name, value) ->
                text.append(name).append(" = '").append(value.replace("'", "''")).append("'\n"));
        Path file = data.resolve(SETTINGS_FILE);
        Files.writeString(file, text);
        account.take(file);
    }
}
