package dev.kalends.demo.messaging;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/// When a client's next operation is due.
final class Pace {
    private static final Duration PAUSE_MAX = Duration.ofMillis(50);

    private final long nanosPerOperation;
    private final long thinkNanos;
    private long due = System.nanoTime();

    private Pace(long nanosPerOperation, long thinkNanos) {
        this.nanosPerOperation = nanosPerOperation;
        this.thinkNanos = thinkNanos;
    }

    /// @param clients how many share the rate of the options
    static Pace of(TrafficOptions options, int clients) {
        double rate = options.operationsPerSecond();
        return new Pace(
                rate > 0 ? (long) (1e9 * clients / rate) : 0, options.thinkTime().toNanos());
    }

    /// Returns when the next operation is due, or the traffic stops. A client that is late catches
    /// up by one operation at most.
    void await(BooleanSupplier stopped) {
        due = Math.max(due + nanosPerOperation, System.nanoTime() - nanosPerOperation);
        long until = Math.max(due, System.nanoTime() + thinkNanos);
        for (long rest = until - System.nanoTime();
                rest > 0 && !stopped.getAsBoolean();
                rest = until - System.nanoTime()) {
            LockSupport.parkNanos(Math.min(rest, PAUSE_MAX.toNanos()));
        }
    }
}
