package dev.kalends.demo.messaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kalends.embedded.EmbeddedPostgres;
import dev.kalends.testing.OldestAndNewest;
import dev.kalends.testing.TestDatabase;
import dev.kalends.testing.TestServers;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TrafficIT {
    private static final Clock CLOCK = Clock.systemUTC();
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final int CLIENTS = 4;

    static List<Integer> versions() {
        TestServers.useBuildFolder();
        return TestServers.ends();
    }

    @OldestAndNewest
    void losesNothingOnAPlainTable(TestDatabase database)
            throws SQLException, InterruptedException {
        Ledger ledger = load(database.url(), Variant.AS_MIGRATED);

        TrafficReport report = run(TrafficOptions.of(database.url(), CLOCK), ledger, 3_000);

        assertThat(report.errors()).isEmpty();
        assertThat(report.connectionFailures()).isZero();
        assertThat(report.reads()).isPositive();
        assertThat(report.p50()).isBetween(Duration.ofNanos(1), report.p99());
        assertThat(report.longestWait()).isGreaterThan(report.p50());
        Verdict verdict = judge(database.url(), ledger);
        assertThat(verdict.samples()).isEmpty();
        assertThat(verdict.clean()).isTrue();
        assertThat(verdict.acknowledgedWrites()).isEqualTo(report.acknowledgedWrites());
        assertThat(Long.parseLong(database.value("select count(*) from \"ConversationMessage\"")))
                .isEqualTo(verdict.rows())
                .isNotEqualTo(ledger.generator().rows());
    }

    @OldestAndNewest
    void losesNothingWhereMessagesReferToMessages(TestDatabase database)
            throws SQLException, InterruptedException {
        Ledger ledger = load(database.url(), Variant.CURRENT);
        long reactions = count(database);

        TrafficReport report = run(TrafficOptions.of(database.url(), CLOCK), ledger, 2_000);
        TrafficReport second =
                run(TrafficOptions.of(database.url(), CLOCK).withSeed(2), ledger, 1_000);

        assertThat(report.errors()).isEmpty();
        assertThat(second.errors()).isEmpty();
        assertThat(judge(database.url(), ledger).samples()).isEmpty();
        assertThat(count(database)).isEqualTo(reactions);
    }

    @OldestAndNewest
    void losesNothingOnAPartitionedTable(TestDatabase database)
            throws SQLException, InterruptedException {
        Ledger ledger = load(database.url(), Variant.AS_MIGRATED);
        database.sql(
                "alter table \"ConversationMessage\" rename to plain",
                "create table \"ConversationMessage\" (like plain including defaults)"
                        + " partition by range (\"createdAt\")",
                """
                do $$ begin for month in 0..12 loop
                    execute format(
                        'create table %I partition of "ConversationMessage"'
                        ' for values from (%L) to (%L)',
                        'part' || month,
                        date_trunc('month', now()) - make_interval(months => month),
                        date_trunc('month', now()) - make_interval(months => month - 1));
                end loop; end $$
                """,
                "insert into \"ConversationMessage\" select * from plain",
                "alter table \"ConversationMessage\" add primary key (id, \"createdAt\")",
                "analyze");

        TrafficReport report = run(TrafficOptions.of(database.url(), CLOCK), ledger, 3_000);

        assertThat(report.errors()).isEmpty();
        assertThat(judge(database.url(), ledger).samples()).isEmpty();
    }

    @OldestAndNewest
    void keepsToItsRate(TestDatabase database) throws SQLException, InterruptedException {
        Ledger ledger = load(database.url(), Variant.AS_MIGRATED);
        TrafficOptions options =
                TrafficOptions.of(database.url(), CLOCK).withOperationsPerSecond(100);
        long start = System.nanoTime();
        try (Traffic traffic = Traffic.start(options, ledger)) {
            await().atMost(LIMIT).until(() -> traffic.report().reads() >= 60);
            // About a third of all operations read.
            assertThat(Duration.ofNanos(System.nanoTime() - start))
                    .isGreaterThan(Duration.ofSeconds(1));
        }
    }

    @OldestAndNewest
    void aFailingWriteIsAnErrorOfTheClientAndNotLost(TestDatabase database)
            throws SQLException, InterruptedException {
        Ledger ledger = load(database.url(), Variant.AS_MIGRATED);
        database.sql(
                "alter table \"ConversationMessage\" add constraint no_answers"
                        + " check (status <> 'answered') not valid");

        TrafficReport report = run(TrafficOptions.of(database.url(), CLOCK), ledger, 1_000);

        assertThat(report.errorCount()).isPositive();
        assertThat(report.errors())
                .allSatisfy(error -> {
                    assertThat(error.sqlState()).isEqualTo("23514");
                    assertThat(error.message()).startsWith("TRANSACTION: ");
                });
        assertThat(judge(database.url(), ledger).samples()).isEmpty();
    }

    @OldestAndNewest
    void aRowThatVanishesUnderTheTrafficIsNoticed(TestDatabase database)
            throws SQLException, InterruptedException {
        Ledger ledger = load(database.url(), Variant.AS_MIGRATED);
        TrafficReport report;
        try (Traffic traffic = Traffic.start(TrafficOptions.of(database.url(), CLOCK), ledger)) {
            await().atMost(LIMIT).until(() -> traffic.report().acknowledgedWrites() > 500);
            database.sql(
                    "delete from \"ConversationMessage\" where id > 'c' and ctid in"
                            + " (select ctid from \"ConversationMessage\" order by id desc limit 200)");
            await().atMost(LIMIT).until(() -> traffic.report().errorCount() > 0);
            report = traffic.stop();
        }

        assertThat(report.errors()).allSatisfy(e -> assertThat(e.sqlState()).isEqualTo("-----"));
        assertThat(judge(database.url(), ledger).lost()).isPositive();
    }

    @ParameterizedTest
    @MethodSource("versions")
    void losesNothingWhenTheServerIsKilled(int major)
            throws IOException, SQLException, InterruptedException {
        try (EmbeddedPostgres server = EmbeddedPostgres.start(major)) {
            String url = server.jdbcUrl("postgres");
            Ledger ledger = load(url, Variant.AS_MIGRATED);
            TrafficReport report;
            try (Traffic traffic =
                    Traffic.start(TrafficOptions.of(url, CLOCK).tolerant(), ledger)) {
                AtomicLong goal = new AtomicLong();
                BooleanSupplier more = () -> traffic.report().acknowledgedWrites() >= goal.get();
                for (int i = 0; i < 3; i++) {
                    goal.set(traffic.report().acknowledgedWrites() + 500);
                    await().atMost(LIMIT).until(more::getAsBoolean);
                    server.kill();
                    server.restart();
                }
                goal.set(traffic.report().acknowledgedWrites() + 500);
                await().atMost(LIMIT).until(more::getAsBoolean);
                assertThat(traffic.clientsRunning()).isEqualTo(CLIENTS);
                report = traffic.stop();
            }

            assertThat(report.connectionFailures()).isPositive();
            assertThat(report.errors()).isEmpty();
            assertThat(judge(url, ledger).samples()).isEmpty();
        }
    }

    @OldestAndNewest
    void clientsEndWithTheirConnectionUnlessTolerant(TestDatabase database)
            throws SQLException, InterruptedException {
        Ledger ledger = load(database.url(), Variant.AS_MIGRATED);
        try (Traffic traffic = Traffic.start(TrafficOptions.of(database.url(), CLOCK), ledger)) {
            await().atMost(LIMIT).until(() -> traffic.report().acknowledgedWrites() > 100);
            database.sql(
                    "select pg_terminate_backend(pid) from pg_stat_activity where datname ="
                            + " current_database() and pid <> pg_backend_pid()");
            await().atMost(LIMIT).until(() -> traffic.clientsRunning() == 0);

            assertThat(traffic.stop().connectionFailures()).isEqualTo(CLIENTS);
        }
        assertThat(judge(database.url(), ledger).samples()).isEmpty();
    }

    @OldestAndNewest
    void measuresTheQueries(TestDatabase database) throws SQLException {
        Ledger ledger = load(database.url(), Variant.AS_MIGRATED);
        try (Connection connection = database.connect()) {
            List<QueryTiming> timings = QuerySet.measure(connection, ledger.generator());

            assertThat(timings).hasSize(5);
            assertThat(timings)
                    .allSatisfy(timing -> {
                        assertThat(timing.milliseconds()).isPositive();
                        assertThat(timing.buffers()).isPositive();
                    });
        }
        assertThat(judge(database.url(), ledger).clean()).isTrue();
    }

    private static Ledger load(String url, Variant variant) throws SQLException {
        Generator generator = new Generator(20_000, 12, 3, CLOCK.instant().minusSeconds(1));
        try (Connection connection = DriverManager.getConnection(url)) {
            Loader.load(connection, generator, variant, rows -> {});
            try (Statement statement = connection.createStatement()) {
                statement.execute("ANALYZE");
            }
        }
        return new Ledger(generator, variant, CLIENTS);
    }

    private static TrafficReport run(TrafficOptions options, Ledger ledger, long writes)
            throws SQLException, InterruptedException {
        Instant start = CLOCK.instant();
        try (Traffic traffic = Traffic.start(options, ledger)) {
            await().atMost(LIMIT).until(() -> traffic.report().acknowledgedWrites() >= writes);
            TrafficReport report = traffic.stop();
            assertThat(traffic.longestWait(start, CLOCK.instant()))
                    .isIn(Duration.ZERO, report.longestWait());
            return report;
        }
    }

    private static long count(TestDatabase database) {
        return Long.parseLong(database.value("select count(*) from \"MessageReaction\""));
    }

    private static Verdict judge(String url, Ledger ledger) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url)) {
            return ledger.judge(connection, MessagingApplication.CONVERSATION_MESSAGE);
        }
    }
}
