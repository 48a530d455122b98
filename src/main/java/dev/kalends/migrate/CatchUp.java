package dev.kalends.migrate;

import dev.kalends.execute.Workers;
import dev.kalends.journal.Journal;
import dev.kalends.journal.Leaf;
import dev.kalends.pg.PgException;
import dev.kalends.pg.Session;
import dev.kalends.plan.Bounds;
import dev.kalends.plan.MigrationSpec;
import dev.kalends.plan.Partition;
import dev.kalends.plan.Phase;
import dev.kalends.sql.Sql;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.List;

/// Phase CATCHING_UP: replays the captured writes until few are left, then vacuums and analyzes.
final class CatchUp {
    private final Work work;
    private final SchemaWatch watch;

    CatchUp(Work work) {
        this.work = work;
        this.watch = new SchemaWatch(work.spec());
    }

    void run() {
        try (Session session = Session.open(work.target(), "replay")) {
            Drain.prepare(session);
            drain(forward(session), session, work.pacer()::await);
        }
        vacuum();
        work.session()
                .transaction(() ->
                        Journal.advance(
                                work.session(), work.id(), Phase.CATCHING_UP, Phase.VALIDATING));
    }

    Drain forward(Session session) {
        ReplaySql sql = new ReplaySql(work.spec());
        return new Drain(
                session,
                sql::forward,
                work.names().captureLog(),
                work.spec().source().oid(),
                Drain.Conflicts.of(work.spec()),
                work.spec().collidesInBatches() ? sql.clearForward() : null);
    }

    /// Replays until a pass finds no more than may be replayed under the locks of the switch, or is
    /// so short that little can come in meanwhile. "Until the log is empty" would never end while
    /// clients write.
    ///
    /// @param gate runs before each batch: waits, or throws
    /// @return log rows taken
    long drain(Drain drain, Session session, Runnable gate) {
        return new Convergence(work, Phase.CATCHING_UP)
                .drain(() -> passMakingRoom(drain, session, gate));
    }

    private Drain.Result passMakingRoom(Drain drain, Session session, Runnable gate) {
        Runnable beforeEach =
                () -> {
                    gate.run();
                    watch.checkNowAndThen(session, work.clock());
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
        if (spec.keyless()) {
            return new KeylessSql(spec).logged();
        }
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

    private static boolean closed(Partition partition, LocalDateTime now) {
        return partition.bounds() instanceof Bounds.Times times && times.to().isBefore(now);
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
                            closed(leaf.partition(), now)
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
    }
}
