package dev.kalends.migrate;

import dev.kalends.execute.LockRetry;
import dev.kalends.failure.FailureCode;
import dev.kalends.failure.KalendsException;
import dev.kalends.pg.PgException;
import dev.kalends.pg.Session;
import dev.kalends.plan.MigrationSpec;
import dev.kalends.sql.QualifiedName;
import dev.kalends.sql.Sql;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/// Replays one log, in batches, one replayer at a time.
///
/// Log numbers are not in the order of commits: a transaction that commits late appears with a low
/// number. So each pass reads all of the log, from a number on of which it is certain that no row
/// below it is left or will appear: every transaction that could have drawn such a number has
/// ended.
final class Drain {
    static final int ROWS_PER_BATCH = 2000;
    private static final long VACUUM_AFTER_ROWS = 200_000;

    private final Session session;
    private final IntFunction<Sql> replay;
    private final QualifiedName log;
    private final long lockKey;
    private final Conflicts conflicts;
    private final @Nullable Sql clear;
    private long nothingUpTo;
    private long pendingUpTo = -1;
    private long pendingXid;
    private long sinceVacuum;

    /// What a batch or a pass did.
    ///
    /// @param picked log rows taken
    /// @param written rows inserted or updated
    record Result(long picked, long last, long written, long removed, long conflicts) {
        Result plus(Result other) {
            return new Result(
                    picked + other.picked,
                    Math.max(last, other.last),
                    written + other.written,
                    removed + other.removed,
                    conflicts + other.conflicts);
        }
    }

    /// What a conflict means.
    enum Conflicts {
        /// It is noted, and stands in the way of a rollback only.
        NOTED,
        /// Rows have other places than the log says.
        FATAL;

        static Conflicts of(MigrationSpec spec) {
            return spec.keyless() ? FATAL : NOTED;
        }
    }

    static final Result NOTHING = new Result(0, 0, 0, 0, 0);

    /// @param clear removes what waits to be replayed, where rows can exclude each other; else null
    Drain(
            Session session,
            IntFunction<Sql> replay,
            QualifiedName log,
            long tableOid,
            Conflicts conflicts,
            @Nullable Sql clear) {
        this.conflicts = conflicts;
        this.session = session;
        this.replay = replay;
        this.log = log;
        this.lockKey = tableOid;
        this.clear = clear;
    }

    /// Plans by index whatever the statistics of a log say that was empty a second ago.
    static void prepare(Session session) {
        session.execute(Sql.of("SET enable_mergejoin = off"));
        session.execute(Sql.of("SET enable_seqscan = off"));
        session.execute(Sql.of("SET max_parallel_workers_per_gather = 0"));
        session.execute(Sql.of("SET plan_cache_mode = force_generic_plan"));
    }

    private static final Sql ONE_AT_A_TIME =
            Sql.of("SELECT pg_advisory_xact_lock(1264675943, ?::bigint::int)::text");

    /// One batch, inside the caller's transaction.
    Result batch(long after, int rowsMax) {
        oneAtATime();
        Result result =
                session.one(
                        replay.apply(rowsMax),
                        row ->
                                new Result(
                                        row.number(1),
                                        row.number(2),
                                        row.number(3),
                                        row.number(4),
                                        row.number(5)),
                        after);
        if (conflicts == Conflicts.FATAL && result.conflicts() > 0) {
            throw new KalendsException(
                    FailureCode.SCHEMA_CHANGED,
                    "%d rows waiting in %s were moved by VACUUM FULL, CLUSTER or the like."
                            .formatted(result.conflicts(), log),
                    "Nothing is lost: the application goes on with the table it uses.",
                    "A table without primary key cannot be followed over a rewrite: run kalends migrate --abort and"
                            + " start again, or go on with the partitioned table.");
        }
        return result;
    }

    /// A process that was killed may still have a batch running in the server.
    private void oneAtATime() {
        session.query(ONE_AT_A_TIME, row -> row.textOrNull(1) == null, (long) (int) lockKey);
    }

    private static final int CLEARED_MAX = 100;

    /// Reads the whole log once.
    ///
    /// @param beforeEach runs before each batch, outside its transaction
    Result pass(Runnable beforeEach) {
        for (int cleared = 0; ; cleared++) {
            try {
                return passOnce(beforeEach);
            } catch (PgException e) {
                boolean excluded = e.is("23P01") || e.is("23505");
                if (clear == null || !excluded || cleared == CLEARED_MAX) {
                    throw e;
                }
                session.transaction(this::clear);
            }
        }
    }

    private void clear() {
        if (clear != null) {
            oneAtATime();
            session.execute(clear);
        }
    }

    private Result passOnce(Runnable beforeEach) {
        long certain = certainAfterThisPass();
        Result total = NOTHING;
        long after = nothingUpTo;
        Result last;
        do {
            beforeEach.run();
            long from = after;
            last =
                    session.transaction(
                            Session.Isolation.READ_COMMITTED,
                            () -> {
                                session.execute(Sql.of("SET LOCAL synchronous_commit = off"));
                                return batch(from, ROWS_PER_BATCH);
                            });
            total = total.plus(last);
            after = Math.max(after, last.last());
            vacuumNowAndThen(last.picked());
        } while (last.picked() >= ROWS_PER_BATCH);
        nothingUpTo = certain;
        return total;
    }

    private static final String DRAWN =
            "SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM {sequence}";
    private static final Sql XIDS =
            Sql.of(
                    """
                    SELECT pg_current_xact_id()::text::bigint,
                           pg_snapshot_xmin(pg_current_snapshot())::text::bigint
                    """);

    /// Looks which numbers can appear no more: every transaction that could have drawn one up to
    /// the last mark has ended, so the pass that follows sees all of them.
    ///
    /// A transaction has its id before it draws a number, so the numbers drawn are read first, and
    /// the snapshot is taken after them, in a statement of its own.
    ///
    /// @return the number below which that pass leaves nothing; or what is certain already
    private long certainAfterThisPass() {
        Sql drawnSql =
                Sql.text(DRAWN).put("sequence", log.sibling(log.name().value() + "_n_seq")).build();
        long drawn = session.one(drawnSql, row -> row.number(1));
        return session.one(
                XIDS,
                row -> {
                    long certain = nothingUpTo;
                    if (pendingUpTo >= 0 && row.number(2) >= pendingXid) {
                        certain = pendingUpTo;
                        pendingUpTo = -1;
                    }
                    if (pendingUpTo < 0) {
                        pendingUpTo = drawn;
                        pendingXid = row.number(1);
                    }
                    return certain;
                });
    }

    private void vacuumNowAndThen(long picked) {
        sinceVacuum += picked;
        if (sinceVacuum >= VACUUM_AFTER_ROWS) {
            vacuum();
        }
    }

    /// Keeps the log small, so that looking into it stays quick.
    void vacuum() {
        sinceVacuum = 0;
        session.execute(Sql.text("VACUUM {log}").put("log", log).build());
    }

    private static final String COUNT =
            "SELECT count(*) FROM (SELECT FROM {log} WHERE n > ? LIMIT ?) x";

    /// Replays what is left, inside a transaction that keeps writers out.
    ///
    /// @throws LockRetry.BackOff if more than the limit is left, a key was found doubled, or a row
    ///   fits no partition
    void rest(int rowsMax) {
        long left =
                session.one(
                        Sql.text(COUNT).put("log", log).build(),
                        row -> row.number(1),
                        nothingUpTo,
                        rowsMax + 1);
        if (left > rowsMax) {
            throw new LockRetry.BackOff(
                    "more than "
                            + rowsMax
                            + " captured writes were left; backed out to replay them first");
        }
        if (left > 0) {
            clear();
        }
        if (left > 0 && lastBatch(rowsMax).conflicts() > 0) {
            throw new LockRetry.BackOff("a key was doubled at the last moment");
        }
    }

    private Result lastBatch(int rowsMax) {
        try {
            return batch(nothingUpTo, Math.max(rowsMax, ROWS_PER_BATCH));
        } catch (PgException e) {
            if (e.is("23505") || e.is("23P01")) {
                throw new LockRetry.BackOff("rows were in each other's way at the last moment");
            }
            if (e.is("23514")) {
                // The replay before the next try makes the partition, or tells what else it is.
                throw new LockRetry.BackOff("a row written at the last moment fits no partition");
            }
            throw e;
        }
    }

    private static final String WAITING = "SELECT count(*) FROM {log}";

    /// All rows waiting in a log; 0 when there is no such log.
    static long waiting(Session session, QualifiedName log) {
        boolean exists =
                session.one(
                        Sql.of("SELECT to_regclass(?) IS NOT NULL"),
                        row -> row.truth(1),
                        log.render());
        return exists
                ? session.one(Sql.text(WAITING).put("log", log).build(), row -> row.number(1))
                : 0;
    }
}
