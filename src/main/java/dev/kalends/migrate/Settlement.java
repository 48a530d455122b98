package dev.kalends.migrate;

import dev.kalends.carry.Carry;
import dev.kalends.catalog.ForeignKey;
import dev.kalends.execute.LockRetry;
import dev.kalends.journal.Journal;
import dev.kalends.journal.Leaf;
import dev.kalends.pg.Session;
import dev.kalends.pg.catalog.InventoryReader;
import dev.kalends.plan.MigrationSpec;
import dev.kalends.plan.Partition;
import dev.kalends.sql.QualifiedName;
import dev.kalends.sql.Sql;
import java.time.Instant;
import java.util.List;

/// What follows a switch or a rollback, while the application already runs: each piece a
/// transaction of its own, repeatable, and with the same care for clients as the switch.
final class Settlement {
    private final Work work;
    private final SwitchSql sql;

    Settlement(Work work) {
        this.work = work;
        this.sql = new SwitchSql(work.spec());
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

    private State state(QualifiedName table, ForeignKey key) {
        return work
                .session()
                .query(
                        FOREIGN_KEY,
                        row -> row.truth(1) ? State.VALID : State.NOT_VALID,
                        table.render(),
                        key.name().value())
                .stream()
                .findFirst()
                .orElse(State.ABSENT);
    }

    /// After the switch. The old table's own foreign keys go first: with them a deletion that the
    /// application may make could fail, or be cascaded twice.
    void afterSwitch() {
        MigrationSpec spec = work.spec();
        List<Partition> partitions =
                Journal.leaves(work.session(), work.id()).stream().map(Leaf::partition).toList();
        if (Journal.switchedInventory(work.session(), work.id()) == null) {
            noteInventory();
        }
        for (ForeignKey key : spec.source().foreignKeys()) {
            drop(work.names().old(), key);
        }
        for (ForeignKey key : spec.source().foreignKeys()) {
            for (Partition partition : partitions) {
                if (state(spec.leaf(partition), key) == State.NOT_VALID) {
                    work.session().execute(SwitchSql.validate(spec.leaf(partition), key));
                }
            }
            if (state(spec.table(), key) == State.ABSENT) {
                tryLocked(spec.table(), key.referenced(), sql.addRootForeignKey(key));
            }
        }
        work.session().execute(new Carry(spec).onForeignKeys());
        TwinSql twin = new TwinSql(spec);
        partitions.forEach(partition -> work.session().execute(twin.autovacuumAsBefore(partition)));
        work.session().transaction(() -> Journal.settled(work.session(), work.id()));
    }

    private void noteInventory() {
        Session session = work.session();
        long oid = Switcher.oid(session, work.spec().table().render());
        session.transaction(() ->
                Journal.noteInventory(session, work.id(), InventoryReader.read(session, oid)));
    }

    /// After a rollback: the table's foreign keys are validated again, the twin's are dropped.
    void afterRollback() {
        MigrationSpec spec = work.spec();
        List<Partition> partitions =
                Journal.leaves(work.session(), work.id()).stream().map(Leaf::partition).toList();
        for (ForeignKey key : spec.source().foreignKeys()) {
            drop(work.names().twin(), key);
            for (Partition partition : partitions) {
                drop(spec.leaf(partition), key);
            }
        }
        for (ForeignKey key : spec.source().foreignKeys()) {
            if (state(spec.table(), key) == State.NOT_VALID) {
                work.session().execute(SwitchSql.validate(spec.table(), key));
            }
        }
        work.session().transaction(() -> Journal.settled(work.session(), work.id()));
    }

    private void drop(QualifiedName table, ForeignKey key) {
        if (state(table, key) != State.ABSENT) {
            tryLocked(table, key.referenced(), SwitchSql.dropForeignKey(table, key));
        }
    }

    private void tryLocked(QualifiedName table, QualifiedName referenced, Sql statement) {
        LockRetry retry = work.lockRetry();
        retry.run(
                "Cannot change a foreign key of " + table,
                List.of(
                        Switcher.oid(work.session(), table.render()),
                        Switcher.oid(work.session(), referenced.render())),
                attempt -> {},
                attempt -> {
                    retry.limitLockWaits();
                    Instant since = work.clock().instant();
                    work.session().execute(statement);
                    return since;
                });
    }
}
