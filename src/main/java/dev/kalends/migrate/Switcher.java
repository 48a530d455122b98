package dev.kalends.migrate;

import dev.kalends.carry.Carry;
import dev.kalends.config.PartitionConfig;
import dev.kalends.execute.LockRetry;
import dev.kalends.failure.FailureCode;
import dev.kalends.failure.KalendsException;
import dev.kalends.journal.Journal;
import dev.kalends.journal.Leaf;
import dev.kalends.journal.Migration;
import dev.kalends.journal.PartitionSets;
import dev.kalends.pg.Session;
import dev.kalends.pg.catalog.InventoryReader;
import dev.kalends.plan.MigrationSpec;
import dev.kalends.plan.Partition;
import dev.kalends.plan.Phase;
import dev.kalends.plan.SetSpec;
import dev.kalends.sql.QualifiedName;
import dev.kalends.sql.Sql;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/// The switch: one short transaction in which the twins take the places of the tables of a
/// migration.
final class Switcher {
    /// One table's part.
    private record Member(
            Work work,
            SwitchSql sql,
            SchemaWatch watch,
            CaptureSql reverse,
            CatchUp catchUp,
            Carry carry,
            Drain drain) {
        static Member of(Work work) {
            CatchUp catchUp = new CatchUp(work);
            return new Member(
                    work,
                    new SwitchSql(work.spec()),
                    new SchemaWatch(work.spec()),
                    new CaptureSql(work.spec(), work.names().reverseLog()),
                    catchUp,
                    new Carry(work.spec()),
                    catchUp.forward(work.session()));
        }

        List<Partition> partitions() {
            return Journal.leaves(work.session(), work.id()).stream().map(Leaf::partition).toList();
        }

        void drainOnLine() {
            catchUp.drain(drain, work.session(), work.pacer()::checkStop);
        }
    }

    private final List<Member> members;
    private final Work first;
    private final Session session;

    /// @param works the tables of one migration, which share their session
    Switcher(List<Work> works) {
        members = works.stream().map(Member::of).toList();
        first = works.getFirst();
        session = first.session();
    }

    /// @return the tries it took and how long the locks were held
    LockRetry.Outcome run() {
        members.forEach(this::prepare);
        LockRetry retry = first.lockRetry();
        // The session that will switch also drains: its plans are then made before it holds a lock.
        Drain.prepare(session);
        members.forEach(Member::drainOnLine);
        members.forEach(member -> compareRows(member.work()));
        LockRetry.Outcome outcome =
                retry.run(
                        "Cannot switch " + names(),
                        members.stream()
                                .map(member -> member.work().spec().source().oid())
                                .toList(),
                        attempt -> {
                            for (Member member : members) {
                                member.drain().vacuum();
                                member.watch().check(session);
                            }
                            members.forEach(Member::drainOnLine);
                            // Last, because replay makes the partitions that new rows need.
                            new Pairing(members.stream().map(Member::work).toList()).level();
                        },
                        attempt -> attempt(retry, attempt));
        for (Member member : members) {
            Journal.record(
                    session,
                    member.work().id(),
                    "switch",
                    "done at try %d, locks held %d ms"
                            .formatted(outcome.attempts(), outcome.held().toMillis()));
        }
        return outcome;
    }

    private String names() {
        return members.stream()
                .map(member -> member.work().spec().table().display())
                .collect(Collectors.joining(" and "));
    }

    private static final Sql EXISTS = Sql.of("SELECT to_regclass(?) IS NOT NULL");

    private void prepare(Member member) {
        Work work = member.work();
        // Twice: the second time the server keeps the plan, which is then ready under the locks.
        member.watch().check(session);
        member.watch().check(session);
        session.transaction(() -> {
            session.execute(member.sql().createOldSchema());
            session.execute(member.sql().grantOldSchema());
            String log = work.names().reverseLog().render();
            if (!session.one(EXISTS, row -> row.truth(1), log)) {
                session.execute(member.reverse().log());
                if (!work.spec().keyless()) {
                    session.execute(new ReplaySql(work.spec()).createConflicts());
                }
                // What is replayed from now on is logged too. To replay it back changes nothing,
                // except where rows are known by their place: there the switch forgets it.
                session.execute(member.reverse().triggers(work.names().twin()));
            }
        });
    }

    private static void compareRows(Work work) {
        Validator validator = Validator.beforeSwitch(work);
        List<Leaf> leaves = Journal.leaves(work.session(), work.id());
        validator.refuseOutside(leaves);
        validator.refuseUnequal(
                validator.compare(leaves, Validator.Depth.ROWS, (session, result) -> {}));
    }

    private static final Sql TWIN_FIRST = Sql.of("SET LOCAL lock_timeout = '5s'");

    private Instant attempt(LockRetry retry, int attempt) {
        List<LockRetry.Wanted> others =
                SwitchSql.together(
                        members.stream().map(member -> member.sql().lockable(session)).toList());
        List<Long> twins = new ArrayList<>();
        // Nobody else uses the twins, so to wait for them stalls no client.
        session.execute(TWIN_FIRST);
        for (Member member : members) {
            QualifiedName twin = member.work().names().twin();
            twins.add(oid(session, twin.render()));
            session.execute(
                    LockRetry.lockAll(
                            List.of(new LockRetry.Wanted(twin, LockRetry.Mode.ACCESS_EXCLUSIVE))));
            SchemaWatch.refuseUncaptured(
                    session,
                    twin,
                    "Nothing was switched; the application goes on with the table it uses.",
                    "Run kalends migrate --abort for the table and start again.");
        }
        members.forEach(member -> forgetReplayed(member.work()));
        List<Sql> exchange = exchange();
        Instant since =
                retry.takeLocks(
                        members.stream()
                                .flatMap(member -> member.carry().lock().stream())
                                .distinct()
                                .toList(),
                        SwitchSql.locks(
                                members.stream()
                                        .map(member -> member.work().spec().table())
                                        .toList(),
                                attempt,
                                others));
        for (Member member : members) {
            member.drain().rest(first.locks().rowsInLockMax());
            forgetReplayed(member.work());
            member.watch().check(session);
        }
        session.executeTogether(exchange);
        for (int i = 0; i < members.size(); i++) {
            Work work = members.get(i).work();
            if (!Journal.advance(session, work.id(), Phase.READY_TO_SWITCH, Phase.SWITCHED)) {
                throw wrongPhase(session, work.id());
            }
            Journal.switched(session, work.id());
            Journal.noteInventory(session, work.id(), InventoryReader.read(session, twins.get(i)));
            PartitionSets.take(
                    session,
                    SetSpec.of(work.spec(), PartitionConfig.AHEAD_DEFAULT),
                    twins.get(i),
                    work.id());
        }
        return since;
    }

    /// A row known by its place alone is inserted again whenever it is replayed, so what replay
    /// wrote to the twin, which the old table has, must not be replayed back into it.
    private void forgetReplayed(Work work) {
        if (work.spec().keyless()) {
            session.execute(new KeylessSql(work.spec()).forgetReplayed());
        }
    }

    private List<Sql> exchange() {
        List<Sql> statements = new ArrayList<>();
        for (Member member : members) {
            statements.addAll(CaptureSql.dropTriggers(member.work().spec().table()));
            statements.addAll(member.sql().references().letGo());
            statements.addAll(member.carry().beforeSwap());
        }
        members.forEach(member -> statements.addAll(member.sql().swap()));
        for (Member member : members) {
            statements.addAll(member.carry().afterSwap());
            statements.addAll(member.sql().references().add(member.partitions()));
        }
        return statements;
    }

    static long oid(Session session, String name) {
        return session.one(Sql.of("SELECT ?::regclass::oid"), row -> row.number(1), name);
    }

    static KalendsException wrongPhase(Session session, long id) {
        Migration now = Journal.byId(session, id);
        return new KalendsException(
                FailureCode.WRONG_PHASE,
                "The migration is in phase " + now.phase() + " by now.",
                "This run changed nothing.",
                "See kalends status.");
    }

    /// Statements of the switch as the plan prints them.
    static List<Sql> statements(MigrationSpec spec) {
        SwitchSql sql = new SwitchSql(spec);
        List<Sql> all = new ArrayList<>();
        all.addAll(
                new CaptureSql(spec, spec.migrationNames().reverseLog())
                        .triggers(spec.migrationNames().twin()));
        Carry carry = new Carry(spec);
        all.add(
                LockRetry.lockAll(
                        carry.lock(),
                        SwitchSql.locks(List.of(spec.table()), 1, sql.references().locks())));
        all.add(new ReplaySql(spec).forward(Drain.ROWS_PER_BATCH));
        all.addAll(CaptureSql.dropTriggers(spec.table()));
        all.addAll(sql.references().letGo());
        all.addAll(carry.beforeSwap());
        all.addAll(sql.swap());
        all.addAll(carry.afterSwap());
        all.addAll(sql.references().add(spec.partitions()));
        return all;
    }
}
