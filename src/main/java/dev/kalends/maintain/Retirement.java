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
import dev.kalends.sql.Identifier;
import dev.kalends.sql.QualifiedName;
import dev.kalends.sql.Sql;
import java.time.Instant;
import java.util.List;
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
    private final RetirementRecord record;

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
        this.record = new RetirementRecord(hands.session(), maintained, member, record);
        this.sql = new RetireSql(set, maintained.spec(), member);
        this.session = hands.session();
    }

    /// @return what was done, in one sentence
    /// @throws KalendsException LOCK_NOT_AVAILABLE if it has to be tried again; REFUSED if the
    ///   partition went back
    String run(MaintenanceStep.Retire step) {
        if (!record.begun()) {
            begin(step.manner());
        }
        if (record.state() == State.DETACHING) {
            detachConcurrently();
        }
        if (record.state() == State.DETACHED) {
            new Release(hands, maintained, set, lifecycle, member, record).run();
        }
        return end(step.end());
    }

    private void begin(MaintenanceStep.Retire.Manner manner) {
        if (manner == MaintenanceStep.Retire.Manner.CONCURRENTLY
                && !hands.views().shown(session, set.oid())) {
            session.transaction(() -> record.begin(State.DETACHING, record.keys()));
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
                    record.refuseChanged(RetirementRecord.Relation.PARTITION);
                    List<PartitionSets.Key> keys = record.keys();
                    session.execute(sql.detach());
                    record.begin(State.DETACHED, keys);
                    return since;
                });
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
        RetirementRecord.Found found = record.found();
        if (found == null || found.oid() != member.oid()) {
            record.refuseChanged(RetirementRecord.Relation.PARTITION);
            return;
        }
        if (!found.bounds().isEmpty()) {
            if (found.pending() == RetirementRecord.Pending.NO) {
                // It would wait for them while rows of the range are refused already.
                for (String holder : session.query(LONG_HOLDERS, row -> row.text(1), set.oid())) {
                    throw notNow("a transaction that uses the table has to end first: " + holder);
                }
            }
            try {
                session.execute(WAIT);
                session.execute(
                        found.pending() == RetirementRecord.Pending.YES
                                ? RetireSql.finish(set.name(), member.name())
                                : sql.detachConcurrently());
            } catch (PgException e) {
                if (e.lockNotAvailable() || e.is("55000")) {
                    throw notNow(e.serverMessage());
                }
                if (e.is("23503")) {
                    session.transaction(() -> record.to(State.RETURNED));
                }
                throw e;
            } finally {
                hands.limitLockWaits();
            }
        }
        session.transaction(() -> record.to(State.DETACHED));
    }

    private static final Sql WAIT = Sql.of("SET lock_timeout = '1s'");

    private KalendsException notNow(String why) {
        return new KalendsException(
                FailureCode.LOCK_NOT_AVAILABLE,
                "Cannot detach %s: %s".formatted(member.name(), why),
                "Nothing is lost; what was begun is finished later.",
                "The next tick tries again.");
    }

    private String end(MaintenanceStep.Retire.End end) {
        return switch (end) {
            case SET_ASIDE -> {
                if (record.state() == State.RELEASED) {
                    session.transaction(() -> {
                        record.to(State.SET_ASIDE);
                        record.done("set aside as a table of its own");
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
            record.refuseChanged(RetirementRecord.Relation.TABLE);
            if (schema != null && !schema.equals(member.name().schema())) {
                session.execute(RetireSql.move(member.name(), schema));
            }
            record.to(State.KEPT);
            record.done("kept as a table of its own");
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

    private static final Sql LONG = Sql.of("SET LOCAL statement_timeout = '1h'");

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
                    record.refuseChanged(RetirementRecord.Relation.TABLE);
                    refuseUnlike(archived);
                    session.execute(RetireSql.drop(member.name()));
                    Archives.left(session, member.oid());
                    record.to(State.DROPPED);
                    record.done(archived == null ? "dropped" : "dropped, archived before");
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
