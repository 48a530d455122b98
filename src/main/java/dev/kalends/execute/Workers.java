package dev.kalends.execute;

import dev.kalends.pg.Session;
import dev.kalends.pg.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Does independent pieces of work in several sessions at once. The first failure stops the others
/// at their next piece and is thrown; the rest is added to it as suppressed.
public final class Workers {
    private Workers() {}

    /// @param purpose names the sessions
    /// @param prepare runs once in each session
    /// @param pieces done in their order, each by whichever session is free
    public static <T> void run(
            Target target,
            String purpose,
            int sessions,
            Consumer<Session> prepare,
            List<T> pieces,
            BiConsumer<Session, T> work) {
        Queue<T> queue = new ConcurrentLinkedQueue<>(pieces);
        AtomicReference<@Nullable RuntimeException> failure = new AtomicReference<>();
        List<Thread> threads = new ArrayList<>();
        int count = Math.min(sessions, pieces.size());
        for (int i = 1; i <= count; i++) {
            threads.add(
                    Thread.ofPlatform()
                            .name("kalends-" + purpose + "-" + i)
                            .start(() -> drain(target, purpose, prepare, queue, work, failure)));
        }
        join(threads);
        RuntimeException thrown = failure.get();
        if (thrown != null) {
            throw thrown;
        }
    }

    private static <T> void drain(
            Target target,
            String purpose,
            Consumer<Session> prepare,
            Queue<T> queue,
            BiConsumer<Session, T> work,
            AtomicReference<@Nullable RuntimeException> failure) {
        try (Session session = Session.open(target, purpose)) {
            prepare.accept(session);
            for (T piece = queue.poll();
                    piece != null && failure.get() == null;
                    piece = queue.poll()) {
                work.accept(session, piece);
            }
        } catch (RuntimeException e) {
            if (!failure.compareAndSet(null, e)) {
                RuntimeException first = failure.get();
                if (first != null) {
                    first.addSuppressed(e);
                }
            }
        }
    }

    private static void join(List<Thread> threads) {
        boolean interrupted = false;
        for (Thread thread : threads) {
            while (thread.isAlive()) {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
