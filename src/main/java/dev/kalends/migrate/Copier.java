package dev.kalends.migrate;

import dev.kalends.execute.ProgressEvent;
import dev.kalends.execute.Workers;
import dev.kalends.failure.FailureCode;
import dev.kalends.failure.KalendsException;
import dev.kalends.journal.Chunk;
import dev.kalends.journal.Chunks;
import dev.kalends.journal.Counts;
import dev.kalends.journal.Journal;
import dev.kalends.pg.PgException;
import dev.kalends.pg.Session;
import dev.kalends.plan.MigrationSpec;
import dev.kalends.plan.Phase;
import dev.kalends.sql.Literal;
import dev.kalends.sql.Sql;
import dev.kalends.sql.SqlList;
import java.util.List;

/// Phase COPYING: the table's pages, chunk by chunk, into partitions without indexes.
///
/// Pages are read in their order whatever indexes the table has, so work is linear in its size, and
/// a chunk is the same amount of work everywhere. What is written meanwhile may be copied in its
/// old form, in its new one, in both or in neither: all of it is in the log, and is set right
/// before the indexes are built and by the replay.
final class Copier {
    private final Work work;
    private final SchemaWatch watch;

    Copier(Work work) {
        this.work = work;
        this.watch = new SchemaWatch(work.spec());
    }

    private static final String COPY =
            """
            INSERT INTO {twin} ({columns})
            SELECT {columns} FROM ONLY {table} WHERE ctid >= {from}::tid AND ctid < {to}::tid {order}
            """;

    static Sql copy(MigrationSpec spec, Chunk chunk) {
        Sql order =
                spec.clusterBy().isEmpty()
                        ? Sql.of("")
                        : Sql.text("ORDER BY {columns}")
                                .put("columns", SqlList.of(spec.clusterBy()))
                                .build();
        if (spec.keyless()) {
            return new KeylessSql(spec).copy(chunk, order);
        }
        return Sql.text(COPY)
                .put("twin", spec.migrationNames().twin())
                .put("columns", SqlList.of(spec.writtenColumns()))
                .put("table", spec.table())
                .put("from", Preparation.tid(chunk.fromPage()))
                .put("to", Preparation.tid(chunk.toPage()))
                .put("order", order)
                .build();
    }

    private static final String CHUNK_ROWS =
            "(SELECT {key} FROM ONLY {table} WHERE ctid >= {from}::tid AND ctid < {to}::tid) c";

    private Sql rows(Chunk chunk) {
        return Sql.text(CHUNK_ROWS)
                .put("key", work.spec().key())
                .put("table", work.spec().table())
                .put("from", Preparation.tid(chunk.fromPage()))
                .put("to", Preparation.tid(chunk.toPage()))
                .build();
    }

    void run() {
        List<Chunk> open = Chunks.open(work.session(), work.id());
        Workers.run(
                work.target(),
                "copy",
                work.spec().sessions(),
                session -> bulk(session, work.spec()),
                open,
                this::copyOrMakeRoom);
        refuseRewritten(work.session());
        work.session()
                .transaction(() ->
                        Journal.advance(work.session(), work.id(), Phase.COPYING, Phase.INDEXING));
    }

    private void refuseRewritten(Session session) {
        if (Chunks.rewritten(session, work.id())) {
            throw new KalendsException(
                    FailureCode.SCHEMA_CHANGED,
                    "%s was rewritten by VACUUM FULL, CLUSTER or the like while it was copied."
                            .formatted(work.spec().table()),
                    "Nothing is lost: the table is whole, but the copy no longer knows where its rows are.",
                    "Run kalends migrate --abort for the table and start again.");
        }
    }

    /// Bulk work need not wait for the disk: what it did and its journal entry are lost together.
    static void bulk(Session session, MigrationSpec spec) {
        session.execute(Sql.of("SET synchronous_commit = off"));
        session.execute(Sql.of("SET max_parallel_maintenance_workers = 0"));
        Literal memory = Literal.of(spec.sortMemoryBytes() / 1024 + "kB");
        session.execute(Sql.text("SET work_mem = {memory}").put("memory", memory).build());
        session.execute(
                Sql.text("SET maintenance_work_mem = {memory}").put("memory", memory).build());
    }

    private void copyOrMakeRoom(Session session, Chunk chunk) {
        work.pacer().await();
        try {
            copyChunk(session, chunk);
        } catch (PgException e) {
            if (!e.is("23514")
                    || new PartitionMaker(work)
                                    .makeFor(session, rows(chunk), PartitionMaker.Indexes.LATER)
                            == 0) {
                throw e;
            }
            copyChunk(session, chunk);
        }
        Counts counts = Journal.counts(session, work.id());
        work.tell(
                new ProgressEvent.Advanced(
                        Phase.COPYING,
                        counts.chunksCopied(),
                        counts.chunks(),
                        counts.rowsCopied()));
    }

    private void copyChunk(Session session, Chunk chunk) {
        session.transaction(() -> {
            if (Chunks.claim(session, work.id(), chunk)) {
                watch.checkNowAndThen(session, work.clock());
                long rows = session.update(copy(work.spec(), chunk));
                // After it, because the lock that keeps a rewrite out came with the statement.
                refuseRewritten(session);
                Chunks.copied(session, work.id(), chunk, rows);
            }
        });
    }
}
