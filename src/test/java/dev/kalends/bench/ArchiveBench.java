package dev.kalends.bench;

import dev.kalends.Main;
import dev.kalends.app.Kalends;
import dev.kalends.calendar.Interval;
import dev.kalends.config.Config;
import dev.kalends.config.ConfigException;
import dev.kalends.config.ConfigReader;
import dev.kalends.config.LayoutConfig;
import dev.kalends.config.PartitionConfig;
import dev.kalends.config.TableConfig;
import dev.kalends.config.TableNames;
import dev.kalends.demo.messaging.Generator;
import dev.kalends.demo.messaging.Loader;
import dev.kalends.demo.messaging.Variant;
import dev.kalends.embedded.EmbeddedPostgres;
import dev.kalends.execute.StopSignal;
import dev.kalends.pg.Target;
import dev.kalends.sql.Identifier;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Export and restore beside `pg_dump -Fc` and `pg_restore --data-only`, which take turns; one line
/// per figure. The programs of `pg_dump` have to be as new as PostgreSQL 15, which it runs on.
final class ArchiveBench {
    private static final Clock CLOCK = Clock.systemUTC();
    private static final int POSTGRES = 15;
    private static final Duration SAMPLE = Duration.ofMillis(20);
    private static final Pattern PEAK = Pattern.compile("VmHWM:\\s+(\\d+) kB");
    private static final TableConfig WISH =
            new TableConfig(
                    TableNames.parse("ConversationMessage"),
                    PartitionConfig.of(Identifier.of("createdAt"), Interval.MONTH),
                    new LayoutConfig(List.of()));

    private enum Way {
        EXPORT,
        PG_DUMP,
        RESTORE,
        PG_RESTORE
    }

    private record Figure(long millis, long peakKilobytes) {}

    private final EmbeddedPostgres server;
    private final Path folder;
    private final String heap;
    private final Map<Way, List<Figure>> figures = new EnumMap<>(Way.class);

    private ArchiveBench(EmbeddedPostgres server, Path folder, String heap) {
        this.server = server;
        this.folder = folder;
        this.heap = heap;
    }

    /// @param arguments rows, rounds, heap of Kalends in MB
    public static void main(String[] arguments)
            throws IOException, SQLException, InterruptedException, ConfigException {
        int rows = number(arguments, 0, 1_000_000);
        int rounds = number(arguments, 1, 3);
        int heap = number(arguments, 2, 128);
        Path folder = Files.createTempDirectory("kalends-bench-");
        try (EmbeddedPostgres server = EmbeddedPostgres.start(POSTGRES)) {
            new ArchiveBench(server, folder, "-Xmx" + heap + "m").run(rows, rounds);
        } finally {
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path each : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(each);
                }
            }
        }
    }

    private static int number(String[] arguments, int place, int otherwise) {
        return arguments.length > place ? Integer.parseInt(arguments[place]) : otherwise;
    }

    private static void say(String format, Object... values) {
        System.out.printf(format + "%n", values);
    }

    private void run(int rows, int rounds)
            throws IOException, SQLException, InterruptedException, ConfigException {
        prepare(rows);
        Path dump = folder.resolve("dump");
        for (int round = 0; round < rounds; round++) {
            kalends("archive", "expire", "--yes");
            Files.deleteIfExists(dump);
            measure(Way.EXPORT, kalendsCommand("archive", "export", "ConversationMessage"));
            measure(
                    Way.PG_DUMP,
                    List.of(
                            "pg_dump",
                            "-Fc",
                            "-t",
                            "conversation_message_*",
                            "-f",
                            dump.toString(),
                            "-d",
                            uri("postgres")));
        }
        say(
                "heap and TOAST %d MB, with indexes %d MB; archive %d MB, pg_dump %d MB: %.2f",
                megabytes(
                        number(
                                "postgres",
                                "select sum(pg_table_size(relid)) from pg_partition_tree('\"ConversationMessage\"')")),
                megabytes(
                        number(
                                "postgres",
                                "select sum(pg_total_relation_size(relid)) from pg_partition_tree('\"ConversationMessage\"')")),
                megabytes(archiveBytes()),
                megabytes(Files.size(dump)),
                (double) archiveBytes() / Files.size(dump));
        prepareBack();
        for (int round = 0; round < rounds; round++) {
            execute("back", "drop table if exists back");
            measure(
                    Way.RESTORE,
                    kalendsCommand(
                            "restore",
                            "ConversationMessage",
                            "--into",
                            "back",
                            "--into-database",
                            uri("back")));
            for (String partition : partitions()) {
                execute("back", "truncate " + partition);
            }
            measure(
                    Way.PG_RESTORE,
                    List.of("pg_restore", "--data-only", "-d", uri("back"), dump.toString()));
            long came = number("back", "select count(*) from back");
            if (came != rows) {
                throw new IllegalStateException("%d rows came back of %d".formatted(came, rows));
            }
        }
        report();
    }

    private void prepare(int rows) throws IOException, SQLException, ConfigException {
        Generator generator = new Generator(rows, 1, 1, CLOCK.instant());
        try (Connection connection = server.connect("postgres")) {
            Loader.load(connection, generator, Variant.AS_MIGRATED, loaded -> {});
        }
        Config config =
                ConfigReader.parse("cleanup: {grace: 0s}\n", "kalends.yaml", folder, Map.of());
        Kalends kalends =
                new Kalends(
                        Target.parse(uri("postgres"), ""),
                        config,
                        CLOCK,
                        new StopSignal(),
                        event -> {});
        kalends.migrate(WISH.table(), WISH);
        kalends.switchTables(WISH.table());
        kalends.cleanup(WISH.table(), Kalends.Backup.WAIVED);
        Files.writeString(
                folder.resolve("kalends.yaml"),
                """
                archive: {store: 'file:%s'}
                tables:
                  - table: ConversationMessage
                    partition: {key: createdAt, every: month}
                """
                        .formatted(folder.resolve("archive")));
        Files.createDirectories(folder.resolve("archive"));
        server.createDatabase("back");
        say("rows %d, PostgreSQL %d, heap of Kalends %s", rows, POSTGRES, heap);
    }

    /// Tables as those that were dumped, without indexes.
    private void prepareBack() throws SQLException {
        for (String ddl :
                texts(
                        """
                        select 'create table ' || c.oid::regclass || ' (' ||
                               (select string_agg(format('%I %s', attname, format_type(atttypid, atttypmod)), ', ' order by attnum)
                                  from pg_attribute where attrelid = c.oid and attnum > 0 and not attisdropped) || ')'
                          from pg_inherits h join pg_class c on c.oid = h.inhrelid where inhparent = '"ConversationMessage"'::regclass
                        """)) {
            execute("back", ddl);
        }
    }

    private List<String> partitions() throws SQLException {
        return texts(
                "select inhrelid::regclass::text from pg_inherits where inhparent = '\"ConversationMessage\"'::regclass");
    }

    private long archiveBytes() throws SQLException {
        return number(
                "postgres", "select sum(bytes) from kalends.archive where expired_at is null");
    }

    private static long megabytes(long bytes) {
        return bytes >> 20;
    }

    private void measure(Way way, List<String> command) throws IOException, InterruptedException {
        Figure figure = time(command);
        figures.computeIfAbsent(way, _ -> new ArrayList<>()).add(figure);
        say("%s %d ms, peak %d MB", way, figure.millis(), figure.peakKilobytes() >> 10);
    }

    private Figure time(List<String> command) throws IOException, InterruptedException {
        long start = System.nanoTime();
        Process process =
                new ProcessBuilder(command)
                        .directory(folder.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(folder.resolve("output").toFile())
                        .start();
        long peak = 0;
        while (!process.waitFor(SAMPLE)) {
            peak = Math.max(peak, peak(process));
        }
        if (process.exitValue() != 0) {
            throw new IllegalStateException(
                    command + ": " + Files.readString(folder.resolve("output")));
        }
        return new Figure(Duration.ofNanos(System.nanoTime() - start).toMillis(), peak);
    }

    private static long peak(Process process) {
        try {
            Matcher found =
                    PEAK.matcher(Files.readString(Path.of("/proc/" + process.pid() + "/status")));
            return found.find() ? Long.parseLong(found.group(1)) : 0;
        } catch (IOException e) {
            // It has just ended.
            return 0;
        }
    }

    private List<String> kalendsCommand(String... arguments) {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                heap,
                                "-XX:+UseSerialGC",
                                "--enable-native-access=ALL-UNNAMED",
                                "-cp",
                                absoluteClassPath(),
                                Main.class.getName(),
                                "--database",
                                uri("postgres")));
        command.addAll(List.of(arguments));
        return command;
    }

    private static String absoluteClassPath() {
        return Stream.of(System.getProperty("java.class.path").split(":", -1))
                .map(each -> Path.of(each).toAbsolutePath().toString())
                .reduce((a, b) -> a + ":" + b)
                .orElseThrow();
    }

    private void kalends(String... arguments) throws IOException, InterruptedException {
        // Nothing to remove is no failure of the benchmark.
        new ProcessBuilder(kalendsCommand(arguments))
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("output").toFile())
                .start()
                .waitFor();
    }

    private void report() {
        say(
                "export / pg_dump: %.2f; restore / pg_restore: %.2f (ratios of medians)",
                (double) median(Way.EXPORT) / median(Way.PG_DUMP),
                (double) median(Way.RESTORE) / median(Way.PG_RESTORE));
        say(
                "peak of Kalends: export %d MB, restore %d MB",
                peak(Way.EXPORT) >> 10, peak(Way.RESTORE) >> 10);
    }

    private List<Figure> of(Way way) {
        return figures.getOrDefault(way, List.of());
    }

    private long median(Way way) {
        List<Long> sorted = of(way).stream().map(Figure::millis).sorted().toList();
        return sorted.get(sorted.size() / 2);
    }

    private long peak(Way way) {
        return of(way).stream().mapToLong(Figure::peakKilobytes).max().orElse(0);
    }

    private String uri(String database) {
        return "postgresql://postgres@127.0.0.1:" + server.port() + "/" + database;
    }

    private void execute(String database, String statement) throws SQLException {
        try (Connection connection = server.connect(database);
                Statement each = connection.createStatement()) {
            each.execute(statement);
        }
    }

    private long number(String database, String query) throws SQLException {
        try (Connection connection = server.connect(database);
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(query)) {
            result.next();
            return result.getLong(1);
        }
    }

    private List<String> texts(String query) throws SQLException {
        List<String> texts = new ArrayList<>();
        try (Connection connection = server.connect("postgres");
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(query)) {
            while (result.next()) {
                texts.add(result.getString(1));
            }
        }
        return texts;
    }
}
