package dev.kalends.migrate;

import dev.kalends.execute.LockPolicy;
import dev.kalends.execute.LockRetry;
import dev.kalends.execute.Pacer;
import dev.kalends.execute.ProgressEvent;
import dev.kalends.execute.StopSignal;
import dev.kalends.pg.Session;
import dev.kalends.pg.Target;
import dev.kalends.plan.MigrationNames;
import dev.kalends.plan.MigrationSpec;
import java.time.Clock;

/// What every part of one running migration needs.
///
/// @param session the main thread's own session
public record Work(
        Target target,
        Session session,
        long id,
        MigrationSpec spec,
        LockPolicy locks,
        Pacer pacer,
        StopSignal stop,
        Clock clock,
        ProgressEvent.Listener listener) {

    MigrationNames names() {
        return spec.migrationNames();
    }

    LockRetry lockRetry() {
        return new LockRetry(session, locks, clock, stop, listener);
    }

    void tell(ProgressEvent event) {
        listener.on(event);
    }
}
