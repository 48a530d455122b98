package dev.kalends.app;

import dev.kalends.config.Config;
import dev.kalends.execute.ArchiveViews;
import dev.kalends.execute.LockPolicy;
import dev.kalends.execute.Pacer;
import dev.kalends.execute.PartitionArchive;
import dev.kalends.execute.ProgressEvent;
import dev.kalends.execute.StopSignal;
import dev.kalends.maintain.Hands;
import dev.kalends.pg.Session;
import dev.kalends.pg.Target;
import java.time.Clock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Where partitions of one database are worked on, under the limits of the configuration.
///
/// @param archive null where none can be written
record Workplace(
        Target target,
        Config config,
        Clock clock,
        StopSignal stop,
        ProgressEvent.Listener listener,
        @Nullable PartitionArchive archive) {
    /// Opens a session for the work and one that watches the server, and closes both in the end.
    ///
    /// @param name by which the server shows the session
    <T> T work(String name, Function<Hands, T> use) {
        try (Session session = Session.open(target, name);
                Session watching = Session.open(target, "watch")) {
            Pacer pacer =
                    new Pacer(
                            watching,
                            Kalends.limits(config.throttle()),
                            clock,
                            stop,
                            () -> false,
                            listener);
            LockPolicy locks =
                    new LockPolicy(
                            config.switching().lockTimeout(),
                            config.switching().attempts(),
                            config.switching().retryPause(),
                            config.switching().rowsInLockMax());
            Hands hands = new Hands(session, pacer, locks, clock, stop, listener, archive, views());
            hands.limitLockWaits();
            return use.apply(hands);
        }
    }

    /// The views over live and archived rows, which follow partitions.
    ArchiveViews views() {
        return ArchiveViewing.following(archive);
    }
}
