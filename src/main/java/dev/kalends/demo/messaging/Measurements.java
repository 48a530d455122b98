package dev.kalends.demo.messaging;

import dev.kalends.demo.messaging.TrafficReport.ClientError;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/// What all clients of one traffic count together.
final class Measurements {
    /// The state of errors that the server did not raise.
    static final String WRONG_ANSWER = "-----";

    private static final int ERROR_KINDS_MAX = 1_000;

    private final Latencies latencies;
    private final LongAdder writes = new LongAdder();
    private final LongAdder reads = new LongAdder();
    private final LongAdder connectionFailures = new LongAdder();
    private final Map<ErrorKind, CountedError> errors = new ConcurrentHashMap<>();

    private record ErrorKind(int client, String sqlState, String operation) {}

    private record CountedError(String message, LongAdder count) {}

    Measurements(int clients) {
        this.latencies = new Latencies(clients);
    }

    Latencies latencies() {
        return latencies;
    }

    void wrote(int rows) {
        writes.add(rows);
    }

    void read() {
        reads.increment();
    }

    void connectionFailed() {
        connectionFailures.increment();
    }

    void error(int client, String sqlState, Enum<?> operation, String message) {
        ErrorKind kind = new ErrorKind(client, sqlState, operation.name());
        if (errors.size() < ERROR_KINDS_MAX || errors.containsKey(kind)) {
            errors.computeIfAbsent(
                            kind,
                            absent -> new CountedError(operation + ": " + message, new LongAdder()))
                    .count()
                    .increment();
        }
    }

    TrafficReport report() {
        List<ClientError> list =
                errors.entrySet().stream()
                        .map(error ->
                                new ClientError(
                                        error.getKey().client(),
                                        error.getKey().sqlState(),
                                        error.getValue().message(),
                                        error.getValue().count().sum()))
                        .toList();
        return new TrafficReport(
                writes.sum(),
                reads.sum(),
                connectionFailures.sum(),
                list,
                latencies.longest(),
                latencies.quantile(0.5),
                latencies.quantile(0.99),
                latencies.quantile(0.999));
    }
}
