package dev.kalends.bench;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/// Watches the sessions of one database.
final class Activity implements AutoCloseable {
    static final Duration INTERVAL = Duration.ofMillis(100);

    private static final String SESSIONS =
            """
            SELECT coalesce(extract(epoch FROM clock_timestamp() - xact_start), 0)::float8,
                   coalesce(state, '') = 'active',
                   coalesce(wait_event_type || ': ' || wait_event, 'running')
              FROM pg_stat_activity
             WHERE datname = ? AND backend_type IN ('client backend', 'parallel worker')
            """;

    private final Connection connection;
    private final String database;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private final ScheduledFuture<?> sampling;
    private final Map<String, Integer> waits = new TreeMap<>();
    private double longestTransactionSeconds;

    /// @param connection to another database, for this alone
    Activity(Connection connection, String database) {
        this.connection = connection;
        this.database = database;
        this.sampling =
                timer.scheduleAtFixedRate(
                        this::sample, 0, INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
    }

    private synchronized void sample() {
        try (PreparedStatement statement = connection.prepareStatement(SESSIONS)) {
            statement.setString(1, database);
            ResultSet result = statement.executeQuery();
            while (result.next()) {
                longestTransactionSeconds =
                        Math.max(longestTransactionSeconds, result.getDouble(1));
                if (result.getBoolean(2)) {
                    waits.merge(result.getString(3), 1, Integer::sum);
                }
            }
        } catch (SQLException e) {
            throw new IllegalStateException("Cannot watch the server's sessions", e);
        }
    }

    synchronized double longestTransactionSeconds() {
        return longestTransactionSeconds;
    }

    synchronized Map<String, Integer> waits() {
        return Map.copyOf(waits);
    }

    @Override
    public void close() throws SQLException {
        boolean failed = !sampling.cancel(false);
        timer.close();
        connection.close();
        if (failed) {
            throw new IllegalStateException(
                    "The sessions were not watched to the end", sampling.exceptionNow());
        }
    }
}
