package dev.kalends.migrate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kalends.app.Kalends;
import dev.kalends.execute.ProgressEvent;
import dev.kalends.plan.Phase;
import dev.kalends.testing.Conversions;
import dev.kalends.testing.Events;
import dev.kalends.testing.Mirror;
import dev.kalends.testing.Moments;
import dev.kalends.testing.ServerTest;
import dev.kalends.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.List;
import java.util.function.IntConsumer;

/// Every kind of write at every moment of a conversion reaches the table in use and, after the way
/// back, the old one.
class CaptureIT {
    private static final int ROWS = 3000;
    private static final List<Phase> PHASES =
            List.of(
                    Phase.PREPARED,
                    Phase.COPYING,
                    Phase.INDEXING,
                    Phase.CATCHING_UP,
                    Phase.VALIDATING);

    /// The whole way and back, with writes at each moment.
    ///
    /// @param writes gets the number of the moment, from 1 to 12
    private static void goThereAndBack(TestDatabase database, Mirror mirror, IntConsumer writes) {
        Moments moments = new Moments();
        int number = 1;
        for (Phase phase : PHASES) {
            int begun = number++;
            moments.whenBegins(phase, () -> writes.accept(begun));
        }
        Kalends kalends = Conversions.kalends(database.url(), moments);
        assertThat(kalends.migrate(Events.TABLE, Events.WISH).phase())
                .isEqualTo(Phase.READY_TO_SWITCH);
        writes.accept(6);
        moments.whenAdvances(Phase.CATCHING_UP, () -> writes.accept(7));
        // The second pass of the switch is the one right before the locks.
        moments.whenAdvances(
                Phase.CATCHING_UP,
                () -> moments.whenAdvances(Phase.CATCHING_UP, () -> writes.accept(8)));
        moments.when(CaptureIT::succeeded, () -> writes.accept(9));
        kalends.switchTables(Events.TABLE);
        assertThat(Events.kind(database)).isEqualTo("p");
        writes.accept(10);
        assertThat(mirror.differences()).isEmpty();
        assertThat(kalends.validate(Events.TABLE)).allMatch(Validator.Result::equal);

        moments.whenAdvances(Phase.SWITCHED, () -> writes.accept(11));
        kalends.rollback(Events.TABLE);
        assertThat(Events.kind(database)).isEqualTo("r");
        writes.accept(12);
        assertThat(mirror.differences()).isEmpty();
        kalends.cleanup(Events.TABLE, Kalends.Backup.WAIVED);
        assertThat(mirror.differences()).isEmpty();
    }

    private static boolean succeeded(ProgressEvent event) {
        return event instanceof ProgressEvent.Tried(_, String outcome, _) && outcome.equals("done");
    }

    @ServerTest
    void capturesEveryKindOfWriteOfARoleThatOwnsNothing(TestDatabase database) {
        Events.create(database, ROWS);
        String writer = database.createRole("writer");
        database.sql("GRANT SELECT, INSERT, UPDATE, DELETE ON public.events TO \"" + writer + "\"");
        Mirror mirror = Mirror.of(database, "public.events");

        goThereAndBack(
                database,
                mirror,
                moment -> {
                    try (Connection connection = database.connectAs(writer)) {
                        mirror.write(connection, everyKindOfWrite(moment));
                        mirror.copyIn(
                                connection,
                                "%d\t2026-07-07 07:07:07\tcopied\t\\N%n"
                                        .formatted(100_000 * moment + 50_000));
                    } catch (SQLException e) {
                        throw new IllegalStateException("at moment " + moment, e);
                    }
                });
    }

    private static String[] everyKindOfWrite(int moment) {
        int own = 100_000 * moment;
        return new String[] {
            "INSERT INTO {t} (id, at, body) SELECT %d + i, timestamp '2026-05-01' + i * interval '7 hours', 'new' FROM generate_series(1, 300) i"
                    .formatted(own),
            "INSERT INTO {t} (id, at) VALUES (%1$d, '2026-06-01'), (%1$d + 90000, '2026-06-30 23:59:59.999')"
                    .formatted(own),
            // Rows of all partitions move to the next one.
            "UPDATE {t} SET at = at + interval '1 month' WHERE id %% 40 = %d AND id < 4000"
                    .formatted(moment),
            "UPDATE {t} SET id = id + 10000 WHERE id = %d".formatted(own + 1),
            "UPDATE {t} SET id = -id WHERE id IN (%d, %d)".formatted(moment * 7, moment * 7 + 1),
            "UPDATE {t} SET body = NULL WHERE id %% 50 = %d".formatted(moment),
            "UPDATE {t} SET kind = kind || '%d' WHERE id %% 60 = %d".formatted(moment, moment),
            "DELETE FROM {t} WHERE id %% 70 = %d".formatted(moment),
            // The same row several times.
            "UPDATE {t} SET body = 'once' WHERE id = %d".formatted(own + 2),
            "UPDATE {t} SET body = 'twice', at = at - interval '2 months' + interval '1 hour' WHERE id = %d"
                    .formatted(own + 2),
            "DELETE FROM {t} WHERE id = %d".formatted(own + 3),
            "INSERT INTO {t} (id, at) VALUES (%d, '2026-08-08')".formatted(own + 3)
        };
    }

    @ServerTest
    void capturesSessionsThatReplayForOthers(TestDatabase database) {
        Events.create(database, ROWS);
        Mirror mirror = Mirror.of(database, "public.events");

        goThereAndBack(
                database,
                mirror,
                moment ->
                        mirror.write(
                                "SET session_replication_role = replica",
                                "DELETE FROM {t} WHERE id %% 100 = %d".formatted(moment),
                                "INSERT INTO {t} (id, at) SELECT %d + i, timestamp '2026-05-01' + i * interval '9 hours' FROM generate_series(1, 200) i"
                                        .formatted(100_000 * moment),
                                "UPDATE {t} SET at = at + interval '40 days' WHERE id %% 100 = %d"
                                        .formatted(moment + 50)));
    }

    @ServerTest
    void swapsOfIdentitiesStaySwapped(TestDatabase database) {
        Events.create(database, ROWS);
        Mirror mirror = Mirror.of(database, "public.events");

        goThereAndBack(
                database,
                mirror,
                moment -> {
                    // Far apart in time, so in two partitions.
                    int one = moment * 10;
                    int other = 2000 + moment * 10;
                    mirror.write(
                            "BEGIN",
                            "UPDATE {t} SET id = -1 WHERE id = " + one,
                            "UPDATE {t} SET id = %d WHERE id = %d".formatted(one, other),
                            "UPDATE {t} SET id = %d WHERE id = -1".formatted(other),
                            "COMMIT");
                });
    }

    @ServerTest
    void transactionsThatCommitLateAreNotMissed(TestDatabase database) throws SQLException {
        Events.create(database, ROWS);
        Mirror mirror = Mirror.of(database, "public.events");
        Connection[] open = new Connection[14];
        open[1] = begin(database);
        try {
            goThereAndBack(
                    database,
                    mirror,
                    moment -> {
                        try {
                            // Each began one moment ago and has its id and snapshot from then.
                            commitLate(open[moment], mirror, moment);
                            open[moment + 1] = begin(database);
                        } catch (SQLException e) {
                            throw new IllegalStateException("at moment " + moment, e);
                        }
                    });
        } finally {
            for (Connection connection : open) {
                if (connection != null) {
                    connection.close();
                }
            }
        }
    }

    /// A transaction with an id and a snapshot, which has no lock on the table yet.
    private static Connection begin(TestDatabase database) throws SQLException {
        Connection connection = database.connect();
        connection.setAutoCommit(false);
        connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
        try (Statement statement = connection.createStatement()) {
            statement.execute("SELECT txid_current()");
        }
        return connection;
    }

    private static void commitLate(Connection connection, Mirror mirror, int moment)
            throws SQLException {
        int id = 50_000 + moment * 10;
        Savepoint outer = connection.setSavepoint();
        mirror.write(
                connection, "INSERT INTO {t} (id, at) VALUES (%d, '2026-06-06')".formatted(id));
        try (Statement statement = connection.createStatement()) {
            Savepoint inner = connection.setSavepoint();
            statement.execute(
                    "INSERT INTO public.events (id, at) VALUES (%d, '2026-07-07')"
                            .formatted(id + 1));
            statement.execute("DELETE FROM public.events WHERE id = " + id);
            connection.rollback(inner);
        }
        connection.releaseSavepoint(outer);
        mirror.write(connection, "UPDATE {t} SET body = 'late' WHERE id = " + id);
        connection.commit();
    }

    @ServerTest
    void refusesTruncateWithAMessageThatSaysWhatToDo(TestDatabase database) {
        Events.create(database, 100);
        database.sql(
                "CREATE TABLE public.parents (id bigint PRIMARY KEY)",
                "ALTER TABLE public.events ADD COLUMN parent bigint REFERENCES public.parents");
        Kalends kalends = Conversions.kalends(database.url());
        kalends.migrate(Events.TABLE, Events.WISH);
        assertTruncateIsRefused(database);
        kalends.switchTables(Events.TABLE);
        assertTruncateIsRefused(database);
        kalends.rollback(Events.TABLE);
        kalends.cleanup(Events.TABLE, Kalends.Backup.WAIVED);

        database.sql("TRUNCATE public.parents CASCADE");
        assertThat(database.value("SELECT count(*) FROM public.events")).isEqualTo("0");
    }

    private static void assertTruncateIsRefused(TestDatabase database) {
        for (String sql : List.of("TRUNCATE public.events", "TRUNCATE public.parents CASCADE")) {
            assertThatThrownBy(() -> database.sql(sql))
                    .rootCause()
                    .hasMessageContaining("cannot truncate public.events while Kalends converts it")
                    .hasMessageContaining("DELETE the rows instead");
        }
        assertThat(database.value("SELECT count(*) FROM public.events")).isEqualTo("100");
    }
}
