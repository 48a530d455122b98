package dev.kalends.maintain;

import dev.kalends.catalog.PartitionSet;
import dev.kalends.config.LifecycleConfig;
import dev.kalends.execute.ArchiveViews.Place;
import dev.kalends.execute.LockRetry;
import dev.kalends.failure.FailureCode;
import dev.kalends.failure.KalendsException;
import dev.kalends.journal.PartitionSets;
import dev.kalends.journal.PartitionSets.State;
import dev.kalends.pg.Session;
import dev.kalends.plan.SetSpec;
import dev.kalends.sql.Identifier;
import dev.kalends.sql.Sql;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// Releases a detached partition: its own foreign keys, then its keys in the guards. What turns out
/// to be referred to after all goes back into the table.
final class Release {
    private final Hands hands;
    private final PartitionSets.Maintained maintained;
    private final PartitionSet set;
    private final LifecycleConfig lifecycle;
    private final PartitionSet.Member member;
    private final RetireSql sql;
    private final Session session;
    private final RetirementRecord record;

    Release(
            Hands hands,
            PartitionSets.Maintained maintained,
            PartitionSet set,
            LifecycleConfig lifecycle,
            PartitionSet.Member member,
            RetirementRecord record) {
        this.hands = hands;
        this.maintained = maintained;
        this.set = set;
        this.lifecycle = lifecycle;
        this.member = member;
        this.record = record;
        this.sql = new RetireSql(set, maintained.spec(), member);
        this.session = hands.session();
    }

    /// Gives up the table's foreign keys, then takes its keys out of the guards.
    void run() {
        record.refuseChanged(RetirementRecord.Relation.TABLE);
        List<PartitionSets.Key> keys = record.keys();
        if (!keys.isEmpty()) {
            LockRetry retry = hands.once();
            retry.run(
                    "Cannot give up the foreign keys of " + member.name(),
                    List.of(member.oid()),
                    _ -> {},
                    _ -> {
                        retry.limitLockWaits();
                        Instant since = hands.clock().instant();
                        for (PartitionSets.Key key : keys) {
                            session.execute(
                                    RetireSql.dropKey(member.name(), Identifier.of(key.name())));
                        }
                        return since;
                    });
        }
        List<String> reasons =
                new Prober(session, 0).conditions(maintained.table(), member.name(), lifecycle);
        if (!reasons.isEmpty()) {
            back(String.join("; ", reasons));
        }
        if (maintained.spec().guards().isEmpty()) {
            session.transaction(() -> record.to(State.RELEASED));
            return;
        }
        settle();
        String referred = releaseGuards();
        if (!referred.isEmpty()) {
            back(referred);
        }
    }

    /// Rows that came to refer to the partition's since the plan was made.
    private void settle() {
        ReferrerSql referrers = new ReferrerSql(set, maintained.spec(), member, Set.of());
        for (PartitionSet.Reference each : referrers.references()) {
            LifecycleConfig.Referrers way = lifecycle.referrers().get(each.referencing());
            if (way != null) {
                new Settling(hands).run(referrers.settle(each, way));
            }
        }
    }

    /// @return who refers to rows of the partition; empty if nobody does any more
    private String releaseGuards() {
        ReferrerSql referrers = new ReferrerSql(set, maintained.spec(), member, Set.of());
        LockRetry retry = hands.once();
        List<String> referred = new ArrayList<>();
        try {
            retry.run(
                    "Cannot take the keys of " + member.name() + " out of the guards",
                    List.of(set.oid()),
                    _ -> {},
                    _ -> {
                        retry.limitLockWaits();
                        session.execute(LONG);
                        Instant since = hands.clock().instant();
                        for (SetSpec.Guard guard : maintained.spec().guards()) {
                            long locked =
                                    session.one(referrers.lockKeys(guard), row -> row.number(1));
                            long deleted = session.update(referrers.deleteKeys(guard));
                            if (deleted != locked) {
                                referred.add(
                                        "%d of its rows are referred to through %s"
                                                .formatted(locked - deleted, guard.table()));
                                throw new LockRetry.BackOff("still referred to");
                            }
                        }
                        record.to(State.RELEASED);
                        return since;
                    });
        } catch (KalendsException e) {
            if (referred.isEmpty()) {
                throw e;
            }
        }
        return String.join("; ", referred);
    }

    private static final Sql LONG = Sql.of("SET LOCAL statement_timeout = '1h'");

    /// Attaches the table again as the partition that it was.
    private void back(String reason) {
        LockRetry retry = hands.once();
        List<Identifier> names = new ArrayList<>();
        List<String> there = record.keys().stream().map(PartitionSets.Key::name).toList();
        retry.run(
                "Cannot give " + member.name() + " its foreign keys back",
                List.of(member.oid()),
                _ -> {},
                _ -> {
                    retry.limitLockWaits();
                    Instant since = hands.clock().instant();
                    for (PartitionSets.Key key : record.required().keys()) {
                        names.add(Identifier.of(key.name()));
                        if (!there.contains(key.name())) {
                            session.execute(
                                    RetireSql.addKey(
                                            member.name(),
                                            Identifier.of(key.name()),
                                            key.definition()));
                        }
                    }
                    return since;
                });
        names.forEach(name -> session.execute(RetireSql.validate(member.name(), name)));
        session.execute(sql.proveBounds());
        retry.run(
                "Cannot attach " + member.name() + " again",
                List.of(set.oid()),
                _ -> {},
                _ -> {
                    retry.limitLockWaits();
                    hands.views().show(session, set.oid(), member.oid(), Place.TABLE);
                    Instant since = hands.clock().instant();
                    session.execute(sql.attachAgain());
                    record.to(State.RETURNED);
                    PartitionSets.note(
                            session,
                            maintained.id(),
                            "return",
                            member.name() + " is attached again: " + reason);
                    return since;
                });
        throw new KalendsException(
                FailureCode.REFUSED,
                "%s was detached and is attached again, because of what came meanwhile: %s."
                        .formatted(member.name(), reason),
                "Its rows are in the table as before.",
                "The next tick looks again.");
    }
}
