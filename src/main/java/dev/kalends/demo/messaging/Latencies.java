package dev.kalends.demo.messaging;

import java.time.Duration;
import java.time.Instant;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAccumulator;

/// How long operations took: all in a histogram, the slow ones each with its time.
final class Latencies {
    static final Duration SLOW = Duration.ofMillis(5);

    private static final int SLOW_MAX = 500_000;

    /// Each power of two is divided into so many buckets.
    private static final int BUCKETS_PER_DOUBLING = 16;

    private static final int BUCKETS = Long.SIZE * BUCKETS_PER_DOUBLING;

    private final AtomicLongArray counts = new AtomicLongArray(BUCKETS);
    private final LongAccumulator longestNanos = new LongAccumulator(Math::max, 0);
    private final Queue<SlowOperation> slow = new ConcurrentLinkedQueue<>();
    private final AtomicInteger slowCount = new AtomicInteger();

    /// The start of each client's operation under way, by [System#nanoTime()]; 0 if there is none.
    private final AtomicLongArray started;

    private record SlowOperation(Instant start, Duration duration) {}

    Latencies(int clients) {
        this.started = new AtomicLongArray(clients);
    }

    void begin(int client, long nanoTime) {
        started.set(client, nanoTime);
    }

    void end(int client, Instant start, long nanos) {
        started.set(client, 0);
        counts.incrementAndGet(bucket(nanos));
        longestNanos.accumulate(nanos);
        if (nanos > SLOW.toNanos() && slowCount.incrementAndGet() <= SLOW_MAX) {
            slow.add(new SlowOperation(start, Duration.ofNanos(nanos)));
        }
    }

    Duration longest() {
        long longest = longestNanos.get();
        long now = System.nanoTime();
        for (int client = 0; client < started.length(); client++) {
            long start = started.get(client);
            if (start != 0) {
                longest = Math.max(longest, now - start);
            }
        }
        return Duration.ofNanos(longest);
    }

    /// The longest of the finished operations that were under way at some time of the interval.
    ///
    /// @return zero if none of them took longer than [#SLOW]
    Duration longest(Instant from, Instant to) {
        return slow.stream()
                .filter(operation -> operation.start().isBefore(to))
                .filter(operation -> operation.start().plus(operation.duration()).isAfter(from))
                .map(SlowOperation::duration)
                .max(Duration::compareTo)
                .orElse(Duration.ZERO);
    }

    /// @param share 0 to 1
    Duration quantile(double share) {
        long total = 0;
        for (int i = 0; i < BUCKETS; i++) {
            total += counts.get(i);
        }
        long below = 0;
        for (int i = 0; i < BUCKETS; i++) {
            below += counts.get(i);
            if (below >= share * total && below > 0) {
                return Duration.ofNanos(upperNanos(i));
            }
        }
        return Duration.ZERO;
    }

    private static int bucket(long nanos) {
        if (nanos < BUCKETS_PER_DOUBLING) {
            return (int) Math.max(0, nanos);
        }
        int shift = Long.SIZE - 1 - Long.numberOfLeadingZeros(nanos) - 4;
        return (shift + 1) * BUCKETS_PER_DOUBLING + (int) (nanos >>> shift) - BUCKETS_PER_DOUBLING;
    }

    private static long upperNanos(int bucket) {
        if (bucket < BUCKETS_PER_DOUBLING) {
            return bucket;
        }
        int shift = bucket / BUCKETS_PER_DOUBLING - 1;
        long part = (long) (bucket % BUCKETS_PER_DOUBLING) + BUCKETS_PER_DOUBLING;
        return ((part + 1) << shift) - 1;
    }
}
