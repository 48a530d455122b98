package dev.kalends.maintain;

import dev.kalends.catalog.PartitionSet;
import dev.kalends.execute.LockRetry;
import dev.kalends.journal.Journal;
import dev.kalends.journal.Migration;
import dev.kalends.journal.PartitionSets;
import dev.kalends.pg.PgException;
import dev.kalends.pg.Session;
import dev.kalends.plan.MaintenanceStep;
import dev.kalends.plan.Partition;
import java.time.Instant;
import java.util.List;

/// Adds partitions, each in one transaction.
final class Creation {
    private final Hands hands;
    private final PartitionSets.Maintained maintained;
    private final PartitionSet set;
    private final Prober prober;

    Creation(Hands hands, PartitionSets.Maintained maintained, PartitionSet set, Prober prober) {
        this.prober = prober;
        this.hands = hands;
        this.maintained = maintained;
        this.set = set;
    }

    /// @return what was done, in one sentence
    String create(MaintenanceStep.CreatePartition step, CreateSql sql) {
        PartitionSet.Member rest = set.rest();
        boolean proven = rest != null && prober.pages(rest) > RestPlanner.PAGES_READ_MAX;
        LockRetry retry = hands.once();
        if (rest != null && proven) {
            retry.run(
                    "Cannot say of " + rest.name() + " what it does not hold",
                    List.of(rest.oid()),
                    _ -> {},
                    _ -> {
                        retry.limitLockWaits();
                        Instant since = hands.clock().instant();
                        List<dev.kalends.sql.Sql> proof = sql.proveElsewhere(rest, step.made());
                        hands.session().execute(proof.subList(0, proof.size() - 1));
                        return since;
                    });
            hands.session().execute(sql.proveElsewhere(rest, step.made()).getLast());
        }
        LockRetry.Outcome outcome =
                retry.run(
                        "Cannot create " + step.partition(),
                        List.of(set.oid()),
                        _ -> {},
                        _ -> {
                            Session session = hands.session();
                            retry.limitLockWaits();
                            session.executeTogether(sql.create(step.made()));
                            Instant since =
                                    retry.takeLocks(LockRetry.lockable(session, sql.locks()));
                            session.executeTogether(sql.attach(step.made()));
                            if (rest != null && proven) {
                                session.execute(CreateSql.dropElsewhere(rest));
                            }
                            note(step.made(), "create", step.title());
                            return since;
                        });
        return "Created %s for %s, locks held %d ms."
                .formatted(step.partition(), step.words(), outcome.held().toMillis());
    }

    /// @return what was done, in one sentence
    String place(MaintenanceStep.PlaceRows step, PlaceSql sql) {
        RestPlanner.Way way =
                step.way() == MaintenanceStep.PlaceRows.Way.MOVED
                        ? RestPlanner.Way.MOVED
                        : RestPlanner.Way.SWAPPED;
        LockRetry retry = hands.once();
        if (way == RestPlanner.Way.SWAPPED) {
            List<dev.kalends.sql.Sql> proof = sql.proof(step.made());
            retry.run(
                    "Cannot say of " + step.rest() + " what it holds",
                    List.of(set.oid()),
                    _ -> {},
                    _ -> {
                        retry.limitLockWaits();
                        Instant since = hands.clock().instant();
                        hands.session().execute(proof.subList(0, proof.size() - 1));
                        return since;
                    });
            try {
                hands.session().execute(proof.getLast());
            } catch (PgException e) {
                hands.session().execute(sql.giveUpProof());
                throw e;
            }
        }
        LockRetry.Outcome outcome =
                retry.run(
                        "Cannot put rows of " + step.rest() + " where they belong",
                        List.of(set.oid()),
                        _ -> {},
                        _ -> {
                            Session session = hands.session();
                            retry.limitLockWaits();
                            session.execute(sql.before(step.made(), way));
                            Instant since =
                                    retry.takeLocks(LockRetry.lockable(session, sql.locks()));
                            session.execute(sql.exchange(step.made(), way));
                            note(step.made(), "place", step.title());
                            return since;
                        });
        return "%s, locks held %d ms.".formatted(done(step), outcome.held().toMillis());
    }

    private static String done(MaintenanceStep.PlaceRows step) {
        return switch (step.way()) {
            case MOVED ->
                    "Created %s for %s and moved %d rows of %s there"
                            .formatted(step.partition(), step.words(), step.rows(), step.rest());
            case SWAPPED ->
                    "Made %s with its %d rows the partition %s for %s, and an empty default partition"
                            .formatted(step.rest(), step.rows(), step.partition(), step.words());
        };
    }

    /// A conversion that can still be rolled back has to know of a new partition.
    private void note(Partition made, String kind, String message) {
        Session session = hands.session();
        PartitionSets.note(session, maintained.id(), kind, message);
        if (maintained.standing() == PartitionSets.Standing.OPEN) {
            Migration open = Journal.ofTable(session, maintained.table());
            if (open != null) {
                Journal.addLeaf(session, open.id(), made);
            }
        }
    }
}
