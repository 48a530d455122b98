package dev.kalends.migrate;

import dev.kalends.carry.Carry;
import dev.kalends.catalog.Inventory;
import dev.kalends.execute.LockRetry;
import dev.kalends.failure.FailureCode;
import dev.kalends.failure.KalendsException;
import dev.kalends.journal.Journal;
import dev.kalends.pg.Session;
import dev.kalends.pg.catalog.InventoryReader;
import dev.kalends.plan.MigrationSpec;
import dev.kalends.plan.Phase;
import dev.kalends.sql.QualifiedName;
import dev.kalends.sql.Sql;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// The way back: writes made after the switch are replayed into the old table on line, and only the
/// last of them under the lock.
final class Rollback {
    private final Work work;
    private final SwitchSql sql;

    Rollback(Work work) {
        this.work = work;
        this.sql = new SwitchSql(work.spec());
    }

    LockRetry.Outcome run() {
        Session session = work.session();
        // Twice: the second time the server keeps the plan, which is then ready under the locks.
        refuseChanges(session);
        refuseChanges(session);
        LockRetry retry = work.lockRetry();
        Drain.prepare(session);
        Drain drain = reverse(session);
        LockRetry.Outcome outcome =
                retry.run(
                        "Cannot switch " + work.spec().table() + " back",
                        List.of(Switcher.oid(session, work.spec().table().render())),
                        attempt -> {
                            drainOnLine(drain, session);
                            refuseConflicts(session);
                            drain.pass(() -> {});
                        },
                        attempt -> attempt(retry, drain, attempt));
        Journal.record(
                session,
                work.id(),
                "rollback",
                "done at try %d, locks held %d ms"
                        .formatted(outcome.attempts(), outcome.held().toMillis()));
        return outcome;
    }

    Drain reverse(Session session) {
        ReplaySql replay = new ReplaySql(work.spec());
        return new Drain(
                session,
                replay::reverse,
                work.names().reverseLog(),
                work.spec().source().oid(),
                replay.rowsExclude() ? replay.clearReverse() : null);
    }

    /// Replays later writes into the old table until few are left.
    ///
    /// @return log rows taken
    long drainOnLine(Drain drain, Session replay) {
        replay.transaction(() -> replay.execute(new ReplaySql(work.spec()).retryConflicts()));
        long all =
                new Convergence(work, Phase.SWITCHED)
                        .drain(() -> drain.pass(() -> work.pacer().checkStop()));
        drain.vacuum();
        return all;
    }

    private void refuseConflicts(Session session) {
        List<String> doubled =
                session.query(new ReplaySql(work.spec()).doubledIdentities(), row -> row.text(1));
        if (!doubled.isEmpty()) {
            throw conflicts(doubled);
        }
    }

    private KalendsException conflicts(List<String> doubled) {
        return new KalendsException(
                FailureCode.ROLLBACK_CONFLICT,
                "These keys stand more than once in %s and cannot all go into the old table, whose primary"
                                .formatted(work.spec().table())
                        + " key is narrower: "
                        + String.join("; ", doubled),
                "Nothing was switched; the application goes on with the partitioned table.",
                "Delete or renumber all but one row of each, then run the same command again.");
    }

    private void refuseChanges(Session session) {
        SchemaWatch.refuseUncaptured(
                session,
                work.spec().table(),
                "Nothing was switched; the old table may lack what was written since.",
                "A rollback would lose writes. Go on with the partitioned table, or compare with kalends"
                        + " validate.");
        long oid = Switcher.oid(session, work.spec().table().render());
        Inventory before = Journal.switchedInventory(session, work.id());
        if (before == null) {
            // A crash right after the switch: nothing was noted to compare with.
            return;
        }
        List<String> changes =
                SchemaWatch.changesAfterSwitch(
                        work.spec(), before, InventoryReader.read(session, oid));
        if (!changes.isEmpty()) {
            throw new KalendsException(
                    FailureCode.SCHEMA_CHANGED,
                    "%s was changed after the switch, and the old table does not have it: %s."
                            .formatted(work.spec().table(), String.join("; ", changes)),
                    "Nothing was switched; the application goes on with the partitioned table.",
                    "Undo the change, then run the same command again.");
        }
    }

    private Instant attempt(LockRetry retry, Drain drain, int attempt) {
        Session session = work.session();
        MigrationSpec spec = work.spec();
        List<QualifiedName> lockable = sql.lockable(session);
        Carry carry = new Carry(spec);
        Instant since = retry.takeLocks(carry.lock(), sql.locks(attempt, lockable));
        drain.rest(work.locks().rowsInLockMax());
        refuseChanges(session);
        List<Sql> statements = new ArrayList<>(CaptureSql.dropTriggers(spec.table()));
        statements.addAll(carry.beforeSwapBack());
        statements.addAll(sql.swapBack());
        statements.addAll(sql.addOldForeignKeys());
        statements.addAll(carry.afterSwapBack());
        session.executeTogether(statements);
        Journal.unsettled(session, work.id());
        if (!Journal.advance(session, work.id(), Phase.SWITCHED, Phase.ROLLED_BACK)) {
            throw Switcher.wrongPhase(session, work.id());
        }
        return since;
    }

    /// Why the old table cannot take the application back now; empty when it can.
    static List<String> obstacles(Session session, MigrationSpec spec, long id) {
        List<String> obstacles = new ArrayList<>();
        List<String> doubled =
                session.query(new ReplaySql(spec).doubledIdentities(), row -> row.text(1));
        if (!doubled.isEmpty()) {
            obstacles.add("doubled keys: " + String.join("; ", doubled));
        }
        long oid = Switcher.oid(session, spec.table().render());
        Inventory before = Journal.switchedInventory(session, id);
        if (before != null) {
            obstacles.addAll(
                    SchemaWatch.changesAfterSwitch(
                            spec, before, InventoryReader.read(session, oid)));
        }
        return obstacles;
    }
}
