package dev.kalends.archive.cold;

import dev.kalends.archive.duckdb.QueryEngine;
import dev.kalends.failure.FailureCode;
import dev.kalends.failure.KalendsException;
import dev.kalends.unit.Durations;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// Ends a query when its time is over or when it is asked to stop, and fetches with several hands
/// until then.
final class Watch implements AutoCloseable {
    private static final long LOOK_MILLIS = 50;
    private static final int HANDS = 8;

    private final QueryEngine engine;
    private final Duration timeout;
    private final BooleanSupplier stop;
    private final long begin = System.nanoTime();
    private final ScheduledExecutorService clock =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().daemon().name("kalends-cold-watch").factory());
    private final ExecutorService hands =
            Executors.newFixedThreadPool(
                    HANDS, Thread.ofPlatform().daemon().name("kalends-cold-", 0).factory());
    private volatile boolean over;

    Watch(QueryEngine engine, Duration timeout, BooleanSupplier stop) {
        this.engine = engine;
        this.timeout = timeout;
        this.stop = stop;
        Future<?> _ =
                clock.scheduleWithFixedDelay(
                        this::look, LOOK_MILLIS, LOOK_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void look() {
        if (System.nanoTime() - begin > timeout.toNanos() || stop.getAsBoolean()) {
            over = true;
            engine.cancel();
        }
    }

    /// Whether it was this that ended the query.
    boolean isOver() {
        return over;
    }

    KalendsException ended(@Nullable Throwable cause) {
        if (stop.getAsBoolean()) {
            return new KalendsException(
                    FailureCode.STOPPED,
                    "The query was stopped.",
                    ColdFailures.UNCHANGED,
                    "Run the same command again.",
                    cause);
        }
        return ColdFailures.limit(
                "The query took longer than %s.".formatted(Durations.display(timeout)),
                "Give it more time with --timeout, or ask for less at once. --explain says what it reads.",
                cause);
    }

    private void check() {
        if (over) {
            throw ended(null);
        }
    }

    /// Does all of them, several at a time.
    void all(List<Runnable> works) {
        List<Future<?>> running = new ArrayList<>();
        for (Runnable work : works) {
            running.add(
                    hands.submit(() -> {
                        check();
                        work.run();
                    }));
        }
        try {
            for (Future<?> each : running) {
                each.get();
            }
        } catch (ExecutionException e) {
            running.forEach(each -> each.cancel(false));
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while objects were fetched", e);
        }
    }

    @Override
    public void close() {
        clock.shutdownNow();
        hands.shutdownNow();
        try {
            // What is still fetched writes to files that are about to be removed.
            while (!hands.awaitTermination(1, TimeUnit.SECONDS)) {
                hands.shutdownNow();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
