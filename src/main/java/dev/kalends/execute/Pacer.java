package dev.kalends.execute;

import dev.kalends.failure.FailureCode;
import dev.kalends.failure.KalendsException;
import dev.kalends.pg.Row;
import dev.kalends.pg.Session;
import dev.kalends.sql.Sql;
import dev.kalends.unit.ByteSize;
import dev.kalends.unit.Durations;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// Lets bulk work go on, makes it wait, or stops it. The server is asked before every chunk, index
/// and batch: half a second without a look can be enough to leave a replica far behind.
public final class Pacer {
    private static final Duration POLL = Duration.ofMillis(500);

    private final Session session;
    private final Limits limits;
    private final Clock clock;
    private final StopSignal stop;
    private final BooleanSupplier stopRequested;
    private final ProgressEvent.Listener listener;
    private long greatestLagBytes;

    /// @param session for this pacer alone
    /// @param stopRequested whether the journal holds a request to stop
    public Pacer(
            Session session,
            Limits limits,
            Clock clock,
            StopSignal stop,
            BooleanSupplier stopRequested,
            ProgressEvent.Listener listener) {
        this.session = session;
        this.limits = limits;
        this.clock = clock;
        this.stop = stop;
        this.stopRequested = stopRequested;
        this.listener = listener;
    }

    private static final Sql LOAD =
            Sql.of(
                    """
                    SELECT (SELECT coalesce(max(pg_wal_lsn_diff(pg_current_wal_lsn(), r.replay_lsn)), 0)::bigint
                              FROM pg_stat_replication r WHERE r.state = 'streaming'),
                           (SELECT coalesce(extract(epoch FROM max(r.replay_lag)) * 1000, 0)::bigint
                              FROM pg_stat_replication r WHERE r.state = 'streaming'),
                           (SELECT coalesce(extract(epoch FROM clock_timestamp() - min(a.xact_start)) * 1000, 0)::bigint
                              FROM pg_stat_activity a
                             WHERE a.datname = current_database() AND a.pid <> pg_backend_pid()
                               AND a.backend_type = 'client backend' AND a.application_name NOT LIKE 'kalends %')
                    """);

    private record Load(long lagBytes, long lagMillis, long transactionMillis) {
        static Load read(Row row) {
            return new Load(row.number(1), row.number(2), row.number(3));
        }
    }

    /// Returns when work may go on.
    ///
    /// @throws KalendsException STOPPED when a stop was requested
    public synchronized void await() {
        Instant since = null;
        String told = "";
        while (true) {
            checkStop();
            String reason = reasonToWait();
            if (reason == null) {
                break;
            }
            if (since == null) {
                since = clock.instant();
            }
            // The figure in the reason changes all the time; its first word tells a new reason.
            String kind = reason.substring(0, reason.indexOf(' '));
            if (!kind.equals(told)) {
                listener.on(new ProgressEvent.Paused(reason));
                told = kind;
            }
            stop.await(POLL);
        }
        if (since != null) {
            listener.on(new ProgressEvent.Resumed(Duration.between(since, clock.instant())));
        }
    }

    /// The greatest replica lag seen, in bytes.
    public synchronized long greatestLagBytes() {
        return greatestLagBytes;
    }

    /// Ends work that must not wait, but may stop.
    ///
    /// @throws KalendsException STOPPED when a stop was requested
    public synchronized void checkStop() {
        if (stop.requested() || stopRequested.getAsBoolean()) {
            throw new KalendsException(
                    FailureCode.STOPPED,
                    "Stopped as requested.",
                    "Everything done so far is kept and writes are still captured; the application is not affected.",
                    "Run the same command again to continue, or kalends migrate --abort to give up.");
        }
    }

    private @Nullable String reasonToWait() {
        Instant now = clock.instant();
        if (!limits.window().test(now)) {
            return "window: work is allowed only at " + limits.windowText();
        }
        Load load = session.one(LOAD, Load::read);
        greatestLagBytes = Math.max(greatestLagBytes, load.lagBytes());
        if (load.lagBytes() > limits.replicaLagBytes()) {
            return "replica lag of %s is above %s"
                    .formatted(
                            new ByteSize(load.lagBytes()).display(),
                            new ByteSize(limits.replicaLagBytes()).display());
        }
        // A replica that has caught up shows its last delay until new records come.
        if (load.lagMillis() > limits.replicaLag().toMillis() && load.lagBytes() > 0) {
            return "replica delay of %s is above %s"
                    .formatted(
                            Durations.display(Duration.ofMillis(load.lagMillis())),
                            Durations.display(limits.replicaLag()));
        }
        if (load.transactionMillis() > limits.longTransaction().toMillis()) {
            return "transaction open for %s, longer than %s"
                    .formatted(
                            Durations.display(Duration.ofMillis(load.transactionMillis())),
                            Durations.display(limits.longTransaction()));
        }
        return null;
    }
}
