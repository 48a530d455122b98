package dev.kalends.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.kalends.archive.manifest.Manifest;
import dev.kalends.config.Config;
import dev.kalends.config.ConfigException;
import dev.kalends.config.ConfigReader;
import dev.kalends.embedded.EmbeddedPostgres;
import dev.kalends.testing.Conversions;
import dev.kalends.testing.KalendsProgram;
import dev.kalends.testing.TestServers;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Kalends and the server are killed with -9 while partitions leave for the archive and come back,
/// with a client that writes. After every kill each row is in the database or in a whole archive,
/// and in one of them only.
///
/// `-Dkalends.test.kills=30` kills 30 times, every third time the server.
class ArchiveKilledIT {
    private static final int KILLS = Integer.getInteger("kalends.test.kills", 4);
    private static final int ROWS = 60_000;
    private static final int FIRST_LIVE = 1_000_000;
    private static final String TABLES =
            """
            switch: {lockTimeout: 500ms, attempts: 20, retryPause: 100ms}
            tables:
              - table: message
                partition: {key: at, every: month, ahead: 2}
                unique: {id: guard}
                references: guard
                lifecycle: {retain: 2 months}
            """;
    private static final List<String> MAINTAIN = List.of("maintain", "--yes");
    private static final List<String> RESTORE = List.of("restore", "message");
    private static final List<String> EXPORT = List.of("archive", "export", "message");
    private static final List<List<String>> ROUND = List.of(MAINTAIN, RESTORE, EXPORT);

    @TempDir private Path folder;

    static List<Integer> versions() {
        TestServers.useBuildFolder();
        return TestServers.ends();
    }

    private static void create(EmbeddedPostgres server) throws SQLException {
        try (Connection connection = server.connect("postgres");
                Statement statement = connection.createStatement()) {
            for (String each :
                    List.of(
                            "create table message (id bigint primary key, at timestamp(3) not null, body text, reply_to bigint references message on delete set null)",
                            "create index on message (reply_to)",
                            "insert into message select i, date_trunc('month', localtimestamp) - interval '9 months' + i * interval '4 min', md5(i::text) || md5((i * 7)::text), null from generate_series(1, "
                                    + ROWS
                                    + ") i",
                            "update message m set reply_to = id - 1 where id % 10 = 0 and exists (select from message n where n.id = m.id - 1 and date_trunc('month', n.at) = date_trunc('month', m.at))")) {
                statement.execute(each);
            }
        }
        Kalends kalends = Conversions.kalends(uri(server));
        dev.kalends.config.TableConfig wish =
                Conversions.wish(
                        """
                          - table: message
                            partition: {key: at, every: month, ahead: 2}
                            unique: {id: guard}
                            references: guard
                        """);
        kalends.migrate(wish.table(), wish);
        kalends.switchTables(wish.table());
        kalends.cleanup(wish.table(), Kalends.Backup.WAIVED);
    }

    private static String uri(EmbeddedPostgres server) {
        return "postgresql://postgres@127.0.0.1:" + server.port() + "/postgres";
    }

    private KalendsProgram program(EmbeddedPostgres server, Path archive) throws IOException {
        Files.writeString(
                folder.resolve("kalends.yaml"),
                "archive: {store: 'file:%s'}\n%s".formatted(archive, TABLES));
        return new KalendsProgram(folder, uri(server), Map.of());
    }

    private record Content(long rows, BigDecimal checksum) {
        Content plus(Content other) {
            return new Content(rows + other.rows, checksum.add(other.checksum));
        }
    }

    private static Content content(Statement statement, String table) throws SQLException {
        try (ResultSet result =
                statement.executeQuery(
                        "select count(*), coalesce(sum(hashtextextended((m.*)::text, 0)::numeric), 0) from "
                                + table
                                + " m where id < "
                                + FIRST_LIVE)) {
            result.next();
            return new Content(result.getLong(1), result.getBigDecimal(2));
        }
    }

    private static List<String> texts(Statement statement, String query) throws SQLException {
        List<String> texts = new ArrayList<>();
        try (ResultSet result = statement.executeQuery(query)) {
            while (result.next()) {
                texts.add(result.getString(1));
            }
        }
        return texts;
    }

    /// All rows, wherever they are.
    private Content everywhere(EmbeddedPostgres server, Path archive)
            throws SQLException, ConfigException {
        Config config =
                ConfigReader.parse(
                        "archive: {store: 'file:%s'}\n%s".formatted(archive, TABLES),
                        "kalends.yaml",
                        folder,
                        Map.of());
        try (Connection connection = server.connect("postgres");
                Statement statement = connection.createStatement();
                ArchiveAccess access =
                        new ArchiveAccess(config, folder, Clock.systemUTC(), "test")) {
            Content all = content(statement, "message");
            // Detached, or loaded and not yet attached.
            for (String loose :
                    texts(
                            statement,
                            """
                            select c.oid::regclass::text from pg_class c
                             where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace and c.relname like 'message\\_20%'
                               and not exists (select from pg_inherits h where h.inhrelid = c.oid and not h.inhdetachpending)
                            """
                                    .replace("not h.inhdetachpending", pending(statement)))) {
                all = all.plus(content(statement, loose));
            }
            for (String location :
                    texts(
                            statement,
                            """
                            select location from kalends.archive a
                             where expired_at is null and left_at is not null and restored_oid is null
                            """)) {
                Manifest whole = access.open().rows(location);
                all = all.plus(new Content(whole.rows(), whole.checksum()));
            }
            return all;
        }
    }

    private static String pending(Statement statement) throws SQLException {
        return texts(
                                statement,
                                "select 1 from pg_attribute where attrelid = 'pg_inherits'::regclass and attname = 'inhdetachpending'")
                        .isEmpty()
                ? "true"
                : "not h.inhdetachpending";
    }

    /// Until what the killed process had begun has ended.
    private static void settle(EmbeddedPostgres server) {
        await().atMost(Duration.ofMinutes(1))
                .ignoreExceptions()
                .until(() -> {
                    try (Connection connection = server.connect("postgres");
                            Statement statement = connection.createStatement()) {
                        return texts(
                                        statement,
                                        """
                                        select pid::text from pg_stat_activity
                                         where backend_type = 'client backend' and pid <> pg_backend_pid() and application_name <> 'writer'
                                        """)
                                .isEmpty();
                    }
                });
    }

    @ParameterizedTest
    @MethodSource("versions")
    void losesNothingAndDoublesNothingWhenKilled(int major)
            throws IOException, SQLException, InterruptedException, ConfigException {
        long seed = Long.getLong("kalends.test.seed", System.nanoTime());
        Random random = new Random(seed);
        Path archive = Files.createDirectory(folder.resolve("archive"));
        Map<String, Integer> kills = new TreeMap<>();
        try (EmbeddedPostgres server = EmbeddedPostgres.start(major)) {
            create(server);
            KalendsProgram program = program(server, archive);
            Content before = everywhere(server, archive);
            assertThat(before.rows()).isEqualTo(ROWS);
            Map<List<String>, Long> took = new HashMap<>();
            for (List<String> each : ROUND) {
                long start = System.nanoTime();
                assertThat(program.run(each)).as(program.log()).isZero();
                took.put(each, Duration.ofNanos(System.nanoTime() - start).toMillis());
                assertThat(everywhere(server, archive)).isEqualTo(before);
            }
            try (Writer writer = Writer.start(server)) {
                writer.awaitWrites();
                for (int i = 0; i < KILLS; i++) {
                    List<String> command = ROUND.get(i % ROUND.size());
                    if (command.equals(MAINTAIN)) {
                        // So that there is something to export again.
                        before = change(server, archive);
                    }
                    Process process = program.start(command);
                    if (!process.waitFor(
                            Duration.ofMillis(
                                    300 + random.nextLong(took.getOrDefault(command, 1L))))) {
                        if (i % 3 == 2) {
                            server.kill();
                            assertThat(process.waitFor(Duration.ofMinutes(1))).isTrue();
                            server.restart();
                            kills.merge("server in " + command.getFirst(), 1, Integer::sum);
                        } else {
                            process.destroyForcibly().waitFor();
                            kills.merge("kalends in " + command.getFirst(), 1, Integer::sum);
                        }
                        settle(server);
                        assertThat(everywhere(server, archive))
                                .as("seed %d", seed)
                                .isEqualTo(before);
                    }
                    assertThat(program.run(command)).as(program.log()).isZero();
                    assertThat(everywhere(server, archive)).as("seed %d", seed).isEqualTo(before);
                }
                writer.awaitWrites();
                twoAtOnce(program, MAINTAIN);
                assertThat(everywhere(server, archive)).isEqualTo(before);
                twoAtOnce(program, RESTORE);
                assertThat(everywhere(server, archive)).isEqualTo(before);
                assertThat(program.run(RESTORE)).as(program.log()).isZero();
            }
            try (Connection connection = server.connect("postgres");
                    Statement statement = connection.createStatement()) {
                assertThat(content(statement, "message")).isEqualTo(before);
            }
        }
        assertThat(kills).isNotEmpty();
        System.err.printf("PostgreSQL %d, seed %d, killed %s%n", major, seed, kills);
    }

    private Content change(EmbeddedPostgres server, Path archive)
            throws SQLException, ConfigException {
        try (Connection connection = server.connect("postgres");
                Statement statement = connection.createStatement()) {
            statement.execute("update message set body = body || '.' where id % 5000 = 1");
        }
        return everywhere(server, archive);
    }

    /// One of them may be told that the other one is at work.
    private static void twoAtOnce(KalendsProgram program, List<String> command)
            throws IOException, InterruptedException {
        Process one = program.start(command);
        Process other = program.start(command);
        assertThat(one.waitFor(Duration.ofMinutes(3))).isTrue();
        assertThat(other.waitFor(Duration.ofMinutes(3))).isTrue();
        assertThat(List.of(one.exitValue(), other.exitValue())).as(program.log()).contains(0);
        if (one.exitValue() != other.exitValue()) {
            assertThat(program.log()).contains("HELD_BY_ANOTHER");
        }
    }

    @ParameterizedTest
    @MethodSource("versions")
    void leavesPartitionsWhereTheyAreWhenTheStoreIsFull(int major)
            throws IOException, SQLException, InterruptedException, ConfigException {
        Path archive = Files.createDirectory(folder.resolve("small"));
        assumeTrue(
                mount("-t", "tmpfs", "-o", "size=64k", "tmpfs", archive.toString()) == 0,
                "skipped: this machine mounts no tmpfs");
        try (EmbeddedPostgres server = EmbeddedPostgres.start(major)) {
            create(server);
            KalendsProgram program = program(server, archive);
            Content before = everywhere(server, archive);

            assertThat(program.run(MAINTAIN)).isNotZero();

            assertThat(program.log()).contains("STORE_FAILED").contains("No space left");
            try (Connection connection = server.connect("postgres");
                    Statement statement = connection.createStatement()) {
                assertThat(content(statement, "message")).isEqualTo(before);
            }
            try (Stream<Path> left = Files.walk(archive)) {
                assertThat(left.filter(each -> each.toString().endsWith(".parquet"))).isEmpty();
            }
            assertThat(mount("-o", "remount,size=200m", archive.toString())).isZero();
            assertThat(program.run(MAINTAIN)).as(program.log()).isZero();
            assertThat(everywhere(server, archive)).isEqualTo(before);
        } finally {
            new ProcessBuilder("umount", archive.toString()).inheritIO().start().waitFor();
        }
    }

    private static int mount(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("mount"));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command).inheritIO().start().waitFor();
    }

    /// Writes rows of the present, one after another, through every end of the server.
    private static final class Writer implements AutoCloseable {
        private final EmbeddedPostgres server;
        private Future<?> running = CompletableFuture.completedFuture(null);
        private final AtomicBoolean stopped = new AtomicBoolean();
        private final ExecutorService thread = Executors.newSingleThreadExecutor();
        private final AtomicLong written = new AtomicLong();

        private Writer(EmbeddedPostgres server) {
            this.server = server;
        }

        static Writer start(EmbeddedPostgres server) {
            Writer writer = new Writer(server);
            writer.running = writer.thread.submit(writer::write);
            return writer;
        }

        void awaitWrites() {
            long before = written.get();
            await().atMost(Duration.ofMinutes(1)).until(() -> written.get() > before);
        }

        private void write() {
            while (!stopped.get()) {
                try (Connection connection = server.connect("postgres");
                        Statement statement = connection.createStatement()) {
                    statement.execute("set application_name = 'writer'");
                    try (PreparedStatement insert =
                            connection.prepareStatement(
                                    "insert into message (id, at, body) select ?, date_trunc('month', localtimestamp), 'live' where not exists (select from message where id = ? and at = date_trunc('month', localtimestamp))")) {
                        while (!stopped.get()) {
                            insert.setLong(1, FIRST_LIVE + written.get());
                            insert.setLong(2, FIRST_LIVE + written.get());
                            insert.executeUpdate();
                            written.incrementAndGet();
                        }
                    }
                } catch (SQLException e) {
                    // 57P and 08: the server was killed; anything else would stop the application.
                    if (e.getSQLState() == null
                            || !(e.getSQLState().startsWith("57P")
                                    || e.getSQLState().startsWith("08"))) {
                        throw new IllegalStateException(e);
                    }
                }
            }
        }

        @Override
        public void close() throws SQLException {
            stopped.set(true);
            thread.close();
            assertThat(running).succeedsWithin(Duration.ofSeconds(5));
            try (Connection connection = server.connect("postgres");
                    Statement statement = connection.createStatement()) {
                assertThat(
                                texts(
                                        statement,
                                        "select count(*) from message where id >= " + FIRST_LIVE))
                        .containsExactly(Long.toString(written.get()));
            }
        }
    }
}
