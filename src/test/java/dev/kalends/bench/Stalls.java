package dev.kalends.bench;

import dev.kalends.app.Kalends;
import dev.kalends.calendar.Interval;
import dev.kalends.config.CleanupConfig;
import dev.kalends.config.Config;
import dev.kalends.config.CopyConfig;
import dev.kalends.config.LayoutConfig;
import dev.kalends.config.PartitionConfig;
import dev.kalends.config.SwitchConfig;
import dev.kalends.config.TableConfig;
import dev.kalends.config.TableNames;
import dev.kalends.config.ThrottleConfig;
import dev.kalends.demo.messaging.Generator;
import dev.kalends.demo.messaging.Ledger;
import dev.kalends.demo.messaging.Loader;
import dev.kalends.demo.messaging.Traffic;
import dev.kalends.demo.messaging.TrafficOptions;
import dev.kalends.demo.messaging.TrafficReport;
import dev.kalends.demo.messaging.Variant;
import dev.kalends.demo.messaging.Verdict;
import dev.kalends.embedded.EmbeddedPostgres;
import dev.kalends.execute.LockRetry;
import dev.kalends.execute.ProgressEvent;
import dev.kalends.execute.StopSignal;
import dev.kalends.pg.Target;
import dev.kalends.sql.Identifier;
import dev.kalends.unit.ByteSize;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/// What clients, a rollback and a replica feel of a conversion; one line per figure.
final class Stalls {
    private static final Clock CLOCK = Clock.systemUTC();
    private static final String TABLE = "\"ConversationMessage\"";
    private static final TableConfig WISH =
            new TableConfig(
                    TableNames.parse("ConversationMessage"),
                    PartitionConfig.of(Identifier.of("createdAt"), Interval.MONTH),
                    new LayoutConfig(List.of()));

    private final EmbeddedPostgres server;
    private final int laterWrites;
    private final AtomicInteger pauses = new AtomicInteger();

    private Stalls(EmbeddedPostgres server, int laterWrites) {
        this.server = server;
        this.laterWrites = laterWrites;
    }

    /// @param arguments rows, months, clients, operations per second, later writes
    public static void main(String[] arguments)
            throws IOException, SQLException, InterruptedException {
        int rows = number(arguments, 0, 300_000);
        int months = number(arguments, 1, 24);
        int clients = number(arguments, 2, 8);
        int rate = number(arguments, 3, 1_000);
        int later = number(arguments, 4, 1_000_000);
        try (EmbeddedPostgres server = EmbeddedPostgres.start(18)) {
            Generator generator = new Generator(rows, months, 1, CLOCK.instant());
            try (Connection connection = server.connect("postgres")) {
                Loader.load(connection, generator, Variant.AS_MIGRATED, loaded -> {});
            }
            say(
                    "rows %d, months %d, clients %d, operations per second %d",
                    rows, months, clients, rate);
            Stalls stalls = new Stalls(server, later);
            stalls.switching(new Ledger(generator, Variant.AS_MIGRATED, clients), rate);
            stalls.replica();
        }
    }

    private static int number(String[] arguments, int place, int otherwise) {
        return arguments.length > place ? Integer.parseInt(arguments[place]) : otherwise;
    }

    private static void say(String format, Object... values) {
        System.out.printf(format + "%n", values);
    }

    private Kalends kalends(ByteSize replicaLagBytes) {
        ThrottleConfig usual = ThrottleConfig.defaults();
        Config config =
                new Config(
                        null,
                        List.of(),
                        new CopyConfig(2, ByteSize.ofMegabytes(4), ByteSize.ofMegabytes(64)),
                        SwitchConfig.defaults(),
                        new ThrottleConfig(
                                usual.replicaLag(), replicaLagBytes, usual.longTransaction(), null),
                        new CleanupConfig(Duration.ZERO),
                        null);
        return new Kalends(
                Target.parse(server.jdbcUrl("postgres"), ""),
                config,
                CLOCK,
                new StopSignal(),
                event -> {
                    if (event instanceof ProgressEvent.Paused) {
                        pauses.incrementAndGet();
                    }
                });
    }

    private void switching(Ledger ledger, int rate) throws SQLException, InterruptedException {
        Kalends kalends = kalends(ByteSize.ofMegabytes(256));
        TrafficOptions options =
                TrafficOptions.of(server.jdbcUrl("postgres"), CLOCK).withOperationsPerSecond(rate);
        try (Traffic traffic = Traffic.start(options, ledger)) {
            Instant began = CLOCK.instant();
            pause(Duration.ofSeconds(20));
            Duration baseline = traffic.longestWait(began, CLOCK.instant());
            say("longest client wait, 20 s without Kalends: %d ms", baseline.toMillis());
            kalends.migrate(WISH.table(), WISH);
            say(
                    "longest client wait during migrate: %d ms",
                    traffic.longestWait(began, CLOCK.instant()).toMillis());
            switchOnce(kalends, traffic, "switch");
            kalends.rollback(WISH.table());
            kalends.cleanup(WISH.table(), Kalends.Backup.WAIVED);
            kalends.migrate(WISH.table(), WISH);
            Thread reader = reader();
            switchOnce(kalends, traffic, "switch with a 20 s reader in the way");
            reader.join();
            TrafficReport report = traffic.stop();
            say("client errors: %d", report.errorCount());
        }
        try (Connection connection = server.connect("postgres")) {
            Verdict verdict = ledger.judge(connection, TABLE);
            say(
                    "acknowledged writes %d, lost %d, doubled %d, different %d",
                    verdict.acknowledgedWrites(),
                    verdict.lost(),
                    verdict.doubled(),
                    verdict.different());
        }
        rollbackAfterLaterWrites(kalends);
    }

    private static void switchOnce(Kalends kalends, Traffic traffic, String what) {
        Instant began = CLOCK.instant();
        LockRetry.Outcome outcome = kalends.switchTables(WISH.table());
        say(
                "%s: tries %d, waited for the locks %d ms, held them %d ms, longest client wait %d ms",
                what,
                outcome.attempts(),
                outcome.waited().toMillis(),
                outcome.held().toMillis(),
                traffic.longestWait(began, CLOCK.instant()).toMillis());
    }

    private Thread reader() throws InterruptedException {
        CountDownLatch reading = new CountDownLatch(1);
        Thread thread =
                Thread.ofPlatform()
                        .start(() -> {
                            try (Connection connection = server.connect("postgres");
                                    Statement statement = connection.createStatement()) {
                                connection.setAutoCommit(false);
                                statement.execute("SELECT FROM " + TABLE + " LIMIT 1");
                                reading.countDown();
                                statement.execute("SELECT pg_sleep(20)");
                                connection.commit();
                            } catch (SQLException e) {
                                throw new IllegalStateException(e);
                            }
                        });
        reading.await();
        return thread;
    }

    private void rollbackAfterLaterWrites(Kalends kalends) throws SQLException {
        long written = 0;
        try (Connection connection = server.connect("postgres");
                Statement statement = connection.createStatement()) {
            while (written < laterWrites) {
                written +=
                        statement.executeUpdate(
                                "UPDATE " + TABLE + " SET content = content || '!'");
            }
        }
        String before = checksum();
        Instant began = CLOCK.instant();
        LockRetry.Outcome outcome = kalends.rollback(WISH.table());
        say(
                "rollback after %d later writes: %d s in all, tries %d, locks held %d ms, content %s",
                written,
                Duration.between(began, CLOCK.instant()).toSeconds(),
                outcome.attempts(),
                outcome.held().toMillis(),
                checksum().equals(before) ? "equal" : "DIFFERENT");
        kalends.cleanup(WISH.table(), Kalends.Backup.WAIVED);
    }

    private String checksum() throws SQLException {
        return value(
                "SELECT count(*) || ' ' || sum(hashtextextended(t::text, 0)::numeric) FROM "
                        + TABLE
                        + " t");
    }

    private String value(String query) throws SQLException {
        try (Connection connection = server.connect("postgres");
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(query)) {
            result.next();
            return String.valueOf(result.getString(1));
        }
    }

    private void replica() throws IOException, SQLException, InterruptedException {
        ByteSize limit = ByteSize.ofMegabytes(32);
        try (EmbeddedPostgres standby = server.startStandby()) {
            AtomicLong greatest = new AtomicLong();
            CountDownLatch done = new CountDownLatch(1);
            Thread sampler =
                    Thread.ofPlatform()
                            .start(() -> {
                                try {
                                    while (!done.await(20, TimeUnit.MILLISECONDS)) {
                                        greatest.accumulateAndGet(lag(), Math::max);
                                    }
                                } catch (SQLException | InterruptedException e) {
                                    throw new IllegalStateException(e);
                                }
                            });
            pauses.set(0);
            kalends(limit).migrate(WISH.table(), WISH);
            done.countDown();
            sampler.join();
            say(
                    "standby on port %d: greatest replay lag %s, limit %s, chunks of 4 MB, pauses %d",
                    standby.port(),
                    new ByteSize(greatest.get()).display(),
                    limit.display(),
                    pauses.get());
        }
    }

    private long lag() throws SQLException {
        return Long.parseLong(
                value(
                        "SELECT coalesce(max(pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn)), 0)::bigint"
                                + " FROM pg_stat_replication"));
    }

    private static void pause(Duration length) throws InterruptedException {
        new CountDownLatch(1).await(length.toMillis(), TimeUnit.MILLISECONDS);
    }
}
