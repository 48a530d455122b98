package dev.kalends.migrate;

import dev.kalends.carry.Carry;
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
import dev.kalends.sql.QualifiedName;
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
        // The session that will switch also drains: its plans are then made before it holds a lock.
        Drain.prepare(session);
        Drain drain = catchUp.forward(session);
        catchUp.drain(drain, session, work.pacer()::checkStop);
        compareRows();
        LockRetry.Outcome outcome =
                retry.run(
                        "Cannot switch " + work.spec().table(),
                        List.of(work.spec().source().oid()),
                        attempt -> {
                            drain.vacuum();
                            watch.check(session);
                            catchUp.drain(drain, session, work.pacer()::checkStop);
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

    private static final Sql EXISTS = Sql.of("SELECT to_regclass(?) IS NOT NULL");

    private void prepare() {
        Session session = work.session();
        // Twice: the second time the server keeps the plan, which is then ready under the locks.
        watch.check(session);
        watch.check(session);
        session.transaction(() -> {
            session.execute(sql.createOldSchema());
            session.execute(sql.grantOldSchema());
            String log = work.names().reverseLog().render();
            if (!session.one(EXISTS, row -> row.truth(1), log)) {
                session.execute(reverse.log());
                session.execute(new ReplaySql(work.spec()).createConflicts());
                // What is replayed from now on is logged too; to replay it back changes nothing.
                session.execute(reverse.triggers(work.names().twin()));
            }
        });
    }

    private void compareRows() {
        Validator validator = Validator.beforeSwitch(work);
        List<Leaf> leaves = Journal.leaves(work.session(), work.id());
        validator.refuseOutside(leaves);
        validator.refuseUnequal(
                validator.compare(leaves, Validator.Depth.ROWS, (session, result) -> {}));
    }

    private static final Sql TWIN_FIRST = Sql.of("SET LOCAL lock_timeout = '5s'");

    private Instant attempt(LockRetry retry, Drain drain, int attempt) {
        Session session = work.session();
        List<QualifiedName> lockable = sql.lockable(session);
        long twinOid = oid(session, work.names().twin().render());
        List<Partition> partitions =
                Journal.leaves(session, work.id()).stream().map(Leaf::partition).toList();
        // Nobody else uses the twin, so to wait for it stalls no client.
        session.execute(TWIN_FIRST);
        session.execute(
                LockRetry.lockAll(
                        List.of(
                                new LockRetry.Wanted(
                                        work.names().twin(), LockRetry.Mode.ACCESS_EXCLUSIVE))));
        SchemaWatch.refuseUncaptured(
                session,
                work.names().twin(),
                "Nothing was switched; the application goes on with the table it uses.",
                "Run kalends migrate --abort for the table and start again.");
        Instant since =
                retry.takeLocks(new Carry(work.spec()).lock(), sql.locks(attempt, lockable));
        drain.rest(work.locks().rowsInLockMax());
        watch.check(session);
        session.executeTogether(exchange(partitions));
        if (!Journal.advance(session, work.id(), Phase.READY_TO_SWITCH, Phase.SWITCHED)) {
            throw wrongPhase(session, work.id());
        }
        Journal.switched(session, work.id());
        Journal.noteInventory(session, work.id(), InventoryReader.read(session, twinOid));
        return since;
    }

    private List<Sql> exchange(List<Partition> partitions) {
        List<Sql> statements = new ArrayList<>(CaptureSql.dropTriggers(work.spec().table()));
        statements.addAll(exchanged(work.spec(), sql));
        statements.addAll(sql.addLeafForeignKeys(partitions));
        return statements;
    }

    private static List<Sql> exchanged(MigrationSpec spec, SwitchSql sql) {
        Carry carry = new Carry(spec);
        List<Sql> statements = new ArrayList<>(carry.beforeSwap());
        statements.addAll(sql.swap());
        statements.addAll(carry.afterSwap());
        return statements;
    }

    static long oid(Session session, String name) {
        return session.one(Sql.of("SELECT ?::regclass::oid"), row -> row.number(1), name);
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
        all.add(LockRetry.lockAll(new Carry(spec).lock(), sql.locks(1, spec.referencedTables())));
        all.add(new ReplaySql(spec).forward(Drain.ROWS_PER_BATCH));
        all.addAll(CaptureSql.dropTriggers(spec.table()));
        all.addAll(exchanged(spec, sql));
        all.addAll(sql.addLeafForeignKeys(spec.partitions()));
        return all;
    }
}
