package dev.kalends.maintain;

import dev.kalends.catalog.PartitionBounds;
import dev.kalends.catalog.PartitionSet;
import dev.kalends.config.LifecycleConfig;
import dev.kalends.execute.ArchiveViews.Place;
import dev.kalends.execute.LockRetry;
import dev.kalends.execute.PartitionArchive;
import dev.kalends.failure.FailureCode;
import dev.kalends.failure.KalendsException;
import dev.kalends.journal.Archives;
import dev.kalends.journal.PartitionSets;
import dev.kalends.journal.PartitionSets.State;
import dev.kalends.pg.PgException;
import dev.kalends.pg.Session;
import dev.kalends.plan.MaintenanceStep;
import dev.kalends.plan.SetSpec;
import dev.kalends.sql.Identifier;
import dev.kalends.sql.QualifiedName;
import dev.kalends.sql.Sql;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Takes a partition out of its table: detached, then released from foreign keys and guards, then
/// compared with its archive, then dropped or kept. The journal knows how far it is, so that any
/// tick goes on where another one ended. What turns out to be referred to after all goes back into
/// the table.
final class Retirement {
    private final Hands hands;
    private final PartitionSets.Maintained maintained;
    private final PartitionSet set;
    private final LifecycleConfig lifecycle;
    private final PartitionSet.Member member;
    private final RetireSql sql;
    private final Session session;
    private PartitionSets.@Nullable Retirement record;

    Retirement(
            Hands hands,
            PartitionSets.Maintained maintained,
            PartitionSet set,
            LifecycleConfig lifecycle,
            PartitionSet.Member member,
            PartitionSets.@Nullable Retirement record) {
        this.hands = hands;
        this.maintained = maintained;
        this.set = set;
        this.lifecycle = lifecycle;
        this.member = member;
        this.record = record;
        this.sql = new RetireSql(set, maintained.spec(), member);
        this.session = hands.session();
    }

    /// @return what was done, in one sentence
    /// @throws KalendsException LOCK_NOT_AVAILABLE if it has to be tried again; REFUSED if the
    ///   partition went back
    String run(MaintenanceStep.Retire step) {
        if (record == null) {
            begin(step.manner());
        }
        if (state() == State.DETACHING) {
            detachConcurrently();
        }
        if (state() == State.DETACHED) {
            release();
        }
        return end(step.end());
    }

    private State state() {
        return required().state();
    }

    private PartitionSets.Retirement required() {
        if (record == null) {
            throw new IllegalStateException("No retirement of " + member.name());
        }
        return record;
    }

    private void to(State next) {
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

    private List<PartitionSets.Key> keys() {
        return session.query(
                KEYS, row -> new PartitionSets.Key(row.text(1), row.text(2)), member.oid());
    }

    private void begin(MaintenanceStep.Retire.Manner manner) {
        if (manner == MaintenanceStep.Retire.Manner.CONCURRENTLY
                && !hands.views().shown(session, set.oid())) {
            session.transaction(() -> record(State.DETACHING, keys()));
            return;
        }
        LockRetry retry = hands.once();
        retry.run(
                "Cannot detach " + member.name(),
                List.of(set.oid(), member.oid()),
                _ -> {},
                _ -> {
                    retry.limitLockWaits();
                    hands.views().show(session, set.oid(), member.oid(), Place.ASIDE);
                    Instant since = retry.takeLocks(LockRetry.lockable(session, sql.locks()));
                    refuseChanged(Relation.PARTITION);
                    List<PartitionSets.Key> keys = keys();
                    session.execute(sql.detach());
                    record(State.DETACHED, keys);
                    return since;
                });
    }

    private void record(State state, List<PartitionSets.Key> keys) {
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

    private enum Relation {
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

    private record Found(long oid, String bounds, Pending pending) {}

    private enum Pending {
        YES,
        NO
    }

    private @Nullable Found found() {
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
    private void refuseChanged(Relation expected) {
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

    private static final Sql LONG_HOLDERS =
            Sql.of(
                    """
                    SELECT 'pid ' || a.pid || ', in transaction for ' || extract(epoch FROM clock_timestamp() - a.xact_start)::int || ' s'
                      FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
                     WHERE l.locktype = 'relation' AND l.relation = ? AND l.granted AND l.pid <> pg_backend_pid()
                       AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
                       AND a.xact_start < clock_timestamp() - interval '1 s'
                     ORDER BY a.xact_start LIMIT 1
                    """);

    private void detachConcurrently() {
        Found found = found();
        if (found == null || found.oid() != member.oid()) {
            refuseChanged(Relation.PARTITION);
            return;
        }
        if (!found.bounds().isEmpty()) {
            if (found.pending() == Pending.NO) {
                // It would wait for them while rows of the range are refused already.
                for (String holder : session.query(LONG_HOLDERS, row -> row.text(1), set.oid())) {
                    throw notNow("a transaction that uses the table has to end first: " + holder);
                }
            }
            try {
                session.execute(WAIT);
                session.execute(
                        found.pending() == Pending.YES
                                ? RetireSql.finish(set.name(), member.name())
                                : sql.detachConcurrently());
            } catch (PgException e) {
                if (e.lockNotAvailable() || e.is("55000")) {
                    throw notNow(e.serverMessage());
                }
                if (e.is("23503")) {
                    session.transaction(() -> to(State.RETURNED));
                }
                throw e;
            } finally {
                hands.limitLockWaits();
            }
        }
        session.transaction(() -> to(State.DETACHED));
    }

    private static final Sql WAIT = Sql.of("SET lock_timeout = '1s'");

    private KalendsException notNow(String why) {
        return new KalendsException(
                FailureCode.LOCK_NOT_AVAILABLE,
                "Cannot detach %s: %s".formatted(member.name(), why),
                "Nothing is lost; what was begun is finished later.",
                "The next tick tries again.");
    }

    /// Gives up the table's foreign keys, then takes its keys out of the guards.
    private void release() {
        refuseChanged(Relation.TABLE);
        List<PartitionSets.Key> keys = keys();
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
            session.transaction(() -> to(State.RELEASED));
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
                        to(State.RELEASED);
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
        List<String> there = keys().stream().map(PartitionSets.Key::name).toList();
        retry.run(
                "Cannot give " + member.name() + " its foreign keys back",
                List.of(member.oid()),
                _ -> {},
                _ -> {
                    retry.limitLockWaits();
                    Instant since = hands.clock().instant();
                    for (PartitionSets.Key key : required().keys()) {
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
                    to(State.RETURNED);
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

    private String end(MaintenanceStep.Retire.End end) {
        return switch (end) {
            case SET_ASIDE -> {
                if (state() == State.RELEASED) {
                    session.transaction(() -> {
                        to(State.SET_ASIDE);
                        done("set aside as a table of its own");
                    });
                }
                yield "Detached %s and set it aside.".formatted(member.name());
            }
            case KEPT -> keep();
            case DROPPED -> drop(null);
            case ARCHIVED -> drop(compared());
        };
    }

    private String keep() {
        Identifier schema = lifecycle.schema();
        session.transaction(() -> {
            refuseChanged(Relation.TABLE);
            if (schema != null && !schema.equals(member.name().schema())) {
                session.execute(RetireSql.move(member.name(), schema));
            }
            to(State.KEPT);
            done("kept as a table of its own");
        });
        QualifiedName now = schema == null ? member.name() : member.name().in(schema);
        return "Detached %s and kept it as %s.".formatted(member.name(), now);
    }

    /// What the archive says, made equal to the table.
    private PartitionArchive.Content compared() {
        Archives.Archived archived = Archives.byLeaf(Archives.all(session)).get(member.oid());
        if (archived != null && same(archived)) {
            return content(archived);
        }
        Archives.Fresh fresh =
                new Exporting(hands, maintained).run(set, member, Exporting.Standing.LEAVING);
        return new PartitionArchive.Content(fresh.rows(), fresh.checksum());
    }

    private static PartitionArchive.Content content(Archives.Archived archived) {
        return new PartitionArchive.Content(archived.rows(), archived.checksum());
    }

    private boolean same(Archives.Archived archived) {
        return archived.bounds().equals(member.boundsText())
                && content(archived).same(Exporting.content(session, member.name()));
    }

    /// @param archived what the archive must say; null if nothing is archived
    private String drop(PartitionArchive.@Nullable Content archived) {
        hands.views().prepare(session, set.oid());
        LockRetry retry = hands.once();
        retry.run(
                "Cannot drop " + member.name(),
                List.of(member.oid()),
                _ -> {},
                _ -> {
                    retry.limitLockWaits();
                    hands.views().show(session, set.oid(), member.oid(), Place.ARCHIVE);
                    Instant since =
                            retry.takeLocks(
                                    List.of(
                                            new LockRetry.Wanted(
                                                    member.name(),
                                                    LockRetry.Mode.ACCESS_EXCLUSIVE)));
                    session.execute(LONG);
                    refuseChanged(Relation.TABLE);
                    refuseUnlike(archived);
                    session.execute(RetireSql.drop(member.name()));
                    Archives.left(session, member.oid());
                    to(State.DROPPED);
                    done(archived == null ? "dropped" : "dropped, archived before");
                    return since;
                });
        return "Dropped %s%s."
                .formatted(
                        member.name(),
                        archived == null
                                ? ""
                                : ", whose %d rows are in the archive".formatted(archived.rows()));
    }

    /// The last look, under the lock.
    private void refuseUnlike(PartitionArchive.@Nullable Content archived) {
        if (archived == null) {
            return;
        }
        Archives.Archived recorded = Archives.byLeaf(Archives.all(session)).get(member.oid());
        if (recorded == null || !same(recorded)) {
            throw new KalendsException(
                    FailureCode.REFUSED,
                    "%s is not what its archive holds.".formatted(member.name()),
                    "It was not dropped.",
                    "The next tick exports it again.");
        }
    }

    private void done(String what) {
        PartitionSets.note(session, maintained.id(), "retire", member.name() + " was " + what);
    }

    /// A partition that an earlier tick detached.
    static PartitionSet.Member member(PartitionSets.Retirement record) {
        return new PartitionSet.Member(
                record.leafOid(),
                record.leaf(),
                PartitionSet.Place.TABLE,
                PartitionBounds.parse(record.bounds()),
                record.bounds(),
                PartitionSet.Standing.DETACHING,
                -1,
                -1);
    }
}
