package dev.kalends.migrate;

import dev.kalends.catalog.Index;
import dev.kalends.failure.FailureCode;
import dev.kalends.failure.KalendsException;
import dev.kalends.journal.Journal;
import dev.kalends.pg.Session;
import dev.kalends.plan.Bounds;
import dev.kalends.plan.MigrationSpec;
import dev.kalends.plan.Partition;
import dev.kalends.plan.Partitions;
import dev.kalends.plan.Scheme;
import dev.kalends.sql.Sql;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Makes partitions of the twin: those planned, and those that rows written meanwhile turn out to
/// need.
final class PartitionMaker {
    private final Work work;
    private final TwinSql sql;

    PartitionMaker(Work work) {
        this.work = work;
        this.sql = new TwinSql(work.spec());
    }

    private static final Sql ATTACHED =
            Sql.of(
                    """
                    SELECT c.relname FROM pg_inherits h JOIN pg_class c ON c.oid = h.inhrelid
                     WHERE h.inhparent = to_regclass(?)
                    """);

    /// Creates the partitions that are not there yet, each in its own transaction.
    void makePlanned() {
        List<String> attached =
                work.session().query(ATTACHED, row -> row.text(1), work.names().twin().render());
        for (Partition partition : work.spec().partitions()) {
            if (!attached.contains(partition.name().value())) {
                work.session()
                        .transaction(() -> {
                            work.session().execute(sql.leaf(partition));
                            work.session().execute(sql.attach(partition));
                        });
            }
        }
    }

    /// Whether a partition made now gets its indexes at once.
    enum Indexes {
        LATER,
        NOW
    }

    private static final String OUTSIDE =
            """
            SELECT DISTINCT {key}::text FROM {rows} WHERE NOT ({inside}) LIMIT 10000
            """;

    /// Makes the partitions that rows outside the planned range need.
    ///
    /// @param rows a FROM item that gives the rows, with the key under its own name
    /// @return how many those rows need, made now or by another session a moment ago; 0 where
    ///   partitions are no ranges
    int makeFor(Session session, Sql rows, Indexes indexes) {
        MigrationSpec spec = work.spec();
        if (!Placement.byRange(spec)) {
            return 0;
        }
        List<Partition> planned = spec.partitions();
        List<String> keys =
                session.query(
                        Sql.text(OUTSIDE)
                                .put("key", spec.key())
                                .put("rows", rows)
                                .put(
                                        "inside",
                                        Placement.between(
                                                spec,
                                                planned.getFirst(),
                                                planned.getLast(),
                                                spec.key()))
                                .build(),
                        row -> row.text(1));
        Map<Bounds, Partition> needed = new LinkedHashMap<>();
        for (String key : keys) {
            Partition partition = holding(key);
            needed.put(partition.bounds(), partition);
        }
        needed.values().forEach(partition -> make(session, partition, indexes));
        return needed.size();
    }

    private Partition holding(String key) {
        String table = work.spec().table().name().value();
        try {
            return switch (work.spec().scheme()) {
                case Scheme.TimeRange times ->
                        Partitions.holding(times, table, times.codec().read(key, times.timeZone()));
                case Scheme.NumberRange numbers ->
                        Partitions.holding(numbers, table, Long.parseLong(key));
                case Scheme.Hash _, Scheme.Listed _ ->
                        throw new IllegalStateException("Only ranges are made for rows");
            };
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw new KalendsException(
                    FailureCode.KEY_OUT_OF_RANGE,
                    "A row of %s has the key %s = %s, which no partition can hold."
                            .formatted(work.spec().table(), work.spec().key(), key),
                    "The table is untouched and writes are still captured.",
                    "Correct the row, then run the same command again.",
                    e);
        }
    }

    void make(Session session, Partition partition, Indexes indexes) {
        session.transaction(() -> {
            // Several sessions may find at once that they need the same partition.
            Journal.lock(session, work.id());
            boolean there =
                    Journal.leaves(session, work.id()).stream()
                            .anyMatch(leaf -> leaf.partition().bounds().equals(partition.bounds()));
            if (there) {
                return;
            }
            session.execute(sql.leaf(partition));
            Journal.addLeaf(session, work.id(), partition);
            if (indexes == Indexes.NOW) {
                for (Index index : sql.indexes()) {
                    session.execute(sql.createLeafIndex(partition, index));
                }
                session.execute(sql.onIndexedLeaf(partition));
                Journal.indexed(session, work.id(), partition);
            }
            session.execute(sql.attach(partition));
        });
    }
}
