package dev.kalends.migrate;

import dev.kalends.carry.Carry;
import dev.kalends.catalog.Inventory;
import dev.kalends.execute.LockRetry;
import dev.kalends.failure.FailureCode;
import dev.kalends.failure.KalendsException;
import dev.kalends.failure.ShellCommand;
import dev.kalends.journal.Journal;
import dev.kalends.journal.Migration;
import dev.kalends.journal.PartitionSets;
import dev.kalends.pg.PgException;
import dev.kalends.pg.Session;
import dev.kalends.pg.catalog.InventoryReader;
import dev.kalends.plan.Contract;
import dev.kalends.plan.MigrationSpec;
import dev.kalends.plan.Phase;
import dev.kalends.sql.QualifiedName;
import dev.kalends.sql.Sql;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/// The way back: writes made after the switch are replayed into the old table on line, and only the
/// last of them under the lock.
final class Rollback {
    private final Work work;
    private final SwitchSql sql;
    private final Carry carry;

    Rollback(Work work) {
        this.work = work;
        this.carry = new Carry(work.spec());
        this.sql = new SwitchSql(work.spec());
    }

    /// @param works the tables of one migration, which share their session
    static LockRetry.Outcome run(List<Work> works) {
        List<Rollback> members = works.stream().map(Rollback::new).toList();
        Work first = works.getFirst();
        Session session = first.session();
        for (Rollback member : members) {
            member.refuseConvertedReferencing(session);
            // Twice: the second time the server keeps the plan, which is then ready under the
            // locks.
            member.refuseChanges(session);
            member.refuseChanges(session);
            new Settlement(member.work).freeOldTable();
        }
        LockRetry retry = first.lockRetry();
        Drain.prepare(session);
        List<Drain> drains = members.stream().map(member -> member.reverse(session)).toList();
        LockRetry.Outcome outcome =
                retry.run(
                        "Cannot switch back " + names(works),
                        works.stream()
                                .map(work -> Switcher.oid(session, work.spec().table().render()))
                                .toList(),
                        attempt -> {
                            for (int i = 0; i < members.size(); i++) {
                                members.get(i).drainOnLine(drains.get(i), session);
                                members.get(i).refuseConflicts(session);
                                drains.get(i).pass(() -> {});
                            }
                        },
                        attempt -> attempt(members, drains, retry, attempt));
        for (Work work : works) {
            Journal.record(
                    session,
                    work.id(),
                    "rollback",
                    "done at try %d, locks held %d ms"
                            .formatted(outcome.attempts(), outcome.held().toMillis()));
        }
        return outcome;
    }

    /// A table that points here and was converted later was taken over as it pointed at the guard:
    /// switched back after this table, it would point at a guard that nobody keeps in step.
    private void refuseConvertedReferencing(Session session) {
        for (Contract.Reference each : work.spec().contract().references(Contract.Direction.IN)) {
            QualifiedName referencing = each.key().referencing();
            Migration later = Journal.ofTable(session, referencing);
            if (later != null
                    && later.id() > work.id()
                    && each.way() != Contract.ReferenceWay.THEIRS
                    && later.cleaned() == Migration.Remains.PRESENT
                    && later.phase() == Phase.SWITCHED) {
                throw new KalendsException(
                        FailureCode.ROLLBACK_CONFLICT,
                        "%s was converted after %s, to which its foreign key %s points."
                                .formatted(referencing, work.spec().table(), each.key().name()),
                        "Nothing was switched; the application goes on with the partitioned tables.",
                        "Switch it back first with %s, then run the same command again."
                                .formatted(ShellCommand.of("rollback", referencing)));
            }
        }
    }

    private static String names(List<Work> works) {
        return works.stream()
                .map(work -> work.spec().table().display())
                .collect(Collectors.joining(" and "));
    }

    Drain reverse(Session session) {
        ReplaySql replay = new ReplaySql(work.spec());
        return new Drain(
                session,
                replay::reverse,
                work.names().reverseLog(),
                work.spec().source().oid(),
                Drain.Conflicts.of(work.spec()),
                work.spec().contestedBack() ? replay.clearReverse() : null);
    }

    /// Replays later writes into the old table until few are left.
    ///
    /// @return log rows taken
    long drainOnLine(Drain drain, Session replay) {
        if (!work.spec().keyless()) {
            replay.transaction(() -> replay.execute(new ReplaySql(work.spec()).retryConflicts()));
        }
        try {
            long all =
                    new Convergence(work, Phase.SWITCHED)
                            .drain(() -> drain.pass(() -> work.pacer().checkStop()));
            drain.vacuum();
            return all;
        } catch (PgException e) {
            throw e.is("23505") || e.is("23P01") ? refused(e) : e;
        }
    }

    /// The old table still has the unique keys that the partitioned one lacks.
    private RuntimeException refused(PgException e) {
        return new KalendsException(
                FailureCode.ROLLBACK_CONFLICT,
                "The old table cannot take what was written to %s since the switch: %s"
                        .formatted(work.spec().table(), e.serverMessage()),
                "Nothing was switched; the application goes on with the partitioned table.",
                "Delete or change one of the rows that have these values, then run the same command again.",
                e);
    }

    private void refuseConflicts(Session session) {
        if (work.spec().keyless()) {
            return;
        }
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

    private static Instant attempt(
            List<Rollback> members, List<Drain> drains, LockRetry retry, int attempt) {
        Work first = members.getFirst().work;
        Session session = first.session();
        List<LockRetry.Wanted> others =
                SwitchSql.together(
                        members.stream().map(member -> member.sql.lockable(session)).toList());
        Instant since =
                retry.takeLocks(
                        members.stream()
                                .flatMap(member -> member.carry.lock().stream())
                                .distinct()
                                .toList(),
                        SwitchSql.locks(
                                members.stream().map(member -> member.work.spec().table()).toList(),
                                attempt,
                                others));
        List<Sql> statements = new ArrayList<>();
        for (int i = 0; i < members.size(); i++) {
            Rollback member = members.get(i);
            drains.get(i).rest(first.locks().rowsInLockMax());
            member.refuseChanges(session);
            statements.addAll(CaptureSql.dropTriggers(member.work.spec().table()));
            statements.addAll(member.sql.references().letGoBack());
            statements.addAll(member.carry.beforeSwapBack());
        }
        members.forEach(member -> statements.addAll(member.sql.swapBack()));
        for (Rollback member : members) {
            statements.addAll(member.sql.references().addBack());
            statements.addAll(member.carry.afterSwapBack());
        }
        session.executeTogether(statements);
        for (Rollback member : members) {
            long id = member.work.id();
            Journal.unsettled(session, id);
            PartitionSets.releaseMigrated(session, id);
            if (!Journal.advance(session, id, Phase.SWITCHED, Phase.ROLLED_BACK)) {
                throw Switcher.wrongPhase(session, id);
            }
        }
        return since;
    }

    /// Why the old table cannot take the application back now; empty when it can.
    static List<String> obstacles(Session session, MigrationSpec spec, long id) {
        List<String> obstacles = new ArrayList<>();
        List<String> doubled =
                spec.keyless()
                        ? List.of()
                        : session.query(
                                new ReplaySql(spec).doubledIdentities(), row -> row.text(1));
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
