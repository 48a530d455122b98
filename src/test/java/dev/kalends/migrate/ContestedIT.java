package dev.kalends.migrate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kalends.app.Kalends;
import dev.kalends.config.Config;
import dev.kalends.config.TableConfig;
import dev.kalends.execute.Limits;
import dev.kalends.execute.LockPolicy;
import dev.kalends.execute.Pacer;
import dev.kalends.execute.StopSignal;
import dev.kalends.journal.Journal;
import dev.kalends.journal.Migration;
import dev.kalends.pg.Session;
import dev.kalends.pg.Target;
import dev.kalends.plan.Phase;
import dev.kalends.testing.Conversions;
import dev.kalends.testing.Mirror;
import dev.kalends.testing.Moments;
import dev.kalends.testing.OldestAndNewest;
import dev.kalends.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/// Rows that take each other's values in unique keys, and keys that double.
class ContestedIT {
    @OldestAndNewest
    void noticesOnTheWayBackThatAKeyWasDoubledInTheSecondLevel(TestDatabase database) {
        database.sql(
                "CREATE TABLE t (id int PRIMARY KEY, at timestamp NOT NULL, tenant int NOT NULL, body text)",
                "INSERT INTO t SELECT i, timestamp '2025-01-01' + i * interval '2 hours', 1, 'x' FROM generate_series(1, 500) i");
        TableConfig wish =
                Conversions.wish(
                        "  - table: t\n    partition: {by: range, key: at, every: month, then: {by: hash, key: tenant, partitions: 4}}\n");
        Mirror mirror = Mirror.of(database, "public.t");
        Kalends kalends = Conversions.kalends(database.url());
        kalends.migrate(wish.table(), wish);
        kalends.switchTables(wish.table());
        database.sql("INSERT INTO t SELECT id, at, 2, 'double' FROM t WHERE id = 7");
        kalends.follow(wish.table());

        assertThatThrownBy(() -> kalends.rollback(wish.table()))
                .hasMessageContaining("stand more than once in public.t")
                .hasMessageContaining("7");
        database.sql("DELETE FROM t WHERE body = 'double'");
        kalends.rollback(wish.table());
        assertThat(mirror.differences()).isEmpty();
    }

    @OldestAndNewest
    void saysWhichUniqueKeyARollbackCannotHave(TestDatabase database) {
        for (String way : new String[] {"composite", "drop"}) {
            database.sql(
                    "CREATE TABLE t (id int PRIMARY KEY, at timestamp NOT NULL, code text CONSTRAINT t_code_key UNIQUE)",
                    "INSERT INTO t SELECT i, timestamp '2025-01-01' + i * interval '2 hours', 'c' || i FROM generate_series(1, 500) i");
            TableConfig wish =
                    Conversions.wish(
                            "  - table: t\n    partition: {by: range, key: at, every: month}\n    unique: {code: "
                                    + way
                                    + "}\n");
            Mirror mirror = Mirror.of(database, "public.t");
            Kalends kalends = Conversions.kalends(database.url());
            kalends.migrate(wish.table(), wish);
            kalends.switchTables(wish.table());
            database.sql("INSERT INTO t VALUES (9001, '2025-04-04', 'c7')");

            assertThatThrownBy(() -> kalends.rollback(wish.table()))
                    .hasMessageContaining("ROLLBACK_CONFLICT")
                    .hasMessageContaining("Key (code)=(c7) already exists");
            database.sql("DELETE FROM t WHERE id = 9001");
            mirror.write(
                    "UPDATE {t} SET code = 'tmp' WHERE id = 1",
                    "UPDATE {t} SET code = 'c1' WHERE id = 2",
                    "UPDATE {t} SET code = 'c2' WHERE id = 1");
            kalends.rollback(wish.table());
            assertThat(mirror.differences()).isEmpty();
            kalends.cleanup(wish.table(), Kalends.Backup.WAIVED);
            database.sql("DROP TABLE t, t_mirror");
        }
    }

    @OldestAndNewest
    void followsSwapsInEveryPhaseAndBack(TestDatabase database)
            throws SQLException, InterruptedException {
        database.sql(
                "CREATE TABLE t (id int PRIMARY KEY, at timestamp NOT NULL, a text UNIQUE, b int, c int, d int UNIQUE, UNIQUE (b, at), UNIQUE (c))",
                "CREATE TABLE t_truth (LIKE t INCLUDING INDEXES)",
                "INSERT INTO t SELECT i, timestamp '2025-01-01' + i % 200 * interval '1 day', 'a' || i, i, i, i FROM generate_series(1, 4000) i",
                "INSERT INTO t_truth SELECT * FROM t");
        TableConfig wish =
                Conversions.wish(
                        "  - table: t\n    partition: {by: range, key: at, every: month}\n    unique: {id: guard, a: guard, c: composite, d: guard}\n");
        long seed = Long.getLong("kalends.test.seed", System.nanoTime());
        AtomicBoolean stop = new AtomicBoolean();
        Thread swapper = new Thread(() -> swap(database, new Random(seed), stop), "swapper");
        Moments moments = new Moments();
        for (Phase phase :
                new Phase[] {Phase.COPYING, Phase.INDEXING, Phase.CATCHING_UP, Phase.VALIDATING}) {
            moments.whenBegins(phase, () -> swapMany(database));
        }
        Kalends kalends = Conversions.kalends(database.url(), moments);
        swapper.start();
        kalends.migrate(wish.table(), wish);
        swapMany(database);
        kalends.switchTables(wish.table());
        assertThat(kalends.validate(wish.table())).allMatch(Validator.Result::equal);
        swapMany(database);
        kalends.rollback(wish.table());
        stop.set(true);
        swapper.join();
        assertThat(
                        database.rows(
                                "(SELECT * FROM t EXCEPT ALL SELECT * FROM t_truth) UNION ALL (SELECT * FROM t_truth EXCEPT ALL SELECT * FROM t)"))
                .as("seed %d", seed)
                .isEmpty();
    }

    @OldestAndNewest
    void replaysAnIdThatMovedAgainBetweenTwoBatches(TestDatabase database) {
        database.sql(
                "CREATE TABLE t (id int PRIMARY KEY, at timestamp NOT NULL, n int DEFAULT 0)",
                "INSERT INTO t SELECT i, timestamp '2025-01-01' + i % 28 * interval '1 day' FROM generate_series(1, 5000) i");
        TableConfig wish =
                Conversions.wish(
                        "  - table: t\n    partition: {by: range, key: at, every: month}\n    unique: {id: guard}\n");
        Mirror mirror = Mirror.of(database, "public.t");
        Moments moments =
                new Moments()
                        .whenBegins(
                                Phase.CATCHING_UP,
                                () -> {
                                    throw new IllegalStateException("crash");
                                });
        assertThatThrownBy(() ->
                        Conversions.kalends(database.url(), moments).migrate(wish.table(), wish))
                .hasMessage("crash");
        String away = "UPDATE {t} SET at = at + interval '1 month' WHERE id = 1";
        String back = "UPDATE {t} SET at = at - interval '1 month' WHERE id = 1";
        // The first batch ends between the two keys of the first move.
        mirror.write("UPDATE {t} SET n = 1 WHERE id BETWEEN 2 AND 2000", away, back);
        Target target = Target.parse(database.url(), "");
        AtomicInteger batches = new AtomicInteger();
        try (Session session = Session.open(target, "test")) {
            Migration migration =
                    Objects.requireNonNull(Journal.ofTable(session, wish.table()), "the migration");
            new CatchUp(work(target, session, migration))
                    .forward(session)
                    .pass(() -> {
                        if (batches.incrementAndGet() == 2) {
                            mirror.write("UPDATE {t} SET n = 2 WHERE id > 2000", away);
                        }
                    });
        }
        assertThat(batches.get()).isGreaterThan(2);
        Kalends kalends = Conversions.kalends(database.url());
        kalends.migrate(wish.table(), null);
        kalends.switchTables(wish.table());
        assertThat(mirror.differences()).isEmpty();
    }

    private static Work work(Target target, Session session, Migration migration) {
        Config config = Conversions.config();
        StopSignal stop = new StopSignal();
        Limits limits =
                new Limits(
                        config.throttle().replicaLag(),
                        config.throttle().replicaLagBytes().bytes(),
                        config.throttle().longTransaction(),
                        at -> true,
                        "any time");
        Clock clock = Clock.systemUTC();
        LockPolicy locks =
                new LockPolicy(
                        config.switching().lockTimeout(),
                        config.switching().attempts(),
                        config.switching().retryPause(),
                        config.switching().rowsInLockMax());
        return new Work(
                target,
                session,
                migration.id(),
                migration.spec(),
                locks,
                new Pacer(session, limits, clock, stop, () -> false, event -> {}),
                stop,
                clock,
                event -> {});
    }

    private static final String[] SWAPS = {
        "DELETE FROM {t} WHERE id = %1$d",
        "UPDATE {t} SET a = NULL, c = NULL, d = NULL WHERE id = %1$d",
        "UPDATE {t} SET a = 'a%2$d', c = %2$d, d = %2$d WHERE id = %1$d AND NOT EXISTS (SELECT FROM {t} WHERE a = 'a%2$d' OR c = %2$d OR d = %2$d)",
        "UPDATE {t} SET at = timestamp '2025-01-01' + %2$d %% 200 * interval '1 day', b = NULL WHERE id = %1$d",
        "INSERT INTO {t} SELECT %1$d, timestamp '2025-01-01' + %2$d %% 200 * interval '1 day', NULL, NULL, NULL, NULL WHERE NOT EXISTS (SELECT FROM {t} WHERE id = %1$d)"
    };

    private static void swap(TestDatabase database, Random random, AtomicBoolean stop) {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            while (!stop.get()) {
                int one = 1 + random.nextInt(40);
                int other = 1 + random.nextInt(40);
                both(statement, SWAPS[random.nextInt(SWAPS.length)].formatted(one, other));
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void both(Statement statement, String sql) throws SQLException {
        String locked = "LOCK TABLE t_truth IN EXCLUSIVE MODE; ";
        try {
            statement.execute(
                    "BEGIN; SELECT pg_advisory_xact_lock(7); "
                            + sql.replace("{t}", "public.t")
                            + "; "
                            + locked
                            + sql.replace("{t}", "public.t_truth")
                            + "; COMMIT");
        } catch (SQLException e) {
            statement.execute("ROLLBACK");
            if (!String.valueOf(e.getSQLState()).startsWith("40")) {
                throw e;
            }
        }
    }

    /// Everybody gets the values of the next but two, through NULL.
    private static void swapMany(TestDatabase database) {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            both(statement, "UPDATE {t} SET a = NULL, c = NULL, d = NULL WHERE id > 100");
            both(
                    statement,
                    "UPDATE {t} SET a = 'z' || (id + 3) %% 3900, c = -((id + 3) %% 3900), d = -((id + 3) %% 3900), at = CASE WHEN id %% 9 = 0 THEN at + interval '1 day' ELSE at END WHERE id > 100"
                            .formatted());
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
