package dev.kalends.migrate;

import dev.kalends.execute.ProgressEvent;
import dev.kalends.execute.Workers;
import dev.kalends.failure.FailureCode;
import dev.kalends.failure.KalendsException;
import dev.kalends.journal.Journal;
import dev.kalends.journal.Leaf;
import dev.kalends.pg.PgException;
import dev.kalends.pg.Session;
import dev.kalends.plan.MigrationSpec;
import dev.kalends.plan.Phase;
import dev.kalends.sql.Sql;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.List;

/// Phase CATCHING_UP: replays the captured writes until few are left, then vacuums and analyzes.
final class CatchUp {
    /// Passes after which the log must have become shorter.
    private static final int PASSES_TO_SHRINK = 20;

    private static final int PASSES_MAX = 10_000;

    private final Work work;
    private final SchemaWatch watch;

    CatchUp(Work work) {
        this.work = work;
        this.watch = new SchemaWatch(work.spec());
    }

    void run() {
        try (Session session = Session.open(work.target(), "replay")) {
            Drain.prepare(session);
            drain(forward(session), session);
        }
        vacuum();
        work.session()
                .transaction(() ->
                        Journal.advance(
                                work.session(), work.id(), Phase.CATCHING_UP, Phase.VALIDATING));
    }

    Drain forward(Session session) {
        return new Drain(
                session,
                new ReplaySql(work.spec()).forward(),
                work.names().captureLog(),
                work.spec().source().oid());
    }

    /// Replays until a pass finds no more than may be replayed under the locks of the switch.
    /// "Until the log is empty" would never end while clients write.
    ///
    /// @return log rows taken
    long drain(Drain drain, Session session) {
        long all = 0;
        long taken = 0;
        long before = Long.MAX_VALUE;
        for (int pass = 1; pass <= PASSES_MAX; pass++) {
            Drain.Result result = passMakingRoom(drain, session);
            all += result.picked();
            taken += result.written() + result.removed();
            work.tell(new ProgressEvent.Advanced(Phase.CATCHING_UP, all, 0, taken));
            if (result.picked() <= work.locks().rowsInLockMax()) {
                return all;
            }
            if (pass % PASSES_TO_SHRINK == 0) {
                if (result.picked() >= before) {
                    throw notConverging(result.picked(), before);
                }
                before = result.picked();
            }
        }
        throw notConverging(all, before);
    }

    private Drain.Result passMakingRoom(Drain drain, Session session) {
        Runnable beforeEach =
                () -> {
                    work.pacer().await();
                    watch.check(session);
                };
        try {
            return drain.pass(beforeEach);
        } catch (PgException e) {
            if (!e.is("23514")
                    || new PartitionMaker(work)
                                    .makeFor(session, logged(), PartitionMaker.Indexes.NOW)
                            == 0) {
                throw e;
            }
            return drain.pass(beforeEach);
        }
    }

    private static final String LOGGED_ROWS =
            "(SELECT s.{key} FROM {log} k JOIN ONLY {table} s ON {isKey}) c";

    private Sql logged() {
        MigrationSpec spec = work.spec();
        return Sql.text(LOGGED_ROWS)
                .put("key", spec.key())
                .put("log", work.names().captureLog())
                .put("table", spec.table())
                .put(
                        "isKey",
                        ReplaySql.equal(
                                dev.kalends.sql.Identifier.of("s"),
                                spec.rowKey(),
                                dev.kalends.sql.Identifier.of("k"),
                                CaptureSql.keyColumns(spec)))
                .build();
    }

    private KalendsException notConverging(long now, long before) {
        return new KalendsException(
                FailureCode.NOT_CONVERGING,
                "Writes to %s come faster than they can be replayed: %d captured writes a pass, %d before."
                        .formatted(work.spec().table(), now, before),
                "Nothing is lost: writes are still captured and the application is not affected.",
                "Run the same command again when fewer writes come in.");
    }

    private void vacuum() {
        List<Leaf> open =
                Journal.leaves(work.session(), work.id()).stream()
                        .filter(leaf -> !leaf.atLeast(Leaf.Progress.VACUUMED))
                        .toList();
        LocalDateTime now = LocalDateTime.ofInstant(work.clock().instant(), ZoneOffset.UTC);
        Workers.run(
                work.target(),
                "vacuum",
                work.spec().sessions(),
                session -> Copier.bulk(session, work.spec()),
                open,
                (session, leaf) -> {
                    work.pacer().await();
                    // A closed partition is frozen now, so that no wraparound vacuum comes later.
                    Sql vacuum =
                            leaf.partition().to().isBefore(now)
                                    ? Sql.text("VACUUM (FREEZE) {leaf}")
                                            .put("leaf", work.spec().leaf(leaf.partition()))
                                            .build()
                                    : Sql.text("VACUUM {leaf}")
                                            .put("leaf", work.spec().leaf(leaf.partition()))
                                            .build();
                    session.execute(vacuum);
                    session.transaction(
                            () -> Journal.vacuumed(session, work.id(), leaf.partition()));
                });
        if (!open.isEmpty()) {
            work.session()
                    .execute(Sql.text("ANALYZE {twin}").put("twin", work.names().twin()).build());
        }
    }
}
