package dev.kalends.demo.messaging;

import dev.kalends.demo.messaging.TrafficOptions.OnFailure;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// One client of [LiveTraffic]: its loop, its connection, its retries, and its honesty about
/// outcomes.
final class LiveClient implements Runnable {
    private static final Duration PAUSE = Duration.ofMillis(50);
    private static final Duration RECONNECT_LIMIT = Duration.ofMinutes(2);
    private static final Duration SETTLE_LIMIT = Duration.ofSeconds(10);
    private static final int TRIES_MAX = 10;

    /// What an application tries again: a serialization failure, a deadlock.
    private static final Set<String> RETRIED = Set.of("40001", "40P01");

    private static final String BACKEND =
            """
            SELECT pid::text, backend_start::text FROM pg_catalog.pg_stat_activity
             WHERE pid = pg_catalog.pg_backend_pid()
            """;
    private static final String BACKEND_LIVES =
            """
            SELECT 'yes' FROM pg_catalog.pg_stat_activity WHERE pid::text = ? AND backend_start::text = ?
            """;

    private final TrafficOptions options;
    private final MessagingWorld world;
    private final int number;
    private final Measurements measurements;
    private final Map<String, LongAdder> retries;
    private final SplittableRandom random;
    private final List<LiveOperation> operations;
    private final List<Tenant> tenants;
    private final LiveWork work;
    private final Pace pace;
    private volatile boolean stopped;
    private volatile @Nullable Session session;
    private List<@Nullable String> backend = List.of();
    private @Nullable Changes unsettled;
    private LiveOperation current = LiveOperation.SEND_BROADCAST;

    LiveClient(LiveTraffic traffic, int number) {
        this.options = traffic.options();
        this.world = traffic.world();
        this.number = number;
        this.measurements = traffic.measurements();
        this.retries = traffic.retries();
        this.random = new SplittableRandom(options.seed() * 1_000 + number);
        this.operations = LiveOperation.weighted(traffic.upserts());
        this.tenants = world.tenantsOf(number, traffic.clientCount());
        this.work = new LiveWork(LiveSource.of(world, random));
        this.pace = Pace.of(options, traffic.clientCount());
    }

    void requestStop() {
        stopped = true;
    }

    /// Breaks the connection, for a client that hangs in a statement.
    void abort() throws SQLException {
        Session open = session;
        if (open != null) {
            open.abort();
        }
    }

    @Override
    public void run() {
        boolean connected = connect();
        while (connected && !stopped) {
            current = LiveOperation.any(operations, random);
            Work next = work.of(current, tenants.get(random.nextInt(tenants.size())));
            if (next != null) {
                perform(next);
            }
            if (session == null) {
                connected = options.onFailure() == OnFailure.RECONNECT && connect();
            }
            pace.await(() -> stopped);
        }
        if (session == null && unsettled != null) {
            connect();
        }
        Changes doubtful = unsettled;
        if (doubtful != null) {
            doubtful.tenant().doubt(doubtful);
        }
        disconnect();
    }

    private void perform(Work next) {
        Session open = Objects.requireNonNull(session);
        Instant start = options.clock().instant();
        long startNanos = System.nanoTime();
        measurements.latencies().begin(number, startNanos);
        try {
            for (int tries = 1; !tried(open, next, tries); tries++) {
                // A retry is due at once, as in applications.
            }
        } finally {
            measurements.latencies().end(number, start, System.nanoTime() - startNanos);
        }
    }

    /// @return whether that was the last try
    private boolean tried(Session open, Work next, int tries) {
        try {
            run(open, next);
            return true;
        } catch (SQLException e) {
            return !failed(open, next, tries, e);
        }
    }

    private void run(Session open, Work next) throws SQLException {
        boolean right;
        if (next.steps().size() == 1) {
            right = step(open, next.steps().getFirst());
        } else {
            open.begin();
            right = true;
            for (Work.Step step : next.steps()) {
                right &= step(open, step);
            }
            open.commit();
        }
        if (right) {
            world.acknowledge(next.changes());
            measurements.wrote(next.changes().rows().size());
        } else {
            unsettled = next.changes();
            settle(open);
        }
    }

    /// @return whether the server answered as expected
    private boolean step(Session open, Work.Step step) throws SQLException {
        return switch (step) {
            case Work.Step.Statement statement -> update(open, statement);
            case Work.Step.Copy copy -> copy(open, copy);
        };
    }

    private boolean update(Session open, Work.Step.Statement statement) throws SQLException {
        int changed = open.update(statement.sql(), statement.values());
        if (changed != statement.count()) {
            wrong(
                    "%d rows instead of %d: %s"
                            .formatted(changed, statement.count(), statement.values()));
        }
        return changed == statement.count();
    }

    private static boolean copy(Session open, Work.Step.Copy copy) throws SQLException {
        WorldTable table = copy.table();
        try (CopyWriter writer = open.copy(table.quoted(), table.quotedColumns())) {
            for (WorldRow row : copy.rows()) {
                writer.row(row.values().toArray(new @Nullable String[0]));
            }
            writer.finish();
        }
        return true;
    }

    /// @return whether to try again
    private boolean failed(Session open, Work next, int tries, SQLException error) {
        String state = Session.state(error);
        try {
            if (!open.brokenBy(error)) {
                open.rollback();
                if (RETRIED.contains(state) && tries < TRIES_MAX) {
                    retries.computeIfAbsent(state, absent -> new LongAdder()).increment();
                    return true;
                }
                measurements.error(number, state, current, String.valueOf(error.getMessage()));
                return false;
            }
        } catch (SQLException e) {
            error.addSuppressed(e);
        }
        measurements.connectionFailed();
        unsettled = next.changes();
        disconnect();
        return false;
    }

    /// Connects and settles what is in doubt, trying again for a while, or once if the traffic is
    /// to stop at failures.
    private boolean connect() {
        long start = System.nanoTime();
        do {
            try {
                Session open = Session.open(options.url());
                session = open;
                awaitEnd(open);
                settle(open);
                backend = Objects.requireNonNull(open.first(BACKEND, List.of()));
                return true;
            } catch (SQLException e) {
                measurements.connectionFailed();
                disconnect();
                LockSupport.parkNanos(PAUSE.toNanos());
            }
        } while (options.onFailure() == OnFailure.RECONNECT
                && System.nanoTime() - start
                        < (stopped ? SETTLE_LIMIT : RECONNECT_LIMIT).toNanos());
        return false;
    }

    /// The server may still be at work for the connection that broke; until it has ended, what the
    /// tables show does not count.
    private void awaitEnd(Session open) throws SQLException {
        long start = System.nanoTime();
        while (unsettled != null
                && !backend.isEmpty()
                && open.first(BACKEND_LIVES, backend) != null) {
            if (System.nanoTime() - start > SETTLE_LIMIT.toNanos()) {
                throw new SQLException("Backend " + backend + " still runs");
            }
            LockSupport.parkNanos(PAUSE.toNanos());
        }
    }

    /// Looks which outcome the tables show: all of it or nothing.
    private void settle(Session open) throws SQLException {
        Changes changes = unsettled;
        if (changes == null) {
            return;
        }
        boolean done = true;
        boolean undone = true;
        for (RowChange change : changes.rows()) {
            List<@Nullable String> values =
                    open.first(change.table().selectById(), List.of(change.id()));
            WorldRow found = values == null ? null : WorldRow.of(change.table(), values);
            done &= Objects.equals(found, change.after());
            undone &= Objects.equals(found, change.before());
        }
        if (done) {
            world.acknowledge(changes);
        } else if (!undone) {
            wrong("neither done nor undone: " + changes.rows());
            changes.tenant().doubt(changes);
        }
        unsettled = null;
    }

    private void wrong(String message) {
        measurements.error(number, Measurements.WRONG_ANSWER, current, message);
    }

    private void disconnect() {
        Session open = session;
        session = null;
        if (open != null) {
            try {
                open.close();
            } catch (SQLException e) {
                measurements.connectionFailed();
            }
        }
    }
}
