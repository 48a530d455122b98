package dev.kalends.fleet;

import dev.kalends.execute.StopSignal;
import dev.kalends.pg.Session;
import dev.kalends.pg.Target;
import dev.kalends.sql.Sql;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The server that takes writes.
public final class Primary {
    private static final Logger LOG = LoggerFactory.getLogger(Primary.class);
    private static final Duration LOOK = Duration.ofMinutes(1);
    private static final Sql IN_RECOVERY = Sql.of("SELECT pg_catalog.pg_is_in_recovery()");

    private Primary() {}

    /// Waits while the server is a replica, and says so once a minute: a standby node of the fleet
    /// may stand beside a standby of the database, and begins when that is promoted.
    ///
    /// @return whether the server takes writes; false if a stop was requested before
    /// @throws dev.kalends.failure.KalendsException if the server cannot be reached
    public static boolean await(Target target, StopSignal stop) {
        return await(target, stop, LOOK);
    }

    static boolean await(Target target, StopSignal stop, Duration look) {
        while (!stop.requested()) {
            try (Session session = Session.open(target, "serve")) {
                if (!session.one(IN_RECOVERY, row -> row.truth(1))) {
                    return true;
                }
            }
            LOG.info("{} is a replica: doing nothing until it is promoted", target);
            if (stop.await(look)) {
                return false;
            }
        }
        return false;
    }
}
