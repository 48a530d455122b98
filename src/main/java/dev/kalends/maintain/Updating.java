package dev.kalends.maintain;

import dev.kalends.catalog.PartitionSet;
import dev.kalends.failure.FailureCode;
import dev.kalends.failure.KalendsException;
import dev.kalends.journal.PartitionSets;
import dev.kalends.pg.Session;
import dev.kalends.plan.MaintenanceStep;
import dev.kalends.sql.QualifiedName;
import dev.kalends.sql.Sql;
import java.util.List;
import java.util.Objects;

/// Updates old rows of a partition in batches, each in its own transaction; what a crash leaves,
/// the next tick finishes, because rows that are done do not satisfy the condition any more.
final class Updating {
    private final Hands hands;
    private final PartitionSets.Maintained maintained;

    Updating(Hands hands, PartitionSets.Maintained maintained) {
        this.hands = hands;
        this.maintained = maintained;
    }

    private static final Sql HOLDERS =
            Sql.of(
                    """
                    SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                     WHERE c.relkind = 'r' AND (c.oid = ? OR c.oid IN (SELECT t.relid FROM pg_partition_tree(?) t WHERE t.isleaf))
                     ORDER BY 1, 2
                    """);

    /// @return what was done, in one sentence; empty if there was nothing to do
    String run(MaintenanceStep.UpdateRows step, UpdateSql sql, PartitionSet.Member member) {
        Session session = hands.session();
        // Read first: what is written meanwhile gives another figure at the next tick.
        long changes =
                Objects.requireNonNullElse(
                        Prober.changes(session, List.of(member.oid())).get(member.oid()), 0L);
        long rows = 0;
        boolean left = false;
        for (QualifiedName leaf :
                session.query(
                        HOLDERS,
                        row -> QualifiedName.of(row.text(1), row.text(2)),
                        member.oid(),
                        member.oid())) {
            long updated;
            do {
                hands.pacer().await();
                updated = batch(sql, leaf);
                rows += updated;
            } while (updated > 0);
            left |= asUser(() -> session.one(sql.left(leaf), row -> row.truth(1)));
        }
        if (!left) {
            session.transaction(() ->
                    PartitionSets.noteUpdated(
                            session,
                            new PartitionSets.Updated(
                                    maintained.id(), sql.rule(), member.oid(), changes)));
        }
        if (rows == 0) {
            return "";
        }
        PartitionSets.note(
                session,
                maintained.id(),
                "update",
                "%d rows of %s: %s".formatted(rows, member.name(), sql.rule()));
        return "Updated %d rows of %s: %s%s"
                .formatted(
                        rows,
                        member.name(),
                        step.rule(),
                        left ? "; rows that others have locked wait for the next tick." : ".");
    }

    private record Batch(long rows, long again) {}

    private long batch(UpdateSql sql, QualifiedName leaf) {
        return asUser(() -> {
            Batch batch =
                    hands.session()
                            .one(sql.batch(leaf), row -> new Batch(row.number(1), row.number(2)));
            if (batch.again() > 0) {
                throw new KalendsException(
                        FailureCode.CONFIGURATION,
                        "Rows of %s that were updated still satisfy the condition, so the rule would never end: %s"
                                .formatted(leaf, sql.rule()),
                        "That batch was rolled back.",
                        "Correct where, so that it is false for a row that has been updated.");
            }
            return batch.rows();
        });
    }

    private <T> T asUser(java.util.function.Supplier<T> work) {
        return hands.session()
                .transaction(
                        Session.Isolation.READ_COMMITTED,
                        () -> {
                            hands.session().execute(Prober.userSqlIn(maintained.table()));
                            return work.get();
                        });
    }
}
