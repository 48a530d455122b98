package dev.kalends.migrate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.kalends.app.Kalends;
import dev.kalends.config.Config;
import dev.kalends.config.ThrottleConfig;
import dev.kalends.config.TimeWindow;
import dev.kalends.embedded.EmbeddedPostgres;
import dev.kalends.execute.LockRetry;
import dev.kalends.execute.ProgressEvent;
import dev.kalends.execute.StopSignal;
import dev.kalends.failure.FailureCode;
import dev.kalends.failure.KalendsException;
import dev.kalends.pg.Target;
import dev.kalends.plan.Phase;
import dev.kalends.testing.Conversions;
import dev.kalends.testing.Events;
import dev.kalends.testing.Mirror;
import dev.kalends.testing.Moments;
import dev.kalends.testing.OldestAndNewest;
import dev.kalends.testing.TestDatabase;
import dev.kalends.unit.ByteSize;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.postgresql.PGConnection;

/// Others stand in the way of a conversion, and a conversion must not stand in theirs.
class BlockedIT {
    private static final Duration LOCK_TIMEOUT = Duration.ofMillis(200);

    private static Kalends throttled(String url, ThrottleConfig throttle, Moments moments) {
        Config config = Conversions.config();
        return new Kalends(
                Target.parse(url, ""),
                new Config(
                        null,
                        config.tables(),
                        config.copy(),
                        config.switching(),
                        throttle,
                        config.cleanup(),
                        config.diskFree()),
                Clock.systemUTC(),
                new StopSignal(),
                moments);
    }

    @OldestAndNewest
    void aReaderInTheWayOfTheSwitchKeepsClientsWaitingOneLockTimeoutATry(TestDatabase database)
            throws SQLException, ExecutionException, InterruptedException, TimeoutException {
        Events.create(database, 2000);
        Moments moments = new Moments();
        Kalends kalends = Conversions.kalends(database.url(), moments);
        kalends.migrate(Events.TABLE, Events.WISH);
        try (Connection reader = database.connect();
                Connection client = database.connect();
                Statement reading = reader.createStatement();
                Statement writing = client.createStatement();
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            int pid = reader.unwrap(PGConnection.class).getBackendPID();
            reader.setAutoCommit(false);
            reading.executeQuery("SELECT count(*) FROM public.events").close();
            Future<LockRetry.Outcome> switching =
                    threads.submit(() -> kalends.switchTables(Events.TABLE));
            long end = System.nanoTime() + Duration.ofSeconds(3).toNanos();
            long longest = 0;
            int id = 10_000;
            while (System.nanoTime() < end) {
                long began = System.nanoTime();
                writing.execute(
                        "INSERT INTO public.events (id, at) VALUES (%d, '2026-06-06')"
                                .formatted(id++));
                longest = Math.max(longest, System.nanoTime() - began);
            }
            assertThat(Events.kind(database)).isEqualTo("r");
            reader.rollback();

            LockRetry.Outcome outcome = switching.get(20, TimeUnit.SECONDS);

            assertThat(outcome.attempts()).isGreaterThan(3);
            assertThat(Duration.ofNanos(longest))
                    .isLessThan(LOCK_TIMEOUT.plus(Duration.ofMillis(400)));
            assertThat(moments.seen())
                    .filteredOn(ProgressEvent.Tried.class::isInstance)
                    .anyMatch(event ->
                            ((ProgressEvent.Tried) event).outcome().contains("pid " + pid));
            assertThat(Events.kind(database)).isEqualTo("p");
            assertThat(database.value("SELECT count(*) FROM public.events WHERE id >= 10000"))
                    .isEqualTo(Integer.toString(id - 10_000));
        }
    }

    @OldestAndNewest
    void aWriterInTheWayOfTheCaptureIsNamedAndTheCommandContinues(TestDatabase database)
            throws SQLException {
        Events.create(database, 2000);
        Mirror mirror = Mirror.of(database, "public.events");
        try (Connection writer = database.connect()) {
            int pid = writer.unwrap(PGConnection.class).getBackendPID();
            writer.setAutoCommit(false);
            mirror.write(writer, "DELETE FROM {t} WHERE id = 5");
            Moments moments = new Moments();
            moments.when(
                    event ->
                            event instanceof ProgressEvent.Tried(int attempt, _, _) && attempt == 3,
                    () -> commit(writer));
            Conversions.kalends(database.url(), moments).migrate(Events.TABLE, Events.WISH);
            assertThat(moments.seen())
                    .filteredOn(ProgressEvent.Tried.class::isInstance)
                    .anyMatch(event ->
                            ((ProgressEvent.Tried) event).outcome().contains("pid " + pid));
        }
        Conversions.kalends(database.url()).switchTables(Events.TABLE);
        assertThat(mirror.differences()).isEmpty();
    }

    private static void commit(Connection connection) {
        try {
            connection.commit();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @OldestAndNewest
    void aSecondProcessIsRefusedNamingTheFirst(TestDatabase database) {
        Events.create(database, 2000);
        Moments moments = new Moments();
        AtomicLong refused = new AtomicLong();
        for (Phase phase : new Phase[] {Phase.PREPARED, Phase.COPYING, Phase.VALIDATING}) {
            moments.whenBegins(
                    phase,
                    () -> {
                        Kalends second = Conversions.kalends(database.url());
                        String pid =
                                database.value(
                                        "SELECT pid FROM pg_stat_activity WHERE application_name = 'kalends lease' AND datname = current_database()");
                        for (org.assertj.core.api.ThrowableAssert.ThrowingCallable call :
                                java.util.List
                                        .<org.assertj.core.api.ThrowableAssert.ThrowingCallable>of(
                                                () -> second.migrate(Events.TABLE, Events.WISH),
                                                () -> second.abort(Events.TABLE),
                                                () -> second.switchTables(Events.TABLE))) {
                            KalendsException refusal =
                                    catchThrowableOfType(KalendsException.class, call);
                            assertThat(refusal.code()).isEqualTo(FailureCode.HELD_BY_ANOTHER);
                            assertThat(refusal.what()).contains("pid " + pid);
                            refused.incrementAndGet();
                        }
                        assertThat(second.underWay(Events.TABLE).holder()).contains("pid " + pid);
                    });
        }
        Conversions.kalends(database.url(), moments).migrate(Events.TABLE, Events.WISH);
        assertThat(refused).hasValue(9);
    }

    @OldestAndNewest
    void stopsWhenAnotherProcessAsksForItAndContinues(TestDatabase database) {
        Events.create(database, 20_000);
        for (Phase phase : new Phase[] {Phase.COPYING, Phase.INDEXING}) {
            Moments moments = new Moments();
            moments.whenBegins(
                    phase, () -> Conversions.kalends(database.url()).requestStop(Events.TABLE));
            KalendsException stopped =
                    catchThrowableOfType(
                            KalendsException.class,
                            () ->
                                    Conversions.kalends(database.url(), moments)
                                            .migrate(Events.TABLE, Events.WISH));
            assertThat(stopped).as("in " + phase).isNotNull();
            assertThat(stopped.code()).isEqualTo(FailureCode.STOPPED);
            assertThat(Events.phase(database)).isEqualTo(phase.name());
        }
        assertThat(Conversions.kalends(database.url()).migrate(Events.TABLE, Events.WISH).phase())
                .isEqualTo(Phase.READY_TO_SWITCH);
    }

    @OldestAndNewest
    void aStopAtTheVeryEndOfAPhaseIsNotForgotten(TestDatabase database) {
        Events.create(database, 20_000);
        Moments moments = new Moments();
        moments.when(
                event ->
                        event
                                        instanceof
                                        ProgressEvent.Advanced(
                                                Phase phase,
                                                long done,
                                                long total,
                                                _)
                                && phase == Phase.COPYING
                                && done == total,
                () -> Conversions.kalends(database.url()).requestStop(Events.TABLE));
        KalendsException stopped =
                catchThrowableOfType(
                        KalendsException.class,
                        () ->
                                Conversions.kalends(database.url(), moments)
                                        .migrate(Events.TABLE, Events.WISH));
        assertThat(stopped).isNotNull();
        assertThat(stopped.code()).isEqualTo(FailureCode.STOPPED);
        Kalends kalends = Conversions.kalends(database.url());
        kalends.migrate(Events.TABLE, Events.WISH);
        kalends.requestStop(Events.TABLE);
        // What was asked of a process that had ended already does not stop the next one.
        kalends.switchTables(Events.TABLE);
        assertThat(Events.kind(database)).isEqualTo("p");
    }

    @OldestAndNewest
    void pausesOutsideItsWindowAndWhileATransactionIsLong(TestDatabase database)
            throws SQLException {
        Events.create(database, 2000);
        LocalTime now = LocalTime.now(ZoneOffset.UTC);
        TimeWindow later = new TimeWindow(now.plusHours(2), now.plusHours(3), ZoneOffset.UTC);
        ThrottleConfig defaults = ThrottleConfig.defaults();
        Moments moments = new Moments();
        moments.when(
                ProgressEvent.Paused.class::isInstance,
                () -> Conversions.kalends(database.url()).requestStop(Events.TABLE));
        ThrottleConfig windowed =
                new ThrottleConfig(
                        defaults.replicaLag(),
                        defaults.replicaLagBytes(),
                        defaults.longTransaction(),
                        later);

        KalendsException stopped =
                catchThrowableOfType(
                        KalendsException.class,
                        () ->
                                throttled(database.url(), windowed, moments)
                                        .migrate(Events.TABLE, Events.WISH));

        assertThat(stopped.code()).isEqualTo(FailureCode.STOPPED);
        assertThat(moments.pauses())
                .containsExactly("window: work is allowed only at " + later.display());
        assertThat(Events.phase(database)).isEqualTo("COPYING");

        try (Connection old = database.connect()) {
            old.setAutoCommit(false);
            try (Statement statement = old.createStatement()) {
                statement.execute("SELECT 1");
            }
            await().atMost(Duration.ofSeconds(10))
                    .until(() ->
                            database.value(
                                            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND clock_timestamp() - xact_start > interval '1.2 s'")
                                    .equals("1"));
            Moments patient = new Moments();
            patient.when(ProgressEvent.Paused.class::isInstance, () -> commit(old));
            ThrottleConfig impatient =
                    new ThrottleConfig(
                            defaults.replicaLag(),
                            defaults.replicaLagBytes(),
                            Duration.ofSeconds(1),
                            null);
            throttled(database.url(), impatient, patient).migrate(Events.TABLE, Events.WISH);
            assertThat(patient.pauses())
                    .singleElement()
                    .asString()
                    .startsWith("transaction open for")
                    .endsWith("longer than 1 s");
            assertThat(patient.seen()).anyMatch(ProgressEvent.Resumed.class::isInstance);
        }
        assertThat(Events.phase(database)).isEqualTo("READY_TO_SWITCH");
    }

    @OldestAndNewest
    void continuesAfterTheServerWasRestarted(TestDatabase database) throws IOException {
        Events.create(database, 2000);
        Mirror mirror = Mirror.of(database, "public.events");
        for (Phase phase : new Phase[] {Phase.COPYING, Phase.CATCHING_UP}) {
            Moments moments = new Moments().whenBegins(phase, () -> restart(database));
            KalendsException lost =
                    catchThrowableOfType(
                            KalendsException.class,
                            () ->
                                    Conversions.kalends(database.url(), moments)
                                            .migrate(Events.TABLE, Events.WISH));
            assertThat(lost).as("in " + phase).isNotNull();
            assertThat(lost.code()).isEqualTo(FailureCode.CONNECTION_LOST);
            mirror.write("UPDATE {t} SET kind = 'since the restart' WHERE id % 8 = 0");
        }
        Kalends kalends = Conversions.kalends(database.url());
        kalends.migrate(Events.TABLE, Events.WISH);
        restart(database);
        kalends.switchTables(Events.TABLE);
        restart(database);
        mirror.write("UPDATE {t} SET kind = 'since the switch' WHERE id % 8 = 1");
        kalends.rollback(Events.TABLE);
        assertThat(mirror.differences()).isEmpty();
    }

    private static void restart(TestDatabase database) {
        try {
            database.server().restart();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @OldestAndNewest
    void keepsTheLagOfAStandbyUnderTheLimitAndOneChunk(TestDatabase database)
            throws IOException, SQLException, InterruptedException, ExecutionException {
        Events.create(database, 60_000);
        ThrottleConfig defaults = ThrottleConfig.defaults();
        ThrottleConfig near =
                new ThrottleConfig(
                        defaults.replicaLag(),
                        ByteSize.ofMegabytes(1),
                        defaults.longTransaction(),
                        null);
        Moments moments = new Moments();
        try (EmbeddedPostgres standby = database.server().startStandby();
                Connection replica = standby.connect(database.name());
                Statement statement = replica.createStatement();
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            statement.execute("SELECT pg_wal_replay_pause()");
            AtomicLong greatest = new AtomicLong();
            CompletableFuture<Boolean> ended = new CompletableFuture<>();
            Future<?> sampling = threads.submit(() -> sample(database, greatest, ended));
            moments.when(
                    ProgressEvent.Paused.class::isInstance,
                    () -> {
                        // The copy waits; the replica catches up only from now on.
                        await().during(Duration.ofSeconds(2))
                                .atMost(Duration.ofSeconds(5))
                                .until(() -> true);
                        resume(standby, database.name());
                    });
            throttled(database.url(), near, moments).migrate(Events.TABLE, Events.WISH);
            ended.complete(true);
            sampling.get();

            assertThat(moments.pauses()).anyMatch(reason -> reason.startsWith("replica lag of"));
            // Two sessions, each with a chunk of 1 MB, whose log is a little longer.
            assertThat(greatest.get()).isLessThan(ByteSize.ofMegabytes(1 + 2 * 2).bytes());
        }
    }

    private static void resume(EmbeddedPostgres standby, String database) {
        try (Connection connection = standby.connect(database);
                Statement statement = connection.createStatement()) {
            statement.execute("SELECT pg_wal_replay_resume()");
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void sample(
            TestDatabase database, AtomicLong greatest, CompletableFuture<Boolean> ended) {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            while (!ended.isDone()) {
                try (ResultSet lag =
                        statement.executeQuery(
                                "SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn)::bigint, pg_sleep(0.01) FROM pg_stat_replication")) {
                    while (lag.next()) {
                        long bytes = lag.getLong(1);
                        greatest.accumulateAndGet(bytes, Math::max);
                    }
                }
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
