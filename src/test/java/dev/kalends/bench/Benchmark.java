package dev.kalends.bench;

import com.google.errorprone.annotations.FormatMethod;
import dev.kalends.demo.messaging.Generator;
import dev.kalends.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/// Measures all ways side by side on a server of its own, and writes what it found.
public final class Benchmark {
    private static final String DATABASE = "measured";
    private static final String CONVERTED = "\"ConversationMessage\"";

    private final Options options;
    private final Server server;
    private final Generator generator;
    private final List<Outcome> outcomes = new ArrayList<>();
    private final List<QueryRuns> queries = new ArrayList<>();

    private Benchmark(Options options, Server server, Generator generator) {
        this.options = options;
        this.server = server;
        this.generator = generator;
    }

    public static void main(String[] arguments)
            throws IOException, SQLException, InterruptedException {
        Options options;
        try {
            options = Options.parse(arguments);
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage() + "\n" + Options.USAGE);
            System.exit(2);
            return;
        }
        Path work = Files.createDirectories(options.out().toAbsolutePath().resolve("work"));
        // A killed run leaves its server's files.
        delete(work.resolve("server"));
        Instant began = Instant.now(Clock.systemUTC());
        Generator generator =
                new Generator(options.rows(), options.months(), options.seed(), began);
        try (Server server = Server.start(options, work)) {
            Result result = new Benchmark(options, server, generator).run(began);
            write(options, began, result);
        } finally {
            delete(work.resolve("server"));
        }
    }

    private static void write(Options options, Instant began, Result result) throws IOException {
        String name = began.atZone(ZoneOffset.UTC).toLocalDate() + "-" + options.rows();
        JsonMapper json = JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();
        Files.writeString(
                options.out().resolve(name + ".json"), json.writeValueAsString(result) + "\n");
        Path page = options.out().resolve(name + ".md");
        Files.writeString(page, Report.markdown(result));
        System.out.println(Files.readString(page));
        System.out.println("written to " + page);
    }

    private Result run(Instant began) throws IOException, SQLException, InterruptedException {
        System.out.println(server.version());
        System.out.println(server.settings());
        long start = System.nanoTime();
        server.load(generator, options.locale());
        double loadSeconds = (System.nanoTime() - start) / 1e9;
        say("loaded %,d rows in %.1f s", options.rows(), loadSeconds);
        server.createLoaded(DATABASE);
        Outcome.Sizes source = sizes(CONVERTED);
        queries.add(QueryRuns.measure(server, DATABASE, "plain", generator));
        server.drop(DATABASE);
        for (int run = 1; run <= options.runs(); run++) {
            for (Way way : options.ways()) {
                measure(way, run);
            }
        }
        return new Result(
                began.truncatedTo(ChronoUnit.SECONDS).toString(),
                Result.Machine.current(),
                server.version(),
                server.settings(),
                options.locale(),
                options.rows(),
                options.months(),
                options.seed(),
                options.runs(),
                loadSeconds,
                source,
                outcomes,
                queries);
    }

    private void measure(Way way, int run) throws IOException, SQLException, InterruptedException {
        server.createLoaded(DATABASE);
        Outcome outcome = outcome(way, run);
        outcomes.add(outcome);
        if (outcome.notMeasured() == null) {
            say(
                    "%s: %.1f s to copy, index and attach, %.1f s in all",
                    way.word(), outcome.filling().seconds(), outcome.ready().seconds());
        } else {
            say("%s: %s", way.word(), outcome.notMeasured());
        }
        if (run == 1 && way == Way.KALENDS) {
            queries.add(QueryRuns.measure(server, DATABASE, "partitioned", generator));
        } else if (run == 1 && way == Way.KALENDS_CLUSTERED) {
            queries.add(
                    QueryRuns.measure(server, DATABASE, "partitioned and clustered", generator));
        }
        server.drop(DATABASE);
    }

    private Outcome outcome(Way way, int run)
            throws IOException, SQLException, InterruptedException {
        try (Meter meter = server.meter();
                Activity activity =
                        new Activity(server.connect(EmbeddedPostgres.SUPERUSER), DATABASE)) {
            return switch (way) {
                case NAIVE, FLOOR, PARTMAN -> {
                    try (Connection connection = server.connect(DATABASE)) {
                        yield sqlWay(new SqlWays(connection, meter), activity, way, run);
                    }
                }
                case KALENDS -> conversion(List.of(), meter, activity, way, run);
                case KALENDS_CLUSTERED ->
                        conversion(
                                List.of("conversationId", "createdAt"), meter, activity, way, run);
            };
        }
    }

    private Outcome sqlWay(SqlWays ways, Activity activity, Way way, int run)
            throws IOException, SQLException {
        String missing = way == Way.PARTMAN ? ways.partmanMissing() : null;
        if (missing != null) {
            return Outcome.notMeasured(way, run, missing);
        }
        List<Measured> phases =
                switch (way) {
                    case NAIVE -> ways.naive();
                    case FLOOR -> ways.floor();
                    case PARTMAN -> ways.partman();
                    case KALENDS, KALENDS_CLUSTERED ->
                            throw new IllegalArgumentException("More than SQL: " + way);
                };
        requireAllRows(SqlWays.TABLE);
        return new Outcome(
                way,
                run,
                null,
                phases,
                activity.longestTransactionSeconds(),
                activity.waits(),
                sizes(SqlWays.TABLE),
                null);
    }

    private Outcome conversion(
            List<String> clusterBy, Meter meter, Activity activity, Way way, int run)
            throws IOException, SQLException, InterruptedException {
        ConversionWay.Converted converted =
                ConversionWay.convert(server.url(DATABASE), clusterBy, meter);
        requireAllRows(CONVERTED);
        return new Outcome(
                way,
                run,
                null,
                converted.phases(),
                activity.longestTransactionSeconds(),
                activity.waits(),
                sizes(CONVERTED),
                converted.client());
    }

    /// A way that loses rows is not fast.
    private void requireAllRows(String table) throws SQLException {
        String rows = server.value(DATABASE, "SELECT count(*) FROM " + table);
        if (Long.parseLong(rows) != options.rows()) {
            throw new IllegalStateException(
                    "%s holds %s rows instead of %d".formatted(table, rows, options.rows()));
        }
    }

    private Outcome.Sizes sizes(String table) throws SQLException {
        try (Connection connection = server.connect(DATABASE);
                Statement statement = connection.createStatement();
                ResultSet result =
                        statement.executeQuery(
                                """
                                SELECT count(*), sum(pg_table_size(relid)), sum(pg_indexes_size(relid))
                                  FROM pg_partition_tree('%s') WHERE isleaf
                                """
                                        .formatted(table))) {
            result.next();
            if (result.getLong(1) > 0) {
                return new Outcome.Sizes(result.getLong(1), result.getLong(2), result.getLong(3));
            }
        }
        // A table that is no partition has no partition tree.
        return new Outcome.Sizes(
                1,
                Long.parseLong(
                        server.value(DATABASE, "SELECT pg_table_size('%s')".formatted(table))),
                Long.parseLong(
                        server.value(DATABASE, "SELECT pg_indexes_size('%s')".formatted(table))));
    }

    @FormatMethod
    private static void say(String format, Object... values) {
        System.out.println(String.format(Locale.ROOT, format, values));
    }

    private static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        Files.walkFileTree(
                folder,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                            throws IOException {
                        Files.delete(file);
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult postVisitDirectory(
                            Path visited, @Nullable IOException failure) throws IOException {
                        if (failure != null) {
                            throw failure;
                        }
                        Files.delete(visited);
                        return FileVisitResult.CONTINUE;
                    }
                });
    }
}
