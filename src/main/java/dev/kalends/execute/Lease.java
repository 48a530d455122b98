package dev.kalends.execute;

import dev.kalends.failure.FailureCode;
import dev.kalends.failure.KalendsException;
import dev.kalends.pg.PgException;
import dev.kalends.pg.Session;
import dev.kalends.pg.Target;
import dev.kalends.sql.QualifiedName;
import dev.kalends.sql.Sql;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The right to work on one table's migration, held by one process at a time. It is an advisory
/// lock of a session of its own, so it ends with the process, however that ends.
public final class Lease implements AutoCloseable {
    private static final int CLASS = 1264675942;
    private static final int ATTEMPTS = 20;
    private static final Duration PAUSE = Duration.ofMillis(50);

    private final Session session;

    private Lease(Session session) {
        this.session = session;
    }

    private static final Sql TAKE = Sql.of("SELECT pg_try_advisory_lock(?, hashtext(?))");
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
    public static Lease take(Target target, List<QualifiedName> tables) {
        Session session = Session.open(target, "lease");
        for (QualifiedName table : tables) {
            String name = table.render();
            if (!taken(session, name)) {
                String holder =
                        session.query(HOLDER, row -> row.text(1), (long) CLASS, name).stream()
                                .findFirst()
                                .orElse("it has just ended");
                new Lease(session).close();
                throw new KalendsException(
                        FailureCode.HELD_BY_ANOTHER,
                        "Another Kalends works on %s: %s.".formatted(table, holder),
                        "This run changed nothing.",
                        "Watch it with kalends status, stop it with kalends stop, or wait until it ends.");
            }
        }
        return new Lease(session);
    }

    /// The lease of one table, if nobody holds it.
    ///
    /// @return null if another process does
    public static @Nullable Lease tryTake(Target target, QualifiedName table) {
        Session session = Session.open(target, "lease");
        if (session.one(TAKE, row -> row.truth(1), CLASS, table.render())) {
            return new Lease(session);
        }
        session.close();
        return null;
    }

    /// A holder that has just ended may still be there for a moment: the server ends its session
    /// when it comes to it.
    private static boolean taken(Session session, String name) {
        StopSignal never = new StopSignal();
        for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
            if (session.one(TAKE, row -> row.truth(1), CLASS, name)) {
                return true;
            }
            never.await(PAUSE);
        }
        return false;
    }

    /// Whether another process holds the lease, as a text that names it; empty when nobody does.
    public static String holder(Session session, QualifiedName table) {
        return session.query(HOLDER, row -> row.text(1), (long) CLASS, table.render()).stream()
                .findFirst()
                .orElse("");
    }

    private static final Sql GIVE_BACK = Sql.of("SELECT pg_advisory_unlock_all()::text");

    /// Gives the lease back before it returns, so that the next command of this process finds it
    /// free.
    @Override
    public void close() {
        try {
            session.query(GIVE_BACK, row -> true);
        } catch (PgException e) {
            // The session is gone, and the lease with it.
            session.close();
        }
        session.close();
    }
}
