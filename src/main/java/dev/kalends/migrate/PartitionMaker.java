package dev.kalends.migrate;

import dev.kalends.catalog.Index;
import dev.kalends.failure.FailureCode;
import dev.kalends.failure.KalendsException;
import dev.kalends.journal.Journal;
import dev.kalends.pg.Session;
import dev.kalends.plan.Partition;
import dev.kalends.sql.Sql;
import java.time.LocalDateTime;
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
            SELECT DISTINCT {key}::text FROM {rows} WHERE {key} < {from} OR {key} >= {to} LIMIT 10000
            """;

    /// Makes the partitions that rows outside the planned range need.
    ///
    /// @param rows a FROM item that gives the rows, with the key under its own name
    /// @return how many those rows need, made now or by another session a moment ago
    int makeFor(Session session, Sql rows, Indexes indexes) {
        List<Partition> planned = work.spec().partitions();
        List<String> keys =
                session.query(
                        Sql.text(OUTSIDE)
                                .put("key", work.spec().key())
                                .put("rows", rows)
                                .put("from", work.spec().bound(planned.getFirst().from()))
                                .put("to", work.spec().bound(planned.getLast().to()))
                                .build(),
                        row -> row.text(1));
        Map<LocalDateTime, Partition> needed = new LinkedHashMap<>();
        for (String key : keys) {
            Partition partition = work.spec().partitionFor(read(key));
            needed.put(partition.from(), partition);
        }
        needed.values().forEach(partition -> make(session, partition, indexes));
        return needed.size();
    }

    private LocalDateTime read(String key) {
        try {
            return work.spec().keyType().read(key, work.spec().timeZone());
        } catch (IllegalArgumentException e) {
            throw new KalendsException(
                    FailureCode.KEY_OUT_OF_RANGE,
                    "A row of %s has the key %s = %s, which no partition can hold."
                            .formatted(work.spec().table(), work.spec().key(), key),
                    "The table is untouched and writes are still captured.",
                    "Correct the row, then run the same command again.",
                    e);
        }
    }

    private void make(Session session, Partition partition, Indexes indexes) {
        session.transaction(() -> {
            // Several sessions may find at once that they need the same partition.
            Journal.lock(session, work.id());
            boolean there =
                    Journal.leaves(session, work.id()).stream()
                            .anyMatch(leaf -> leaf.partition().from().equals(partition.from()));
            if (there) {
                return;
            }
            session.execute(sql.leaf(partition));
            Journal.addLeaf(session, work.id(), partition);
            if (indexes == Indexes.NOW) {
                for (Index index : work.spec().source().indexes()) {
                    session.execute(sql.createLeafIndex(partition, index));
                }
                session.execute(sql.onIndexedLeaf(partition));
                Journal.indexed(session, work.id(), partition);
            }
            session.execute(sql.attach(partition));
        });
    }
}
