package dev.kalends.migrate;

import dev.kalends.catalog.Index;
import dev.kalends.execute.ProgressEvent;
import dev.kalends.execute.Workers;
import dev.kalends.journal.Journal;
import dev.kalends.journal.Leaf;
import dev.kalends.pg.Session;
import dev.kalends.plan.MigrationSpec;
import dev.kalends.plan.Partition;
import dev.kalends.plan.Phase;
import dev.kalends.sql.Identifier;
import dev.kalends.sql.QualifiedName;
import dev.kalends.sql.Sql;
import dev.kalends.sql.SqlList;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/// Phase INDEXING: every partition's indexes, built after the load, then the twin's from them.
final class IndexBuilder {
    private final Work work;
    private final TwinSql sql;
    private final GuardSql guards;
    private final SchemaWatch watch;

    IndexBuilder(Work work) {
        this.work = work;
        this.sql = new TwinSql(work.spec());
        this.guards = new GuardSql(work.spec());
        this.watch = new SchemaWatch(work.spec());
    }

    private static final Sql SIZE = Sql.of("SELECT pg_relation_size(to_regclass(?))");
    private static final Sql EXISTS = Sql.of("SELECT to_regclass(?) IS NOT NULL");

    private record Sized(Leaf leaf, long bytes) {}

    void run() {
        List<Sized> open = new ArrayList<>();
        AtomicLong done = new AtomicLong();
        List<Leaf> leaves = Journal.leaves(work.session(), work.id());
        for (Leaf leaf : leaves) {
            if (leaf.atLeast(Leaf.Progress.INDEXED)) {
                done.incrementAndGet();
            } else {
                String name = work.spec().leaf(leaf.partition()).render();
                open.add(new Sized(leaf, work.session().one(SIZE, row -> row.number(1), name)));
            }
        }
        // The largest first, so that no session is left alone with it at the end.
        open.sort(Comparator.comparingLong(Sized::bytes).reversed());
        Workers.run(
                work.target(),
                "index",
                work.spec().sessions(),
                session -> Copier.bulk(session, work.spec()),
                open,
                (session, sized) -> {
                    build(session, sized.leaf().partition());
                    work.tell(
                            new ProgressEvent.Advanced(
                                    Phase.INDEXING, done.incrementAndGet(), leaves.size(), 0));
                });
        join(leaves);
        work.session()
                .transaction(() -> {
                    work.session().execute(sql.onIndexedTwin());
                    Journal.advance(work.session(), work.id(), Phase.INDEXING, Phase.CATCHING_UP);
                });
    }

    private void build(Session session, Partition partition) {
        for (Index index : sql.indexes()) {
            work.pacer().await();
            session.transaction(() -> {
                Journal.claim(session, work.id(), partition);
                watch.checkNowAndThen(session, work.clock());
                String name = sql.leafIndex(partition, index).render();
                if (session.one(EXISTS, row -> row.truth(1), name)) {
                    return;
                }
                if (index.kind() == Index.Kind.PRIMARY_KEY) {
                    session.execute(removeDoubtful(partition));
                }
                session.execute(sql.createLeafIndex(partition, index));
            });
        }
        session.transaction(() -> {
            if (Journal.claimUnindexed(session, work.id(), partition)) {
                session.execute(guards.fill(partition));
                session.execute(sql.onIndexedLeaf(partition));
                Journal.indexed(session, work.id(), partition);
            }
        });
    }

    private static final String REMOVE_DOUBTFUL =
            """
            DELETE FROM {leaf} o USING (SELECT DISTINCT {keys} FROM {log} WHERE {here}) k WHERE {isKey}
            """;

    /// Rows written during the copy may stand in the partition twice, in two versions. All of them
    /// are in the log, whose replay puts the present version in.
    private Sql removeDoubtful(Partition partition) {
        MigrationSpec spec = work.spec();
        List<Identifier> keys = CaptureSql.keyColumns(spec);
        return Sql.text(REMOVE_DOUBTFUL)
                .put("leaf", spec.leaf(partition))
                .put("keys", SqlList.of(keys))
                .put("log", work.names().captureLog())
                .put(
                        "here",
                        Placement.ranged(
                                spec, partition, keys.get(spec.rowKey().indexOf(spec.key()))))
                .put(
                        "isKey",
                        ReplaySql.equal(
                                Identifier.of("o"), spec.rowKey(), Identifier.of("k"), keys))
                .build();
    }

    private void join(List<Leaf> leaves) {
        Session session = work.session();
        for (Index index : sql.indexes()) {
            QualifiedName root = new QualifiedName(work.names().twinSchema(), index.name());
            session.transaction(() -> {
                if (!session.one(EXISTS, row -> row.truth(1), root.render())) {
                    session.execute(sql.createRootIndex(index));
                }
                for (Leaf leaf : leaves) {
                    session.execute(sql.attachIndex(leaf.partition(), index));
                }
            });
        }
        guard(session);
    }

    private static final Sql GUARDED =
            Sql.of(
                    """
                    SELECT EXISTS (SELECT FROM pg_trigger g WHERE g.tgrelid = to_regclass(?)
                                     AND g.tgname LIKE 'zz\\_kalends\\_%')
                    """);

    /// From here on the twin's triggers keep the guards in step.
    private void guard(Session session) {
        String twin = work.names().twin().render();
        if (guards.none() || session.one(GUARDED, row -> row.truth(1), twin)) {
            return;
        }
        session.transaction(() -> {
            session.execute(guards.keys());
            session.execute(guards.triggers());
        });
    }
}
