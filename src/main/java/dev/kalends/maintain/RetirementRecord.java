package dev.kalends.maintain;

import dev.kalends.catalog.PartitionSet;
import dev.kalends.failure.FailureCode;
import dev.kalends.failure.KalendsException;
import dev.kalends.journal.PartitionSets;
import dev.kalends.journal.PartitionSets.State;
import dev.kalends.pg.Session;
import dev.kalends.sql.Sql;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// How far the retirement of one partition is, as the journal has it, and what the partition is
/// now.
final class RetirementRecord {
    private final Session session;
    private final PartitionSets.Maintained maintained;
    private final PartitionSet.Member member;
    private PartitionSets.@Nullable Retirement record;

    /// @param record null if it has not begun
    RetirementRecord(
            Session session,
            PartitionSets.Maintained maintained,
            PartitionSet.Member member,
            PartitionSets.@Nullable Retirement record) {
        this.session = session;
        this.maintained = maintained;
        this.member = member;
        this.record = record;
    }

    boolean begun() {
        return record != null;
    }

    State state() {
        return required().state();
    }

    PartitionSets.Retirement required() {
        if (record == null) {
            throw new IllegalStateException("No retirement of " + member.name());
        }
        return record;
    }

    void to(State next) {
        PartitionSets.Retirement now = required();
        if (!PartitionSets.advance(session, now.id(), now.state(), next)) {
            throw new KalendsException(
                    FailureCode.HELD_BY_ANOTHER,
                    "Another process went on with the retirement of " + member.name() + ".",
                    "This one changed nothing.",
                    "The next tick looks again.");
        }
        record =
                new PartitionSets.Retirement(
                        now.id(),
                        now.set(),
                        now.leafOid(),
                        now.leaf(),
                        now.bounds(),
                        now.keys(),
                        next);
    }

    /// A key that refers to a partitioned table has one more for each of its partitions, which goes
    /// with it.
    private static final Sql KEYS =
            Sql.of(
                    """
                    SELECT c.conname, pg_get_constraintdef(c.oid) FROM pg_constraint c
                     WHERE c.conrelid = ? AND c.contype = 'f'
                       AND NOT EXISTS (SELECT FROM pg_constraint p WHERE p.oid = c.conparentid AND p.conrelid = c.conrelid)
                     ORDER BY c.oid
                    """);

    /// The foreign keys that the partition has now.
    List<PartitionSets.Key> keys() {
        return session.query(
                KEYS, row -> new PartitionSets.Key(row.text(1), row.text(2)), member.oid());
    }

    /// Notes the beginning, in the session's transaction.
    void begin(State state, List<PartitionSets.Key> keys) {
        long id =
                PartitionSets.retire(
                        session,
                        maintained.id(),
                        member.oid(),
                        member.name(),
                        member.boundsText(),
                        keys,
                        state);
        PartitionSets.note(session, maintained.id(), "retire", "begun with " + member.name());
        record =
                new PartitionSets.Retirement(
                        id,
                        maintained.id(),
                        member.oid(),
                        member.name(),
                        member.boundsText(),
                        keys,
                        state);
    }

    /// What the partition's table is to be.
    enum Relation {
        PARTITION,
        TABLE
    }

    private static final Sql FOUND =
            Sql.of(
                    """
                    SELECT c.oid, coalesce(pg_get_expr(c.relpartbound, 0), ''),
                           coalesce((SELECT h.inhdetachpending FROM pg_inherits h WHERE h.inhrelid = c.oid), false)
                      FROM pg_class c WHERE c.oid = to_regclass(?)
                    """);

    record Found(long oid, String bounds, Pending pending) {}

    enum Pending {
        YES,
        NO
    }

    @Nullable Found found() {
        return session.oneOrNull(
                FOUND,
                row ->
                        new Found(
                                row.number(1),
                                row.text(2),
                                row.truth(3) ? Pending.YES : Pending.NO),
                member.name().render());
    }

    /// A table may have been recreated under the same name.
    void refuseChanged(Relation expected) {
        Found found = found();
        boolean same =
                found != null
                        && found.oid() == member.oid()
                        && found.bounds()
                                .equals(expected == Relation.PARTITION ? member.boundsText() : "");
        if (!same) {
            throw new KalendsException(
                    FailureCode.REFUSED,
                    "%s is not what it was when its retirement was planned."
                            .formatted(member.name()),
                    "It was left as it is.",
                    "Look at it. The next tick plans anew.");
        }
    }

    void done(String what) {
        PartitionSets.note(session, maintained.id(), "retire", member.name() + " was " + what);
    }
}
