package dev.kalends.maintain;

import dev.kalends.execute.ArchiveViews;
import dev.kalends.execute.LockPolicy;
import dev.kalends.execute.LockRetry;
import dev.kalends.execute.Pacer;
import dev.kalends.execute.PartitionArchive;
import dev.kalends.execute.ProgressEvent;
import dev.kalends.execute.StopSignal;
import dev.kalends.pg.Session;
import dev.kalends.sql.Literal;
import dev.kalends.sql.Sql;
import java.time.Clock;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// What a tick works with.
///
/// @param session for everything it changes
/// @param pacer makes batches wait for replicas and long transactions
/// @param locks how it waits for locks; each action tries once, and comes again after the others
/// @param archive null where none can be written
/// @param views those over live and archived rows
public record Hands(
        Session session,
        Pacer pacer,
        LockPolicy locks,
        Clock clock,
        StopSignal stop,
        ProgressEvent.Listener listener,
        @Nullable PartitionArchive archive,
        ArchiveViews views) {
    /// Limits each wait of the session for a lock, outside of transactions too.
    public void limitLockWaits() {
        session.execute(
                Sql.text("SET lock_timeout = {timeout}")
                        .put("timeout", Literal.of(locks.lockTimeout().toMillis() + "ms"))
                        .build());
    }

    /// As many tries as configured.
    LockRetry patient() {
        return new LockRetry(session, locks, clock, stop, listener);
    }

    /// One try, which waits for its locks no longer than the lock timeout.
    LockRetry once() {
        return new LockRetry(
                session,
                new LockPolicy(locks.lockTimeout(), 1, Duration.ofMillis(1), 1),
                clock,
                stop,
                event -> {});
    }
}
