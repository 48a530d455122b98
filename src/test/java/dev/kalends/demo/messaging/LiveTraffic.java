package dev.kalends.demo.messaging;

import dev.kalends.demo.messaging.LiveOptions.Upserts;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/// Clients of the application at work on all its tables, from [#start] to [#stop]. Each client
/// writes for churches of its own; all share the tables, the indexes and the members.
public final class LiveTraffic implements AutoCloseable {
    private static final Duration STOP_LIMIT = Duration.ofMinutes(1);

    private final MessagingWorld world;
    private final TrafficOptions options;
    private final Upserts upserts;
    private final int clientCount;
    private final Measurements measurements;
    private final Map<String, LongAdder> retries = new ConcurrentHashMap<>();
    private final List<LiveClient> clients = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();

    private LiveTraffic(
            MessagingWorld world, TrafficOptions options, Upserts upserts, int clientCount) {
        this.world = world;
        this.options = options;
        this.upserts = upserts;
        this.clientCount = clientCount;
        this.measurements = new Measurements(clientCount);
    }

    /// Only one traffic may work on a world at a time.
    ///
    /// @param url of the database, with the role to connect as
    /// @param clients 1 to 24, the number of churches
    /// @param operationsPerSecond of all clients together; 0 for as many as they manage
    public static LiveTraffic start(
            MessagingWorld world,
            String url,
            int clients,
            double operationsPerSecond,
            LiveOptions options) {
        if (clients < 1 || clients > world.churches()) {
            throw new IllegalArgumentException(
                    "Cannot share %d churches among %d clients"
                            .formatted(world.churches(), clients));
        }
        LiveTraffic traffic =
                new LiveTraffic(
                        world,
                        new TrafficOptions(
                                url,
                                operationsPerSecond,
                                Duration.ZERO,
                                options.onFailure(),
                                options.seed(),
                                world.clock()),
                        options.upserts(),
                        clients);
        for (int number = 0; number < clients; number++) {
            LiveClient client = new LiveClient(traffic, number);
            traffic.clients.add(client);
            traffic.threads.add(
                    Thread.ofPlatform().name("live-client-" + number).daemon().start(client));
        }
        return traffic;
    }

    /// What was measured until now; the traffic may go on.
    public LiveReport report() {
        Map<String, Long> counts = new TreeMap<>();
        retries.forEach((state, count) -> counts.put(state, count.sum()));
        return new LiveReport(measurements.report(), counts);
    }

    /// The longest of the finished operations that were under way at some time of the interval;
    /// zero if none of them took longer than 5 ms.
    public Duration longestWait(Instant from, Instant to) {
        return measurements.latencies().longest(from, to);
    }

    /// How many clients have not ended because of a failure.
    public int clientsRunning() {
        return (int) threads.stream().filter(Thread::isAlive).count();
    }

    /// Lets each client finish what it is doing. A client that hangs for a minute loses its
    /// connection, and the outcome of its last write stays in doubt until it has connected again.
    public LiveReport stop() throws InterruptedException, SQLException {
        clients.forEach(LiveClient::requestStop);
        long deadline = System.nanoTime() + STOP_LIMIT.toNanos();
        for (int i = 0; i < threads.size(); i++) {
            long rest = Math.max(1, deadline - System.nanoTime());
            if (!threads.get(i).join(Duration.ofNanos(rest))) {
                clients.get(i).abort();
                if (!threads.get(i).join(STOP_LIMIT)) {
                    throw new IllegalStateException(
                            "Cannot stop client " + i + ": it hangs without a connection");
                }
            }
        }
        return report();
    }

    /// Compares the tables with what the clients were promised; the traffic must have stopped.
    public Verdicts judge() throws SQLException {
        if (clientsRunning() > 0) {
            throw new IllegalStateException("Cannot judge while clients write");
        }
        try (Connection connection = DriverManager.getConnection(options.url())) {
            return world.judge(connection);
        }
    }

    @Override
    public void close() throws SQLException {
        try {
            stop();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    MessagingWorld world() {
        return world;
    }

    TrafficOptions options() {
        return options;
    }

    Upserts upserts() {
        return upserts;
    }

    int clientCount() {
        return clientCount;
    }

    Measurements measurements() {
        return measurements;
    }

    Map<String, LongAdder> retries() {
        return retries;
    }
}
