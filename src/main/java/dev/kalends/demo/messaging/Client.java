package dev.kalends.demo.messaging;

import com.google.errorprone.annotations.FormatMethod;
import dev.kalends.demo.messaging.TrafficOptions.OnFailure;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// One client of the traffic: its loop, its connection, and its honesty about outcomes.
final class Client implements Runnable {
    private static final Duration RECONNECT_PAUSE = Duration.ofMillis(50);
    private static final Duration RECONNECT_LIMIT = Duration.ofMinutes(2);
    private static final Duration SETTLE_LIMIT = Duration.ofSeconds(10);

    private final TrafficOptions options;
    private final Ledger.Shard shard;
    private final MessageReader reader;
    private final Measurements measurements;
    private final Operations operations;
    private final SplittableRandom random;
    private final Pace pace;
    private volatile boolean stopped;
    private volatile @Nullable Session session;
    private Operation current = Operation.INSERT;

    /// Statements whose answer is the count of rows they changed.
    @FunctionalInterface
    interface Write {
        int run(Session session) throws SQLException;
    }

    @FunctionalInterface
    interface Read {
        void run(Session session) throws SQLException;
    }

    Client(TrafficOptions options, Ledger ledger, int number, Measurements measurements) {
        this.options = options;
        this.shard = ledger.shard(number);
        this.reader = new MessageReader(ledger.variant());
        this.measurements = measurements;
        this.random = new SplittableRandom(options.seed() * 1_000 + number);
        this.operations = new Operations(this, ledger, shard, random, options.clock());
        this.pace = Pace.of(options, ledger.clients());
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
            current = Operation.any(random);
            operations.perform(current);
            if (session == null) {
                connected = options.onFailure() == OnFailure.RECONNECT && connect();
            }
            pace.await(() -> stopped);
        }
        if (session == null && !shard.unsettled().isEmpty()) {
            connect();
        }
        disconnect();
    }

    /// Runs statements that only read.
    void read(Read read) {
        perform(
                Map.of(),
                Map.of(),
                open -> {
                    read.run(open);
                    measurements.read();
                });
    }

    /// Runs statements that change `count` rows, and enters the rows that the server then
    /// acknowledged.
    void write(Map<String, RowState> before, Map<String, RowState> after, int count, Write write) {
        perform(
                before,
                after,
                open -> {
                    int changed = write.run(open);
                    if (changed != count) {
                        wrong("%d rows changed instead of %d: %s", changed, count, after.keySet());
                    }
                    if (changed >= count) {
                        shard.acknowledge(after);
                        measurements.wrote(after.size());
                    }
                });
    }

    /// Reports an answer that the server should not have given.
    @FormatMethod
    void wrong(String format, Object... values) {
        measurements.error(
                shard.client(), Measurements.WRONG_ANSWER, current, format.formatted(values));
    }

    MessageReader reader() {
        return reader;
    }

    private void perform(Map<String, RowState> before, Map<String, RowState> after, Read action) {
        Session open = session;
        if (open == null) {
            throw new IllegalStateException("Not connected");
        }
        Instant start = options.clock().instant();
        long startNanos = System.nanoTime();
        measurements.latencies().begin(shard.client(), startNanos);
        try {
            action.run(open);
        } catch (SQLException e) {
            fail(open, before, after, e);
        } finally {
            measurements.latencies().end(shard.client(), start, System.nanoTime() - startNanos);
        }
    }

    private void fail(
            Session open,
            Map<String, RowState> before,
            Map<String, RowState> after,
            SQLException error) {
        try {
            if (!open.brokenBy(error)) {
                measurements.error(
                        shard.client(),
                        Session.state(error),
                        current,
                        String.valueOf(error.getMessage()));
                open.rollback();
                return;
            }
        } catch (SQLException e) {
            error.addSuppressed(e);
        }
        measurements.connectionFailed();
        shard.doubt(before, after);
        disconnect();
    }

    /// Connects and settles what is in doubt, trying again for a while, or once if the traffic is
    /// to stop at failures.
    private boolean connect() {
        long start = System.nanoTime();
        do {
            try {
                Session open = Session.open(options.url());
                session = open;
                settle(open);
                return true;
            } catch (SQLException e) {
                measurements.connectionFailed();
                disconnect();
                LockSupport.parkNanos(RECONNECT_PAUSE.toNanos());
            }
        } while (options.onFailure() == OnFailure.RECONNECT
                && System.nanoTime() - start
                        < (stopped ? SETTLE_LIMIT : RECONNECT_LIMIT).toNanos());
        return false;
    }

    private void settle(Session open) throws SQLException {
        List<String> unsettled = new ArrayList<>(shard.unsettled());
        Map<String, @Nullable MessageRow> found = new HashMap<>();
        for (String id : unsettled) {
            found.put(id, open.readById(reader, id));
        }
        for (String id : unsettled) {
            if (!shard.settle(id, found.get(id))) {
                wrong("after reconnecting, %s is in none of the states possible", id);
            }
        }
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
