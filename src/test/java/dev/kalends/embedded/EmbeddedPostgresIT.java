package dev.kalends.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.kalends.testing.ServerTest;
import dev.kalends.testing.TestDatabase;
import dev.kalends.testing.TestServers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class EmbeddedPostgresIT {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    @BeforeAll
    static void findServers() {
        TestServers.useBuildFolder();
    }

    static List<Integer> versions() {
        return TestServers.versions();
    }

    @ServerTest
    void everyVersionBoots(TestDatabase database) {
        assertThat(database.value("show server_version"))
                .startsWith(database.server().major() + ".");
        assertThat(database.value("show server_encoding")).isEqualTo("UTF8");
        assertThat(
                        database.value(
                                "select datcollate from pg_database where datname = current_database()"))
                .isEqualTo("C");
        assertThat(database.value("show shared_preload_libraries")).isEqualTo("pg_stat_statements");
        database.sql("create extension pg_stat_statements", "create extension postgres_fdw");
    }

    @ServerTest
    void aRoleOfTheTestIsNoSuperuser(TestDatabase database) throws SQLException {
        String role = database.createRole("app");

        try (Connection connection = database.connectAs(role);
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery("show is_superuser")) {
            result.next();
            assertThat(result.getString(1)).isEqualTo("off");
        }
    }

    @ParameterizedTest
    @MethodSource("versions")
    void keepsCommittedRowsWhenKilled(int major) throws IOException, SQLException {
        try (EmbeddedPostgres server = EmbeddedPostgres.start(major)) {
            int port = server.port();
            run(
                    server,
                    "create table kept (n int)",
                    "insert into kept select generate_series(1, 1000)");
            try (Connection open = server.connect("postgres");
                    Statement statement = open.createStatement()) {
                open.setAutoCommit(false);
                statement.execute("insert into kept values (-1)");
                server.kill();
            }

            assertThatThrownBy(() -> server.connect("postgres")).isInstanceOf(SQLException.class);
            server.restart();

            assertThat(server.port()).isEqualTo(port);
            assertThat(value(server, "select count(*) || '/' || min(n) from kept"))
                    .isEqualTo("1000/1");
            server.stop();
            server.restart();
            assertThat(value(server, "select count(*) from kept")).isEqualTo("1000");
        }
    }

    @Test
    void deletesItsFilesWhenClosed() throws IOException {
        EmbeddedPostgres server = EmbeddedPostgres.start(TestServers.newest());
        Path home = server.home();
        assertThat(home).exists();

        server.close();

        assertThat(home).doesNotExist();
    }

    @Test
    void keepsANamedDataFolderForTheNextServer() throws IOException, SQLException {
        // Not below JUnit's folder, which only its owner may enter.
        Path folder = Folders.temporary(Account.current());
        ServerOptions options = ServerOptions.of(TestServers.newest()).withDataFolder(folder);
        try {
            try (EmbeddedPostgres server = EmbeddedPostgres.start(options)) {
                run(server, "create table kept (n int)");
            }
            try (EmbeddedPostgres server =
                    EmbeddedPostgres.start(options.withSetting("work_mem", "12345kB"))) {
                assertThat(value(server, "select count(*) from kept")).isEqualTo("0");
                assertThat(value(server, "show work_mem")).isEqualTo("12345kB");
            }
        } finally {
            Folders.delete(folder);
        }
    }

    @ParameterizedTest
    @MethodSource("versions")
    void diesWithTheJvmThatStartedIt(int major, @TempDir Path folder) throws IOException {
        Path told = folder.resolve("home");
        Process jvm =
                new ProcessBuilder(
                                ProcessHandle.current().info().command().orElseThrow(),
                                "-cp",
                                System.getProperty("java.class.path"),
                                "-D%s=%s"
                                        .formatted(
                                                Binaries.FOLDER_PROPERTY,
                                                System.getProperty(Binaries.FOLDER_PROPERTY)),
                                OrphanedServer.class.getName(),
                                Integer.toString(major),
                                told.toString())
                        .inheritIO()
                        .start();
        await().atMost(LIMIT).until(() -> Files.exists(told) && Files.size(told) > 0);
        Path home = Path.of(Files.readString(told).strip());
        long postmaster =
                Long.parseLong(
                        Files.readAllLines(home.resolve("data").resolve("postmaster.pid"))
                                .getFirst());
        assertThat(ProcessHandle.of(postmaster)).isPresent();

        jvm.destroyForcibly();

        await().atMost(LIMIT).until(() -> ProcessHandle.of(postmaster).isEmpty());
        await().atMost(LIMIT).until(() -> !Files.exists(home));
    }

    @ParameterizedTest
    @MethodSource("versions")
    void aStandbyFollows(int major) throws IOException, SQLException {
        try (EmbeddedPostgres primary = EmbeddedPostgres.start(major)) {
            run(primary, "create table followed as select generate_series(1, 1000) as n");
            try (EmbeddedPostgres standby = primary.startStandby()) {
                assertThat(value(standby, "select pg_is_in_recovery()")).isEqualTo("t");
                run(primary, "insert into followed values (1001)");

                await().atMost(LIMIT)
                        .until(() ->
                                value(standby, "select count(*) from followed").equals("1001"));
                assertThat(value(primary, "select count(*) from pg_stat_replication"))
                        .isEqualTo("1");
            }
            assertThat(value(primary, "select count(*) from pg_replication_slots")).isEqualTo("0");
        }
    }

    @Test
    void saysWhichVersionIsNotThere() {
        assertThatThrownBy(() -> EmbeddedPostgres.start(9))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("Cannot start PostgreSQL 9: no postgres-9.jar in ");
    }

    @Test
    void saysWhatTheServerSaidWhenItDoesNotStart() {
        assertThatThrownBy(() ->
                        EmbeddedPostgres.start(
                                ServerOptions.of(TestServers.newest())
                                        .withSetting("no_such_setting", "1")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("unrecognized configuration parameter \"no_such_setting\"");
    }

    private static void run(EmbeddedPostgres server, String... statements) throws SQLException {
        try (Connection connection = server.connect("postgres");
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    private static String value(EmbeddedPostgres server, String query) throws SQLException {
        try (Connection connection = server.connect("postgres");
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(query)) {
            result.next();
            return result.getString(1);
        }
    }
}
