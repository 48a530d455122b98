package dev.kalends.execute;

import dev.kalends.failure.FailureCode;
import dev.kalends.failure.KalendsException;
import dev.kalends.pg.PgException;
import dev.kalends.pg.Session;
import dev.kalends.pg.Target;
import dev.kalends.sql.QualifiedName;
import dev.kalends.sql.Sql;

/// The right to work on one table's migration, held by one process at a time. It is an advisory
/// lock of a session of its own, so it ends with the process, however that ends.
public final class Lease implements AutoCloseable {
    private static final int CLASS = 1264675942;

    private final Session session;
    private final String name;

    private Lease(Session session, String name) {
        this.session = session;
        this.name = name;
    }

    private static final Sql TAKE = Sql.of("SELECT pg_try_advisory_lock(?, hashtext(?))");
    private static final Sql GIVE_BACK = Sql.of("SELECT pg_advisory_unlock(?, hashtext(?))");
    private static final Sql HOLDER =
            Sql.of(
                    """
                    SELECT concat_ws(', ', 'pid ' || l.pid, a.usename, coalesce(host(a.client_addr), 'local'),
                                     'connected since ' || to_char(a.backend_start, 'YYYY-MM-DD HH24:MI:SS TZ'))
                      FROM pg_locks l LEFT JOIN pg_stat_activity a ON a.pid = l.pid
                     WHERE l.locktype = 'advisory' AND l.classid = ?::bigint::oid
                       AND l.objid = (hashtext(?)::bigint & 4294967295)::oid AND l.granted
                       AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
                    """);

    /// @throws KalendsException HELD_BY_ANOTHER, naming the holder
    public static Lease take(Target target, QualifiedName table) {
        Session session = Session.open(target, "lease");
        String name = table.render();
        if (!session.one(TAKE, row -> row.truth(1), CLASS, name)) {
            String holder =
                    session.query(HOLDER, row -> row.text(1), (long) CLASS, name).stream()
                            .findFirst()
                            .orElse("it has just ended");
            session.close();
            throw new KalendsException(
                    FailureCode.HELD_BY_ANOTHER,
                    "Another Kalends works on %s: %s.".formatted(table, holder),
                    "This run changed nothing.",
                    "Watch it with kalends status, stop it with kalends stop, or wait until it ends.");
        }
        return new Lease(session, name);
    }

    /// Whether another process holds the lease, as a text that names it; empty when nobody does.
    public static String holder(Session session, QualifiedName table) {
        return session.query(HOLDER, row -> row.text(1), (long) CLASS, table.render()).stream()
                .findFirst()
                .orElse("");
    }

    /// Gives the right back before the session ends: the server notices the end of a session a
    /// moment later, and the next command may come sooner.
    @Override
    public void close() {
        try {
            session.query(GIVE_BACK, row -> row.truth(1), CLASS, name);
        } catch (PgException e) {
            if (!e.connectionLost()) {
                throw e;
            }
        } finally {
            session.close();
        }
    }
}
