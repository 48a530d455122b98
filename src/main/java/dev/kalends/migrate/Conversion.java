package dev.kalends.migrate;

import dev.kalends.carry.InventoryComparison;
import dev.kalends.execute.LockRetry;
import dev.kalends.execute.ProgressEvent;
import dev.kalends.execute.Workers;
import dev.kalends.failure.FailureCode;
import dev.kalends.failure.KalendsException;
import dev.kalends.failure.ShellCommand;
import dev.kalends.journal.Counts;
import dev.kalends.journal.Journal;
import dev.kalends.journal.Leaf;
import dev.kalends.journal.Migration;
import dev.kalends.pg.PgException;
import dev.kalends.pg.Session;
import dev.kalends.pg.catalog.InventoryReader;
import dev.kalends.plan.MigrationSpec;
import dev.kalends.plan.Phase;
import dev.kalends.sql.QualifiedName;
import dev.kalends.sql.Sql;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;

/// Carries a migration through its phases, from wherever the journal says it stands.
public final class Conversion {
    private static final String KEPT =
            "Everything done so far is kept and writes are still captured; the application is not affected.";

    private final Work work;

    public Conversion(Work work) {
        this.work = work;
    }

    /// Records a new migration and makes what nobody else sees yet.
    ///
    /// @param specs of the tables that are switched together
    /// @return their ids
    public static List<Long> begin(Session session, List<MigrationSpec> specs) {
        return Preparation.begin(session, specs);
    }

    /// Runs all phases up to READY_TO_SWITCH.
    public void toReady() {
        Phase phase = phase();
        while (phase.compareTo(Phase.READY_TO_SWITCH) < 0) {
            Phase running = phase;
            inPhase(running, () -> run(running));
            Phase next = phase();
            if (next == phase) {
                throw new IllegalStateException("Phase " + phase + " did not end");
            }
            phase = next;
        }
    }

    private Phase phase() {
        return Journal.byId(work.session(), work.id()).phase();
    }

    private void run(Phase phase) {
        switch (phase) {
            case PREPARED -> new Preparation(work).run();
            case COPYING -> new Copier(work).run();
            case INDEXING -> new IndexBuilder(work).run();
            case CATCHING_UP -> new CatchUp(work).run();
            case VALIDATING -> {
                validateAndAnalyze();
                new MaterializedViewBuilder(work).run();
                work.session()
                        .transaction(() ->
                                Journal.advance(
                                        work.session(),
                                        work.id(),
                                        Phase.VALIDATING,
                                        Phase.READY_TO_SWITCH));
            }
            case READY_TO_SWITCH, SWITCHED, COMPLETED, ROLLED_BACK ->
                    throw new IllegalStateException("Nothing to run in phase " + phase);
        }
    }

    /// The statistics are needed by the switch and not before, so they are gathered in a session of
    /// their own meanwhile.
    private void validateAndAnalyze() {
        QualifiedName twin = work.names().twin();
        Workers.run(
                work.target(),
                "validate",
                2,
                session -> {},
                List.<Consumer<Session>>of(
                        session ->
                                session.execute(
                                        Sql.text("ANALYZE {twin}").put("twin", twin).build()),
                        session -> validateContent()),
                (session, piece) -> piece.accept(session));
    }

    private void inPhase(Phase phase, Runnable run) {
        Instant began = work.clock().instant();
        Counts counts = Journal.counts(work.session(), work.id());
        work.tell(started(phase, counts));
        guarded("Cannot finish phase " + phase + " of " + work.spec().table(), run);
        long rows = Journal.counts(work.session(), work.id()).rowsCopied();
        work.tell(
                new ProgressEvent.Ended(
                        phase, Duration.between(began, work.clock().instant()), rows));
    }

    private ProgressEvent started(Phase phase, Counts counts) {
        return switch (phase) {
            case COPYING ->
                    new ProgressEvent.Started(
                            phase, "copying", counts.chunks(), ProgressEvent.Unit.CHUNKS);
            case INDEXING ->
                    new ProgressEvent.Started(
                            phase, "indexing", counts.leaves(), ProgressEvent.Unit.PARTITIONS);
            case VALIDATING ->
                    new ProgressEvent.Started(
                            phase, "validating", counts.leaves(), ProgressEvent.Unit.PARTITIONS);
            case CATCHING_UP ->
                    new ProgressEvent.Started(phase, "catching up", 0, ProgressEvent.Unit.WRITES);
            case PREPARED, READY_TO_SWITCH, SWITCHED, COMPLETED, ROLLED_BACK ->
                    new ProgressEvent.Started(phase, "preparing", 0, ProgressEvent.Unit.PARTITIONS);
        };
    }

    /// A refusal of the server while somebody else changed the table is told as that change.
    private void guarded(String doing, Runnable run) {
        try {
            run.run();
        } catch (PgException e) {
            if (!e.connectionLost()) {
                lookForChange(e);
            }
            if (e.is("23514") && phase().beforeSwitch()) {
                throw new KalendsException(
                        FailureCode.KEY_OUT_OF_RANGE,
                        "A row of %s has a key that no partition can hold: %s"
                                .formatted(work.spec().table(), e.serverMessage()),
                        KEPT,
                        "Correct the row and run the same command again; or run kalends migrate --abort, then begin again"
                                + " with the value in partition.values or with partition.default: true.",
                        e);
            }
            throw e.toKalends(
                    doing, KEPT, "Run the same command again; kalends status tells more.");
        }
    }

    private void lookForChange(PgException cause) {
        try (Session fresh = Session.open(work.target(), "look")) {
            new SchemaWatch(work.spec()).checkTable(fresh);
        } catch (KalendsException change) {
            change.addSuppressed(cause);
            throw change;
        }
    }

    /// Compares all rows of all partitions, and records what was found equal.
    public List<Validator.Result> validateContent() {
        Validator validator =
                phase().beforeSwitch() ? Validator.beforeSwitch(work) : Validator.afterSwitch(work);
        List<Leaf> leaves = Journal.leaves(work.session(), work.id());
        validator.refuseOutside(leaves);
        java.util.concurrent.atomic.AtomicLong done = new java.util.concurrent.atomic.AtomicLong();
        java.util.concurrent.atomic.AtomicLong rows = new java.util.concurrent.atomic.AtomicLong();
        List<Validator.Result> results =
                validator.compare(
                        leaves,
                        Validator.Depth.CONTENT,
                        (session, result) -> {
                            if (result.equal()) {
                                Journal.validated(
                                        session,
                                        work.id(),
                                        result.partition(),
                                        result.rows(),
                                        result.checksum());
                            }
                            work.tell(
                                    new ProgressEvent.Advanced(
                                            Phase.VALIDATING,
                                            done.incrementAndGet(),
                                            leaves.size(),
                                            rows.addAndGet(result.rows())));
                        });
        validator.refuseUnequal(results);
        return results;
    }

    /// Validates on demand; a migration that has not caught up yet cannot be compared.
    public List<Validator.Result> validate() {
        Phase phase = phase();
        if (phase.compareTo(Phase.VALIDATING) < 0 || phase.ended()) {
            throw wrongPhase(phase, "validated");
        }
        List<List<Validator.Result>> results = new java.util.ArrayList<>();
        if (phase == Phase.SWITCHED) {
            // What waits to be replayed would be left out of the comparison.
            guarded("Cannot bring the old table in step", this::followSwitched);
        }
        guarded("Cannot validate " + work.spec().table(), () -> results.add(validateContent()));
        return results.getFirst();
    }

    /// Switches the tables of a migration, then validates and joins their foreign keys. Repeats
    /// only what is not done.
    public static LockRetry.Outcome switchTables(List<Work> works) {
        List<Conversion> members = works.stream().map(Conversion::new).toList();
        LockRetry.Outcome[] outcome = {LockRetry.Outcome.NONE};
        if (members.stream().anyMatch(member -> member.phase().beforeSwitch())) {
            members.forEach(member -> member.require(Phase.READY_TO_SWITCH, "switched"));
            members.getFirst()
                    .guarded(
                            "Cannot switch " + works.getFirst().spec().table(),
                            () -> outcome[0] = new Switcher(works).run());
        } else {
            members.forEach(member -> member.require(Phase.SWITCHED, "switched"));
        }
        members.forEach(Conversion::settle);
        return outcome[0];
    }

    private void require(Phase wanted, String verb) {
        Phase phase = phase();
        if (phase != wanted) {
            throw wrongPhase(phase, verb);
        }
    }

    private void settle() {
        Migration migration = Journal.byId(work.session(), work.id());
        if (migration.settled() == Migration.Settlement.SETTLED) {
            return;
        }
        Settlement settlement = new Settlement(work);
        try {
            if (migration.phase() == Phase.SWITCHED) {
                settlement.afterSwitch();
            } else {
                settlement.afterRollback();
            }
        } catch (PgException e) {
            throw e.toKalends(
                    "The tables are switched, but not all foreign keys are validated",
                    "The application runs on the new table; new rows are checked by their foreign keys.",
                    "Run the same command again to finish.");
        }
    }

    /// Switches the tables of a migration back, keeping later writes.
    public static LockRetry.Outcome rollback(List<Work> works) {
        List<Conversion> members = works.stream().map(Conversion::new).toList();
        LockRetry.Outcome[] outcome = {LockRetry.Outcome.NONE};
        if (members.getFirst().phase() == Phase.SWITCHED) {
            members.forEach(member -> member.require(Phase.SWITCHED, "rolled back"));
            members.getFirst()
                    .guarded(
                            "Cannot switch " + works.getFirst().spec().table() + " back",
                            () -> outcome[0] = Rollback.run(works));
        } else {
            members.forEach(member -> member.require(Phase.ROLLED_BACK, "rolled back"));
        }
        members.forEach(Conversion::settle);
        return outcome[0];
    }

    /// Keeps the old table in step while it waits, so that a rollback has little left to do.
    ///
    /// @return log rows taken
    public long followSwitched() {
        try (Session replay = Session.open(work.target(), "replay")) {
            Drain.prepare(replay);
            Rollback rollback = new Rollback(work);
            return rollback.drainOnLine(rollback.reverse(replay), replay);
        }
    }

    /// Removes everything and leaves the table as it was.
    ///
    /// @return whether the journal itself, being unused otherwise, is gone too
    public boolean abort() {
        Phase phase = phase();
        if (!phase.beforeSwitch()) {
            throw wrongPhase(phase, "aborted");
        }
        guarded(
                "Cannot remove the migration of " + work.spec().table(),
                () -> new Cleaner(work).withoutTwin(phase));
        return Journal.dropIfUnused(work.session(), work.id());
    }

    /// Drops the old tables after a switch, or the twins after a rollback. What a crash left to
    /// settle is settled for all tables first: a foreign key between two twins holds both.
    public static void cleanup(List<Work> works) {
        List<Conversion> members = works.stream().map(Conversion::new).toList();
        for (Conversion member : members) {
            if (!member.phase().beforeSwitch()) {
                member.settle();
            }
        }
        members.forEach(Conversion::cleanup);
    }

    private void cleanup() {
        Phase phase = phase();
        switch (phase) {
            case SWITCHED ->
                    guarded(
                            "Cannot drop " + work.names().old(),
                            () -> new Cleaner(work).completed());
            case ROLLED_BACK ->
                    guarded(
                            "Cannot drop " + work.names().twin(),
                            () -> new Cleaner(work).withoutTwin(phase));
            case PREPARED, COPYING, INDEXING, CATCHING_UP, VALIDATING, READY_TO_SWITCH, COMPLETED ->
                    throw wrongPhase(phase, "cleaned up");
        }
    }

    private KalendsException wrongPhase(Phase phase, String verb) {
        return new KalendsException(
                FailureCode.WRONG_PHASE,
                "The migration of %s is in phase %s and cannot be %s now."
                        .formatted(work.spec().table(), phase, verb),
                "Nothing was changed.",
                next(phase));
    }

    private String next(Phase phase) {
        QualifiedName table = work.spec().table();
        return switch (phase) {
            case PREPARED, COPYING, INDEXING, CATCHING_UP, VALIDATING ->
                    "Continue with " + ShellCommand.of("migrate", table) + ".";
            case READY_TO_SWITCH -> "Switch with " + ShellCommand.of("switch", table) + ".";
            case SWITCHED ->
                    "Go back with %s, or end it with %s."
                            .formatted(
                                    ShellCommand.of("rollback", table),
                                    ShellCommand.of("cleanup", table));
            case COMPLETED -> "It is completed; nothing is left to do.";
            case ROLLED_BACK ->
                    "Remove what is left with " + ShellCommand.of("cleanup", table) + ".";
        };
    }

    /// Why the old table could not take the application back now; empty when it could.
    public static List<String> rollbackObstacles(Session session, Migration migration) {
        return Rollback.obstacles(session, migration.spec(), migration.id());
    }

    /// What became of what the table had, as the catalog shows it now.
    ///
    /// @param migration one that is switched
    public static InventoryComparison carried(Session session, Migration migration) {
        MigrationSpec spec = migration.spec();
        long oid = Switcher.oid(session, spec.table().render());
        return InventoryComparison.of(spec, InventoryReader.read(session, oid));
    }

    /// Captured writes that wait to be replayed.
    public static long waiting(Session session, Migration migration) {
        return Drain.waiting(
                session,
                migration.phase() == Phase.SWITCHED
                        ? migration.spec().migrationNames().reverseLog()
                        : migration.spec().migrationNames().captureLog());
    }
}
