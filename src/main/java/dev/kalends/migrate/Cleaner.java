package dev.kalends.migrate;

import dev.kalends.carry.Carry;
import dev.kalends.execute.LockRetry;
import dev.kalends.journal.Journal;
import dev.kalends.journal.Leaf;
import dev.kalends.journal.Migration;
import dev.kalends.pg.Session;
import dev.kalends.plan.MigrationSpec;
import dev.kalends.plan.Phase;
import dev.kalends.sql.QualifiedName;
import dev.kalends.sql.Sql;
import java.time.Instant;
import java.util.List;

/// Removes what a migration made beside the table: after a switch the old table, otherwise the
/// twin.
final class Cleaner {
    private final Work work;

    Cleaner(Work work) {
        this.work = work;
    }

    /// After the switch: the point of no return.
    void completed() {
        stopCapture();
        Session session = work.session();
        session.transaction(() -> {
            session.execute(new Carry(work.spec()).dropWithOld());
            session.execute(new SwitchSql(work.spec()).dropOld());
            dropLogs(session);
            Journal.advance(session, work.id(), Phase.SWITCHED, Phase.COMPLETED);
            Journal.cleaned(session, work.id());
            Journal.record(session, work.id(), "cleanup", "dropped " + work.names().old());
        });
    }

    /// After a rollback, or to give a migration up before the switch.
    void withoutTwin(Phase from) {
        stopCapture();
        Session session = work.session();
        session.execute(new Carry(work.spec()).dropWithTwin());
        for (Leaf leaf : Journal.leaves(session, work.id())) {
            // One by one: a thousand partitions at once would need more locks than a server has.
            dropTable(session, work.spec().leaf(leaf.partition()));
        }
        dropTable(session, work.names().twin());
        session.transaction(() -> {
            session.execute(new SwitchSql(work.spec()).dropOld());
            session.execute(new GuardSql(work.spec()).drop());
            dropLogs(session);
            if (from.beforeSwitch()) {
                Journal.advance(session, work.id(), from, Phase.ROLLED_BACK);
            }
            Journal.cleaned(session, work.id());
            Journal.record(session, work.id(), "cleanup", "dropped the twin");
        });
    }

    private static final Sql IS_PARTITION_OF =
            Sql.of(
                    """
                    SELECT EXISTS (SELECT FROM pg_class c WHERE c.oid = to_regclass(?)
                       AND (c.relkind = 'p' OR EXISTS (SELECT FROM pg_inherits h
                             WHERE h.inhrelid = c.oid AND h.inhparent = to_regclass(?))))
                    """);

    /// Drops a table only if it is the twin or a partition of it.
    private void dropTable(Session session, QualifiedName table) {
        String twin = work.names().twin().render();
        if (session.one(IS_PARTITION_OF, row -> row.truth(1), table.render(), twin)) {
            session.execute(Sql.text("DROP TABLE {table}").put("table", table).build());
        }
    }

    private void dropLogs(Session session) {
        MigrationSpec spec = work.spec();
        session.execute(new CaptureSql(spec, work.names().captureLog()).dropLog());
        session.execute(new CaptureSql(spec, work.names().reverseLog()).dropLog());
        session.execute(
                Sql.text("DROP TABLE IF EXISTS {conflicts}")
                        .put("conflicts", work.names().conflicts())
                        .build());
    }

    private static final Sql CAPTURED =
            Sql.of(
                    """
                    SELECT DISTINCT c.oid, n.nspname, c.relname
                      FROM pg_trigger g JOIN pg_class c ON c.oid = g.tgrelid
                      JOIN pg_namespace n ON n.oid = c.relnamespace
                     WHERE g.tgname IN ('kalends_capture', 'kalends_truncate', 'kalends_refuse') AND g.tgparentid = 0
                       AND (c.oid = ? OR c.oid = to_regclass(?)) AND n.nspname <> ?
                    """);

    private record Captured(long oid, QualifiedName name) {}

    /// Looks for the table by its oid too: a migration may be given up because the table was
    /// renamed.
    private void stopCapture() {
        Session session = work.session();
        List<Captured> tables =
                session.query(
                        CAPTURED,
                        row ->
                                new Captured(
                                        row.number(1), QualifiedName.of(row.text(2), row.text(3))),
                        work.spec().source().oid(),
                        work.spec().table().render(),
                        work.names().twinSchema().value());
        for (Captured table : tables) {
            LockRetry retry = work.lockRetry();
            retry.run(
                    "Cannot remove the capture of writes from " + table.name(),
                    List.of(table.oid()),
                    attempt -> {},
                    attempt -> {
                        retry.limitWaits();
                        Instant since = work.clock().instant();
                        session.execute(CaptureSql.dropTriggers(table.name()));
                        return since;
                    });
        }
    }

    static boolean done(Migration migration) {
        return migration.cleaned() == Migration.Remains.CLEANED;
    }
}
