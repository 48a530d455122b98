package dev.kalends.fleet.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kalends.config.ScheduleConfig;
import dev.kalends.config.TimeWindow;
import dev.kalends.embedded.EmbeddedPostgres;
import dev.kalends.fleet.FakeTicker;
import dev.kalends.fleet.Node;
import dev.kalends.fleet.Ticker;
import dev.kalends.pg.Target;
import dev.kalends.plan.MaintenanceWork;
import dev.kalends.sql.QualifiedName;
import dev.kalends.testing.OldestAndNewest;
import dev.kalends.testing.TestDatabase;
import dev.kalends.testing.TestServers;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/// Nodes share the work through the database.
class ServeIT {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final Duration HEARTBEAT = Duration.ofSeconds(1);
    private static final String NEW_YEAR = "0 0 1 1 *";

    @OldestAndNewest
    void nodesShareTheTablesAndTickEachOnceInARun(TestDatabase database) {
        List<QualifiedName> tables = FakeTicker.numbered(12);
        // Neither goes on before the other has begun too.
        CountDownLatch both = new CountDownLatch(2);
        FakeTicker first = new FakeTicker(tables, meeting(both));
        FakeTicker second = new FakeTicker(tables, meeting(both));
        try (ScheduledNode _ = node(database, "first", first);
                ScheduledNode _ = node(database, "second", second)) {
            makeDue(database, "create");

            awaitNothingLeft(database, "create");
        }

        List<QualifiedName> all = new ArrayList<>(first.ticked());
        all.addAll(second.ticked());
        assertThat(all).containsExactlyInAnyOrderElementsOf(tables);
        assertThat(first.ticked()).isNotEmpty();
        assertThat(second.ticked()).isNotEmpty();
        assertThat(first.work()).containsOnly(MaintenanceWork.CREATE);
    }

    @OldestAndNewest
    void anotherNodeTakesOverWhatAKilledOneHadInHand(TestDatabase database)
            throws IOException, InterruptedException {
        Process stuck = start(database);
        try {
            await().atMost(LIMIT)
                    .until(() ->
                            database.value(
                                            "SELECT to_regclass('kalends.scheduled_tasks') IS NOT NULL")
                                    .equals("t"));
            await().atMost(LIMIT)
                    .until(() -> {
                        makeDue(database, "create");
                        return pickedBy(database).equals(StuckNode.NAME);
                    });
        } finally {
            stuck.destroyForcibly().waitFor();
        }
        FakeTicker ticker = new FakeTicker(FakeTicker.numbered(1));
        try (ScheduledNode _ = node(database, "heir", ticker)) {
            await().atMost(LIMIT).until(() -> !ticker.ticked().isEmpty());
            awaitNothingLeft(database, "create");
        }

        assertThat(ticker.ticked()).isEqualTo(FakeTicker.numbered(1));
    }

    @OldestAndNewest
    void catchesUpMissedRunsOnceAtTheStart(TestDatabase database) {
        List<QualifiedName> tables = FakeTicker.numbered(3);
        FakeTicker ticker = new FakeTicker(tables);
        node(database, "early", ticker).close();
        assertThat(ticker.ticked()).isEmpty();
        database.sql(
                "UPDATE kalends.scheduled_tasks SET execution_time = now() - interval '3 years'");

        try (ScheduledNode _ = node(database, "late", ticker)) {
            awaitNothingLeft(database, "create");
            awaitNothingLeft(database, "lifecycle");
        }

        List<QualifiedName> twice = new ArrayList<>(tables);
        twice.addAll(tables);
        assertThat(ticker.ticked()).containsExactlyInAnyOrderElementsOf(twice);
        assertThat(Collections.frequency(ticker.work(), MaintenanceWork.CREATE)).isEqualTo(3);
        assertThat(Collections.frequency(ticker.work(), MaintenanceWork.LIFECYCLE)).isEqualTo(3);
    }

    @OldestAndNewest
    void followsAChangedSchedule(TestDatabase database) {
        FakeTicker ticker = new FakeTicker(List.of());
        node(database, "before", ticker).close();
        Instant before = nextCreate(database);

        Instant told;
        try (ScheduledNode node = node(database, "after", ticker, StuckNode.yearly("0 0 1 2 *"))) {
            told = node.upcoming().getFirst().next();
        }

        assertThat(before.atZone(ZoneId.of("UTC")).getMonthValue()).isEqualTo(1);
        assertThat(nextCreate(database).atZone(ZoneId.of("UTC")).getMonthValue()).isEqualTo(2);
        assertThat(told).isEqualTo(nextCreate(database));
    }

    @OldestAndNewest
    void aTickThatFailsStopsNoOtherAndIsTriedByTheNextRun(TestDatabase database) {
        List<QualifiedName> tables = FakeTicker.numbered(3);
        AtomicInteger failures = new AtomicInteger();
        FakeTicker ticker =
                new FakeTicker(
                        tables,
                        table -> {
                            if (table.equals(tables.get(1)) && failures.getAndIncrement() == 0) {
                                throw new IllegalStateException("out of order");
                            }
                        });
        try (ScheduledNode _ = node(database, "only", ticker)) {
            makeDue(database, "create");
            awaitNothingLeft(database, "create");
            List<QualifiedName> inTheFirstRun = ticker.ticked();
            makeDue(database, "create");
            awaitNothingLeft(database, "create");

            assertThat(inTheFirstRun)
                    .containsExactlyInAnyOrder(tables.getFirst(), tables.getLast());
            assertThat(ticker.ticked()).hasSize(5).contains(tables.get(1));
        }
    }

    @OldestAndNewest
    void asksForTheTablesAgainSoonWhenThatFailed(TestDatabase database) {
        Ticker ticker =
                new Ticker() {
                    @Override
                    public List<QualifiedName> tables() {
                        throw new IllegalStateException("out of order");
                    }

                    @Override
                    public String tick(QualifiedName table, Set<MaintenanceWork> work) {
                        return "";
                    }
                };
        try (ScheduledNode _ = node(database, "only", ticker)) {
            makeDue(database, "create");

            await().atMost(LIMIT)
                    .until(() ->
                            database.number(
                                            "SELECT coalesce(consecutive_failures, 0) FROM kalends.scheduled_tasks WHERE task_name = 'create'")
                                    == 1);
            assertThat(nextCreate(database))
                    .isBetween(
                            Instant.now(Clock.systemUTC()),
                            Instant.now(Clock.systemUTC()).plusSeconds(61));
        }
    }

    @OldestAndNewest
    void putsTheLifecycleOffToItsWindow(TestDatabase database) {
        LocalTime now = LocalTime.now(Clock.systemUTC()).truncatedTo(ChronoUnit.MINUTES);
        TimeWindow window = new TimeWindow(now.plusHours(2), now.plusHours(3), ZoneId.of("UTC"));
        ScheduleConfig rare = StuckNode.yearly(NEW_YEAR);
        ScheduleConfig schedule =
                new ScheduleConfig(
                        rare.create(),
                        rare.lifecycle(),
                        rare.timeZone(),
                        window,
                        rare.nodePolling());
        FakeTicker ticker = new FakeTicker(FakeTicker.numbered(1));
        try (ScheduledNode _ = node(database, "only", ticker, schedule)) {
            makeDue(database, "lifecycle");
            makeDue(database, "create");
            awaitNothingLeft(database, "create");
            await().atMost(LIMIT).until(() -> waiting(database, "lifecycle") == 1);
            // What was entered in time, and whose turn comes late, waits too.
            database.sql(
                    "UPDATE kalends.scheduled_tasks SET execution_time = now() WHERE task_name = 'lifecycle-table'");
            await().atMost(LIMIT)
                    .until(() -> begin(database).isAfter(Instant.now(Clock.systemUTC())));

            assertThat(begin(database)).isEqualTo(window.next(Instant.now(Clock.systemUTC())));
            assertThat(ticker.work()).containsExactly(MaintenanceWork.CREATE);
        }
    }

    @OldestAndNewest
    void finishesTheTickInHandBeforeItStops(TestDatabase database) {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        FakeTicker ticker =
                new FakeTicker(
                        FakeTicker.numbered(1),
                        table -> {
                            begun.countDown();
                            awaitLatch(end);
                        });
        ScheduledNode node = node(database, "only", ticker);
        makeDue(database, "create");
        awaitLatch(begun);
        CompletableFuture<Void> closing = CompletableFuture.runAsync(node::close);
        assertThat(closing).isNotDone();
        end.countDown();
        await().atMost(LIMIT).until(closing::isDone);

        assertThat(ticker.ticked()).hasSize(1);
        assertThat(waiting(database, "create")).isZero();
    }

    @Test
    void goesOnWhenTheServerIsBack() throws IOException, SQLException {
        TestServers.useBuildFolder();
        FakeTicker ticker = new FakeTicker(FakeTicker.numbered(1));
        try (EmbeddedPostgres server = EmbeddedPostgres.start(TestServers.newest());
                ScheduledNode _ =
                        ScheduledNode.start(
                                new Node("only"),
                                Target.parse(
                                        "postgresql://postgres@127.0.0.1:%d/postgres"
                                                .formatted(server.port()),
                                        ""),
                                StuckNode.yearly(NEW_YEAR),
                                ticker,
                                Clock.systemUTC(),
                                HEARTBEAT)) {
            server.kill();
            server.restart();
            try (Connection connection = server.connect("postgres");
                    Statement statement = connection.createStatement()) {
                statement.execute("UPDATE kalends.scheduled_tasks SET execution_time = now()");
            }

            await().atMost(LIMIT).until(() -> ticker.ticked().size() == 2);
        }
    }

    private static Consumer<QualifiedName> meeting(CountDownLatch both) {
        AtomicInteger ticks = new AtomicInteger();
        return table -> {
            if (ticks.getAndIncrement() == 0) {
                both.countDown();
            }
            awaitLatch(both);
        };
    }

    private static void awaitLatch(CountDownLatch latch) {
        try {
            assertThat(latch.await(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static ScheduledNode node(TestDatabase database, String name, Ticker ticker) {
        return node(database, name, ticker, StuckNode.yearly(NEW_YEAR));
    }

    private static ScheduledNode node(
            TestDatabase database, String name, Ticker ticker, ScheduleConfig schedule) {
        return ScheduledNode.start(
                new Node(name),
                Target.parse(database.uri(), ""),
                schedule,
                ticker,
                Clock.systemUTC(),
                HEARTBEAT);
    }

    private static Process start(TestDatabase database) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        StuckNode.class.getName(),
                        database.uri())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    private static void makeDue(TestDatabase database, String work) {
        database.sql(
                "UPDATE kalends.scheduled_tasks SET execution_time = now() WHERE task_name = '%s' AND NOT picked"
                        .formatted(work));
    }

    /// The run is over: the next one is in the future, and no table waits.
    private static void awaitNothingLeft(TestDatabase database, String work) {
        await().atMost(LIMIT)
                .until(() ->
                        database.value(
                                        """
                                        SELECT NOT EXISTS (SELECT FROM kalends.scheduled_tasks
                                                            WHERE task_name = '%1$s' AND (picked OR execution_time <= now()))
                                           AND NOT EXISTS (SELECT FROM kalends.scheduled_tasks WHERE task_name = '%1$s-table')
                                        """
                                                .formatted(work))
                                .equals("t"));
    }

    private static long waiting(TestDatabase database, String work) {
        return database.number(
                "SELECT count(*) FROM kalends.scheduled_tasks WHERE task_name = '%s-table'"
                        .formatted(work));
    }

    private static String pickedBy(TestDatabase database) {
        return database.value(
                "SELECT coalesce((SELECT picked_by FROM kalends.scheduled_tasks WHERE task_name = 'create-table' AND picked), '')");
    }

    private static Instant nextCreate(TestDatabase database) {
        return instant(
                database,
                "SELECT extract(epoch FROM execution_time)::bigint FROM kalends.scheduled_tasks WHERE task_name = 'create'");
    }

    private static Instant begin(TestDatabase database) {
        return instant(
                database,
                "SELECT extract(epoch FROM execution_time)::bigint FROM kalends.scheduled_tasks WHERE task_name = 'lifecycle-table'");
    }

    private static Instant instant(TestDatabase database, String query) {
        return Instant.ofEpochSecond(database.number(query));
    }
}
