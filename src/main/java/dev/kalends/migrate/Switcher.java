package dev.kalends.migrate;

import dev.kalends.catalog.Inventory;
import dev.kalends.execute.LockRetry;
import dev.kalends.failure.FailureCode;
import dev.kalends.failure.KalendsException;
import dev.kalends.journal.Journal;
import dev.kalends.journal.Leaf;
import dev.kalends.journal.Migration;
import dev.kalends.pg.Session;
import dev.kalends.pg.catalog.InventoryReader;
import dev.kalends.plan.MigrationSpec;
import dev.kalends.plan.Partition;
import dev.kalends.plan.Phase;
import dev.kalends.sql.Sql;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// The switch: one short transaction in which the twin takes the table's place.
final class Switcher {
    private final Work work;
    private final SwitchSql sql;
    private final SchemaWatch watch;
    private final CaptureSql reverse;

    Switcher(Work work) {
        this.work = work;
        this.sql = new SwitchSql(work.spec());
        this.watch = new SchemaWatch(work.spec());
        this.reverse = new CaptureSql(work.spec(), work.names().reverseLog());
    }

    /// @return the tries it took and how long the locks were held
    LockRetry.Outcome run() {
        Session session = work.session();
        prepare();
        LockRetry retry = work.lockRetry();
        CatchUp catchUp = new CatchUp(work);
        try (Session replay = Session.open(work.target(), "replay")) {
            Drain.prepare(replay);
            Drain.prepare(session);
            Drain drain = catchUp.forward(replay);
            compareRows(drain, catchUp, replay);
            LockRetry.Outcome outcome =
                    retry.run(
                            "Cannot switch " + work.spec().table(),
                            List.of(work.spec().source().oid()),
                            attempt -> {
                                catchUp.drain(drain, replay);
                                drain.vacuum();
                                catchUp.drain(drain, replay);
                            },
                            attempt -> attempt(retry, drain, attempt));
            Journal.record(
                    session,
                    work.id(),
                    "switch",
                    "done at try %d, locks held %d ms"
                            .formatted(outcome.attempts(), outcome.held().toMillis()));
            return outcome;
        }
    }

    private static final Sql EXISTS = Sql.of("SELECT to_regclass(?) IS NOT NULL");

    private void prepare() {
        Session session = work.session();
        watch.check(session);
        session.transaction(() -> {
            session.execute(sql.createOldSchema());
            session.execute(sql.grantOldSchema());
            String log = work.names().reverseLog().render();
            if (!session.one(EXISTS, row -> row.truth(1), log)) {
                session.execute(reverse.log());
                session.execute(new ReplaySql(work.spec()).createConflicts());
            }
        });
    }

    private void compareRows(Drain drain, CatchUp catchUp, Session replay) {
        catchUp.drain(drain, replay);
        Validator validator = Validator.beforeSwitch(work);
        List<Leaf> leaves = Journal.leaves(work.session(), work.id());
        validator.refuseOutside(leaves);
        validator.refuseUnequal(
                validator.compare(leaves, Validator.Depth.ROWS, (session, result) -> {}));
    }

    private static final Sql TWIN_FIRST = Sql.of("SET LOCAL lock_timeout = '5s'");

    private Instant attempt(LockRetry retry, Drain drain, int attempt) {
        Session session = work.session();
        MigrationSpec spec = work.spec();
        // Nobody else uses the twin, so waiting for it, and for an autovacuum to give way, stalls
        // no
        // client. What can be done to it before the table is locked is done now.
        session.execute(TWIN_FIRST);
        session.execute(
                LockRetry.lockAll(
                        List.of(
                                new LockRetry.Wanted(
                                        work.names().twin(), LockRetry.Mode.ACCESS_EXCLUSIVE))));
        session.execute(reverse.triggers(work.names().twin()));
        List<Partition> partitions =
                Journal.leaves(session, work.id()).stream().map(Leaf::partition).toList();
        long twinOid = oid(session, work.names().twin().render());
        Drain inLock =
                new Drain(
                        session,
                        new ReplaySql(spec)::forward,
                        work.names().captureLog(),
                        spec.source().oid());
        Instant since = retry.takeLocks(sql.locks(attempt));
        applyRest(drain, inLock);
        watch.check(session);
        session.execute(CaptureSql.dropTriggers(spec.table()));
        session.execute(sql.swap());
        session.execute(sql.addLeafForeignKeys(partitions));
        Inventory inventory = InventoryReader.read(session, twinOid);
        Journal.switched(session, work.id(), inventory);
        if (!Journal.advance(session, work.id(), Phase.READY_TO_SWITCH, Phase.SWITCHED)) {
            throw wrongPhase(session, work.id());
        }
        return since;
    }

    static long oid(Session session, String name) {
        return session.one(Sql.of("SELECT ?::regclass::oid"), row -> row.number(1), name);
    }

    private void applyRest(Drain drain, Drain inLock) {
        int max = work.locks().rowsInLockMax();
        Session session = work.session();
        long left =
                session.one(
                        Drain.count(work.names().captureLog()),
                        row -> row.number(1),
                        drain.nothingUpTo(),
                        max + 1);
        if (left > max) {
            throw new LockRetry.BackOff(
                    "more than "
                            + max
                            + " captured writes were left; backed out to replay them first");
        }
        if (left > 0) {
            inLock.batch(drain.nothingUpTo(), max + 1);
        }
    }

    static KalendsException wrongPhase(Session session, long id) {
        Migration now = Journal.byId(session, id);
        return new KalendsException(
                FailureCode.WRONG_PHASE,
                "The migration is in phase " + now.phase() + " by now.",
                "This run changed nothing.",
                "See kalends status.");
    }

    /// Statements of the switch as the plan prints them.
    static List<Sql> statements(MigrationSpec spec) {
        SwitchSql sql = new SwitchSql(spec);
        List<Sql> all = new ArrayList<>();
        all.addAll(
                new CaptureSql(spec, spec.migrationNames().reverseLog())
                        .triggers(spec.migrationNames().twin()));
        all.add(LockRetry.lockAll(sql.locks(1)));
        all.add(new ReplaySql(spec).forward(Drain.ROWS_PER_BATCH));
        all.addAll(CaptureSql.dropTriggers(spec.table()));
        all.addAll(sql.swap());
        all.addAll(sql.addLeafForeignKeys(spec.partitions()));
        return all;
    }
}
