package dev.kalends.migrate;

import dev.kalends.carry.Carry;
import dev.kalends.execute.LockRetry;
import dev.kalends.journal.Journal;
import dev.kalends.journal.Leaf;
import dev.kalends.pg.Session;
import dev.kalends.pg.catalog.InventoryReader;
import dev.kalends.plan.Partition;
import dev.kalends.sql.Sql;
import java.time.Instant;
import java.util.List;

/// What follows a switch or a rollback, while the application already runs: each piece a
/// transaction of its own, repeatable, and with the same care for clients as the switch.
final class Settlement {
    private final Work work;
    private final References references;

    Settlement(Work work) {
        this.work = work;
        this.references = new References(work.spec());
    }

    private static final Sql FOREIGN_KEY =
            Sql.of(
                    """
                    SELECT convalidated FROM pg_constraint
                     WHERE conrelid = to_regclass(?) AND conname = ? AND contype = 'f'
                    """);

    private enum State {
        ABSENT,
        NOT_VALID,
        VALID
    }

    private State state(References.Placed placed) {
        return work
                .session()
                .query(
                        FOREIGN_KEY,
                        row -> row.truth(1) ? State.VALID : State.NOT_VALID,
                        placed.table().render(),
                        placed.key().name().value())
                .stream()
                .findFirst()
                .orElse(State.ABSENT);
    }

    /// The old table's own foreign keys go: with them a deletion that the application may make
    /// could fail, or be cascaded twice.
    void freeOldTable() {
        references.old().forEach(this::drop);
    }

    void afterSwitch() {
        List<Partition> partitions =
                Journal.leaves(work.session(), work.id()).stream().map(Leaf::partition).toList();
        if (Journal.switchedInventory(work.session(), work.id()) == null) {
            noteInventory();
        }
        freeOldTable();
        references.placed(partitions).forEach(this::validate);
        references.joining().forEach(this::join);
        work.session().execute(new Carry(work.spec()).onForeignKeys());
        TwinSql twin = new TwinSql(work.spec());
        work.spec()
                .holders(partitions)
                .forEach(leaf -> work.session().execute(twin.autovacuumAsBefore(leaf)));
        work.session().transaction(() -> Journal.settled(work.session(), work.id()));
    }

    private void validate(References.Placed placed) {
        if (state(placed) == State.NOT_VALID) {
            work.session().execute(placed.validate());
        }
    }

    private void join(References.Placed placed) {
        if (state(placed) == State.ABSENT) {
            tryLocked(placed, placed.add());
        }
    }

    private void noteInventory() {
        Session session = work.session();
        long oid = Switcher.oid(session, work.spec().table().render());
        session.transaction(() ->
                Journal.noteInventory(session, work.id(), InventoryReader.read(session, oid)));
    }

    /// After a rollback: the foreign keys are validated again, the twin's are dropped.
    void afterRollback() {
        List<Partition> partitions =
                Journal.leaves(work.session(), work.id()).stream().map(Leaf::partition).toList();
        references.ofTwin(partitions).forEach(this::drop);
        references.back().forEach(this::validate);
        references.joiningBack().forEach(this::join);
        work.session().transaction(() -> Journal.settled(work.session(), work.id()));
    }

    private void drop(References.Placed placed) {
        if (state(placed) != State.ABSENT) {
            tryLocked(placed, placed.drop());
        }
    }

    private void tryLocked(References.Placed placed, Sql statement) {
        LockRetry retry = work.lockRetry();
        retry.run(
                "Cannot change a foreign key of " + placed.table(),
                List.of(
                        Switcher.oid(work.session(), placed.table().render()),
                        Switcher.oid(work.session(), placed.key().referenced().render())),
                attempt -> {},
                attempt -> {
                    retry.limitLockWaits();
                    Instant since = work.clock().instant();
                    work.session().execute(statement);
                    return since;
                });
    }
}
