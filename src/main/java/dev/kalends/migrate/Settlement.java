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
import java.util.ArrayList;
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

    private static final Sql FOREIGN_KEYS =
            Sql.of(
                    """
                    SELECT CASE WHEN c.oid IS NULL THEN 'ABSENT' WHEN c.convalidated THEN 'VALID' ELSE 'NOT_VALID' END
                      FROM unnest(?::text[], ?::text[]) WITH ORDINALITY t(name, key, place)
                      LEFT JOIN pg_constraint c
                        ON c.conrelid = to_regclass(t.name) AND c.conname = t.key AND c.contype = 'f'
                     ORDER BY t.place
                    """);

    private enum State {
        ABSENT,
        NOT_VALID,
        VALID
    }

    /// Those of the keys that are in a state, all asked for at once.
    private List<References.Placed> in(State wanted, List<References.Placed> all) {
        List<State> states =
                work.session()
                        .query(
                                FOREIGN_KEYS,
                                row -> State.valueOf(row.text(1)),
                                all.stream().map(placed -> placed.table().render()).toList(),
                                all.stream().map(placed -> placed.key().name().value()).toList());
        List<References.Placed> found = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
            if (states.get(i) == wanted) {
                found.add(all.get(i));
            }
        }
        return found;
    }

    /// The old table's own foreign keys go: with them a deletion that the application may make
    /// could fail, or be cascaded twice.
    void freeOldTable() {
        drop(references.old());
    }

    void afterSwitch() {
        List<Partition> partitions =
                Journal.leaves(work.session(), work.id()).stream().map(Leaf::partition).toList();
        if (Journal.switchedInventory(work.session(), work.id()) == null) {
            noteInventory();
        }
        freeOldTable();
        validate(references.placed(partitions));
        join(references.joining());
        work.session().execute(new Carry(work.spec()).onForeignKeys());
        TwinSql twin = new TwinSql(work.spec());
        work.spec()
                .holders(partitions)
                .forEach(leaf -> work.session().execute(twin.autovacuumAsBefore(leaf)));
        work.session().transaction(() -> Journal.settled(work.session(), work.id()));
    }

    private void validate(List<References.Placed> all) {
        in(State.NOT_VALID, all).forEach(placed -> work.session().execute(placed.validate()));
    }

    private void join(List<References.Placed> all) {
        in(State.ABSENT, all).forEach(placed -> tryLocked(placed, placed.add()));
    }

    private void drop(List<References.Placed> all) {
        in(State.VALID, all).forEach(placed -> tryLocked(placed, placed.drop()));
        in(State.NOT_VALID, all).forEach(placed -> tryLocked(placed, placed.drop()));
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
        // The table's own keys take along those of its partitions that have joined them.
        drop(references.ofTwin());
        drop(references.ofLeaves(partitions));
        validate(references.back());
        join(references.joiningBack());
        work.session().transaction(() -> Journal.settled(work.session(), work.id()));
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
