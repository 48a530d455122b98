package dev.kalends.demo.messaging;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// Clients of the application at work, from [#start] to [#stop].
public final class Traffic implements AutoCloseable {
    private static final Duration STOP_LIMIT = Duration.ofMinutes(1);

    private final Measurements measurements;
    private final List<Client> clients = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();

    private Traffic(Measurements measurements) {
        this.measurements = measurements;
    }

    /// Starts as many clients as the ledger has shards. Only one traffic may use a ledger at a
    /// time.
    public static Traffic start(TrafficOptions options, Ledger ledger) {
        Traffic traffic = new Traffic(new Measurements(ledger.clients()));
        for (int number = 0; number < ledger.clients(); number++) {
            Client client = new Client(options, ledger, number, traffic.measurements);
            traffic.clients.add(client);
            traffic.threads.add(
                    Thread.ofPlatform().name("client-" + number).daemon().start(client));
        }
        return traffic;
    }

    /// What was measured until now; the traffic may go on.
    public TrafficReport report() {
        return measurements.report();
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
    public TrafficReport stop() throws InterruptedException, SQLException {
        clients.forEach(Client::requestStop);
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

    @Override
    public void close() throws SQLException {
        try {
            stop();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
