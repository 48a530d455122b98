package dev.kalends.migrate;

import dev.kalends.journal.Chunks;
import dev.kalends.journal.Journal;
import dev.kalends.journal.Migration;
import dev.kalends.pg.Session;
import dev.kalends.plan.MigrationSpec;
import dev.kalends.plan.Phase;
import dev.kalends.sql.Literal;
import dev.kalends.sql.Sql;
import java.util.ArrayList;
import java.util.List;

/// Phase PREPARED: the twin, the log of captured writes, and the triggers that fill it.
final class Preparation {
    private final Work work;

    Preparation(Work work) {
        this.work = work;
    }

    /// Records the migration and makes what nobody else sees, in one transaction.
    ///
    /// @return the migrations' ids
    static List<Long> begin(Session session, List<MigrationSpec> specs) {
        return session.transaction(
                Session.Isolation.READ_COMMITTED,
                () -> {
                    List<Long> ids = new ArrayList<>();
                    for (MigrationSpec spec : specs) {
                        ids.add(Journal.create(session, spec));
                        session.execute(new TwinSql(spec).root());
                        session.execute(new GuardSql(spec).create());
                        session.execute(
                                new CaptureSql(spec, spec.migrationNames().captureLog()).log());
                    }
                    if (specs.size() > 1) {
                        Journal.tie(session, ids);
                    }
                    return ids;
                });
    }

    private static final Sql HEAP_BYTES =
            Sql.of("SELECT pg_relation_size(?::bigint::oid) / current_setting('block_size')::int");

    void run() {
        MigrationSpec spec = work.spec();
        Session session = work.session();
        new SchemaWatch(spec).checkTable(session);
        new PartitionMaker(work).makePlanned();
        startCapture();
        session.transaction(() -> {
            long pages = session.one(HEAP_BYTES, row -> row.number(1), spec.source().oid());
            Chunks.create(session, work.id(), pages, pagesPerChunk(spec, pages));
            Journal.advance(session, work.id(), Phase.PREPARED, Phase.COPYING);
        });
    }

    /// Out-of-line values count too, spread over the pages that refer to them.
    static long pagesPerChunk(MigrationSpec spec, long pages) {
        long bytes = Math.max(1, spec.source().heapBytes() + spec.source().toastBytes());
        long bytesPerPage = Math.max(8192, bytes / Math.max(1, pages));
        return Math.max(1, spec.chunkBytes() / bytesPerPage);
    }

    private static final Sql HAS_TRIGGER =
            Sql.of(
                    "SELECT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = ?::bigint::oid AND tgname = ?)");

    private void startCapture() {
        MigrationSpec spec = work.spec();
        Session session = work.session();
        if (session.one(
                HAS_TRIGGER,
                row -> row.truth(1),
                spec.source().oid(),
                CaptureSql.ROW_TRIGGER.value())) {
            return;
        }
        List<Sql> triggers = new CaptureSql(spec, work.names().captureLog()).triggers(spec.table());
        work.lockRetry()
                .run(
                        "Cannot start to capture the writes to " + spec.table(),
                        List.of(spec.source().oid()),
                        attempt -> {},
                        attempt -> {
                            work.lockRetry().limitWaits();
                            java.time.Instant since = work.clock().instant();
                            session.execute(triggers);
                            return since;
                        });
    }

    static boolean captured(Migration migration) {
        return migration.heapPages() != null;
    }

    static Literal tid(long page) {
        return Literal.of("(" + page + ",0)");
    }
}
