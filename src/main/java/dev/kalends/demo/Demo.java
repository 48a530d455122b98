package dev.kalends.demo;

import dev.kalends.app.Kalends;
import dev.kalends.calendar.Interval;
import dev.kalends.config.Config;
import dev.kalends.config.LayoutConfig;
import dev.kalends.config.PartitionConfig;
import dev.kalends.config.TableConfig;
import dev.kalends.demo.messaging.Generator;
import dev.kalends.demo.messaging.Ledger;
import dev.kalends.demo.messaging.Loader;
import dev.kalends.demo.messaging.MessagingApplication;
import dev.kalends.demo.messaging.QuerySet;
import dev.kalends.demo.messaging.QueryTiming;
import dev.kalends.demo.messaging.Traffic;
import dev.kalends.demo.messaging.TrafficOptions;
import dev.kalends.demo.messaging.TrafficReport;
import dev.kalends.demo.messaging.Variant;
import dev.kalends.demo.messaging.Verdict;
import dev.kalends.embedded.EmbeddedPostgres;
import dev.kalends.embedded.ServerOptions;
import dev.kalends.execute.LockRetry;
import dev.kalends.execute.ProgressEvent;
import dev.kalends.execute.StopSignal;
import dev.kalends.failure.FailureCode;
import dev.kalends.failure.KalendsException;
import dev.kalends.migrate.Validator;
import dev.kalends.pg.Target;
import dev.kalends.plan.Phase;
import dev.kalends.sql.Identifier;
import dev.kalends.sql.QualifiedName;
import java.io.IOException;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.SequencedMap;

/// A whole conversion on a server of its own, while the messaging application uses the table.
public final class Demo implements AutoCloseable {
    private static final int SERVER = 18;
    private static final String DATABASE = "messaging";
    private static final QualifiedName TABLE = QualifiedName.of("public", "ConversationMessage");
    private static final Duration WARM_UP = Duration.ofSeconds(1);
    private static final Duration AFTER_SWITCH = Duration.ofSeconds(3);

    /// About as long as the conversion takes, so that the longest waits can be compared.
    private static final Duration BASELINE_PER_MILLION_ROWS = Duration.ofSeconds(30);

    private static final Duration BASELINE_MIN = Duration.ofSeconds(2);
    private static final Duration BASELINE_MAX = Duration.ofMinutes(1);

    private final DemoOptions options;
    private final Clock clock;
    private final StopSignal stop;
    private final DemoEvent.Listener listener;
    private final EmbeddedPostgres server;
    private final Generator generator;
    private final Ledger ledger;
    private final SequencedMap<String, Duration> took = new LinkedHashMap<>();

    private Demo(
            DemoOptions options,
            Clock clock,
            StopSignal stop,
            DemoEvent.Listener listener,
            EmbeddedPostgres server) {
        this.options = options;
        this.clock = clock;
        this.stop = stop;
        this.listener = listener;
        this.server = server;
        this.generator =
                new Generator(options.rows(), options.months(), options.seed(), clock.instant());
        this.ledger = new Ledger(generator, Variant.AS_MIGRATED, options.clients());
    }

    /// Starts the server; it ends, and its data with it, when the demonstration is closed.
    public static Demo start(
            DemoOptions options, Clock clock, StopSignal stop, DemoEvent.Listener listener)
            throws IOException {
        Instant began = clock.instant();
        listener.on(new DemoEvent.Began("Starting PostgreSQL " + SERVER));
        EmbeddedPostgres server =
                EmbeddedPostgres.start(
                        ServerOptions.of(SERVER).withSetting("shared_buffers", "512MB"));
        Demo demo = new Demo(options, clock, stop, listener, server);
        demo.ended(
                "server",
                "PostgreSQL %d started, with fsync off: fine for a demo only".formatted(SERVER),
                began);
        return demo;
    }

    /// Where the application's database is, for psql.
    public String address() {
        return "postgresql://%s@127.0.0.1:%d/%s"
                .formatted(EmbeddedPostgres.SUPERUSER, server.port(), DATABASE);
    }

    /// Runs everything, once.
    public DemoReport run() throws InterruptedException {
        try {
            return demonstrate();
        } catch (SQLException e) {
            throw new KalendsException(
                    FailureCode.STATEMENT_FAILED,
                    "The demonstration's application failed: " + e.getMessage(),
                    "Its server is a temporary one; nothing else was touched.",
                    "Run it again; with KALENDS_DEBUG=1 the place is shown.",
                    e);
        }
    }

    private DemoReport demonstrate() throws SQLException, InterruptedException {
        load();
        List<QueryTiming> before = measureQueries("queriesBefore");
        Converted converted = convertUnderTraffic();
        Verdict verdict = judge();
        List<QueryTiming> after = measureQueries("queriesAfter");
        TrafficReport traffic = converted.traffic();
        List<TrafficReport.ClientError> errors = new ArrayList<>(traffic.errors());
        long connectionFailures = traffic.connectionFailures();
        LockRetry.Outcome back = null;
        if (options.wayBack() == DemoOptions.WayBack.ROLL_BACK) {
            RolledBack rolledBack = rollBackUnderTraffic();
            back = rolledBack.outcome();
            errors.addAll(rolledBack.traffic().errors());
            connectionFailures += rolledBack.traffic().connectionFailures();
            if (verdict.clean()) {
                verdict = judge();
            }
        }
        return new DemoReport(
                new LinkedHashMap<>(took),
                converted.partitions(),
                converted.compared(),
                converted.writes(),
                verdict,
                errors,
                connectionFailures,
                converted.waits(),
                converted.switched(),
                back,
                before,
                after);
    }

    private void load() throws SQLException {
        Instant began = begin("Loading messages");
        server.createDatabase(DATABASE);
        try (Connection connection = server.connect(DATABASE)) {
            Loader.load(
                    connection,
                    generator,
                    Variant.AS_MIGRATED,
                    loaded -> {
                        refuseWhenStopped();
                        listener.on(
                                new DemoEvent.Advanced("Loading messages", loaded, options.rows()));
                    });
        }
        ended(
                "load",
                "%s messages of %d months loaded, with 8 indexes"
                        .formatted(count(options.rows()), options.months()),
                began);
    }

    /// Both measurements begin from the same: everything vacuumed, analyzed and written.
    private List<QueryTiming> measureQueries(String key) throws SQLException {
        Instant began = begin("Measuring the queries");
        try (Connection connection = server.connect(DATABASE);
                Statement statement = connection.createStatement()) {
            statement.execute("VACUUM (ANALYZE) " + MessagingApplication.CONVERSATION_MESSAGE);
            statement.execute("CHECKPOINT");
            List<QueryTiming> timings = QuerySet.measure(connection, generator);
            ended(
                    key,
                    "%d queries measured, with nobody else there".formatted(timings.size()),
                    began);
            return timings;
        }
    }

    /// What came of the conversion.
    private record Converted(
            int partitions,
            DemoReport.Compared compared,
            long writes,
            TrafficReport traffic,
            DemoReport.Waits waits,
            LockRetry.Outcome switched) {}

    private Converted convertUnderTraffic() throws SQLException, InterruptedException {
        Kalends kalends = kalends();
        try (Traffic traffic = Traffic.start(trafficOptions(), ledger)) {
            pause(WARM_UP);
            Instant watched = begin("Watching the clients before the conversion");
            pause(baseline());
            Duration baseline = traffic.longestWait(watched, clock.instant());
            Duration baselineTook =
                    ended(
                            "baseline",
                            "%d clients watched before it, %d operations/s"
                                    .formatted(options.clients(), options.operationsPerSecond()),
                            watched);
            long writesBefore = traffic.report().acknowledgedWrites();
            Instant began = clock.instant();
            Kalends.Migrated migrated = kalends.migrate(TABLE, wish());
            DemoReport.Compared compared = compare(kalends);
            Instant switchBegan = begin("Switching the tables");
            LockRetry.Outcome switched = kalends.switchTables(TABLE);
            Instant switchEnded = clock.instant();
            ended(
                    "switch",
                    "Switched at try %d, locks held %d ms; foreign keys validated"
                            .formatted(switched.attempts(), switched.held().toMillis()),
                    switchBegan);
            long writes = traffic.report().acknowledgedWrites() - writesBefore;
            pause(AFTER_SWITCH);
            TrafficReport report = traffic.stop();
            DemoReport.Waits waits =
                    new DemoReport.Waits(
                            baseline,
                            baselineTook,
                            traffic.longestWait(began, switchEnded),
                            Duration.between(began, switchEnded),
                            traffic.longestWait(switchBegan, switchEnded.plusSeconds(1)));
            return new Converted(
                    migrated.spec().partitions().size(), compared, writes, report, waits, switched);
        }
    }

    private DemoReport.Compared compare(Kalends kalends) {
        Instant began = begin("Validating once more");
        long rows = 0;
        long otherRows = 0;
        BigDecimal checksum = BigDecimal.ZERO;
        BigDecimal otherChecksum = BigDecimal.ZERO;
        for (Validator.Result each : kalends.validate(TABLE)) {
            rows += each.rows();
            otherRows += each.otherRows();
            checksum = checksum.add(each.checksum());
            otherChecksum = otherChecksum.add(each.otherChecksum());
        }
        DemoReport.Compared compared =
                new DemoReport.Compared(rows, otherRows, checksum, otherChecksum);
        ended("validate", "Validated on demand: %s rows compared".formatted(count(rows)), began);
        return compared;
    }

    private record RolledBack(LockRetry.Outcome outcome, TrafficReport traffic) {}

    private RolledBack rollBackUnderTraffic() throws SQLException, InterruptedException {
        try (Traffic traffic = Traffic.start(trafficOptions(), ledger)) {
            pause(AFTER_SWITCH);
            Instant began = begin("Going back");
            LockRetry.Outcome outcome = kalends().rollback(TABLE);
            ended(
                    "rollback",
                    "Rolled back at try %d, locks held %d ms"
                            .formatted(outcome.attempts(), outcome.held().toMillis()),
                    began);
            pause(WARM_UP);
            return new RolledBack(outcome, traffic.stop());
        }
    }

    private Verdict judge() throws SQLException {
        Instant began = begin("Judging every row");
        try (Connection connection = server.connect(DATABASE)) {
            Verdict verdict = ledger.judge(connection, MessagingApplication.CONVERSATION_MESSAGE);
            ended("judge", "Every row compared with what its client was promised", began);
            return verdict;
        }
    }

    private Kalends kalends() {
        return new Kalends(
                Target.parse(address(), ""), Config.defaults(), clock, stop, this::migrating);
    }

    private void migrating(ProgressEvent event) {
        if (event instanceof ProgressEvent.Ended(Phase phase, Duration phaseTook, long _)) {
            synchronized (took) {
                took.merge(key(phase), phaseTook, Duration::plus);
            }
        }
        listener.on(new DemoEvent.Migrating(event));
    }

    private static String key(Phase phase) {
        return switch (phase) {
            case PREPARED -> "preparing";
            case COPYING -> "copying";
            case INDEXING -> "indexing";
            case CATCHING_UP -> "catchingUp";
            case VALIDATING -> "validating";
            case READY_TO_SWITCH, SWITCHED, COMPLETED, ROLLED_BACK -> "other";
        };
    }

    private static TableConfig wish() {
        return new TableConfig(
                TABLE,
                PartitionConfig.of(Identifier.of("createdAt"), Interval.MONTH),
                new LayoutConfig(
                        List.of(Identifier.of("conversationId"), Identifier.of("createdAt"))));
    }

    private TrafficOptions trafficOptions() {
        return TrafficOptions.of(server.jdbcUrl(DATABASE), clock)
                .withOperationsPerSecond(options.operationsPerSecond())
                .withSeed(options.seed());
    }

    private Duration baseline() {
        Duration wanted =
                BASELINE_PER_MILLION_ROWS.multipliedBy(options.rows()).dividedBy(1_000_000);
        return wanted.compareTo(BASELINE_MIN) < 0
                ? BASELINE_MIN
                : wanted.compareTo(BASELINE_MAX) > 0 ? BASELINE_MAX : wanted;
    }

    private void pause(Duration duration) {
        stop.await(duration);
        refuseWhenStopped();
    }

    private void refuseWhenStopped() {
        if (stop.requested()) {
            throw new KalendsException(
                    FailureCode.STOPPED,
                    "The demo was stopped.",
                    "Its server and data are gone; nothing else was touched.",
                    "Run kalends demo again.");
        }
    }

    private Instant begin(String what) {
        listener.on(new DemoEvent.Began(what));
        return clock.instant();
    }

    private Duration ended(String key, String what, Instant began) {
        Duration duration = Duration.between(began, clock.instant());
        synchronized (took) {
            took.merge(key, duration, Duration::plus);
        }
        listener.on(new DemoEvent.Ended(what, duration));
        return duration;
    }

    private static String count(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
