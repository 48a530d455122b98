package dev.kalends.wire;

import org.jspecify.annotations.Nullable;

/// Whether the statement of a connection is to end early. A word that comes between two statements
/// means none.
final class Interruption {
    private @Nullable Thread running;
    private volatile boolean requested;

    synchronized void begin() {
        requested = false;
        running = Thread.currentThread();
    }

    synchronized void end() {
        running = null;
        // A word that came too late must not end the next statement. The answer says whether one
        // did, which is no matter.
        boolean _ = Thread.interrupted();
    }

    /// From another thread.
    synchronized void request() {
        Thread thread = running;
        if (thread != null) {
            requested = true;
            // What waits for a store wakes up.
            thread.interrupt();
        }
    }

    boolean requested() {
        return requested;
    }

    void check() {
        if (requested) {
            throw cancelled(null);
        }
    }

    static WireException cancelled(@Nullable Throwable cause) {
        return new WireException(
                WireException.CANCELLED,
                "canceling statement due to user request",
                null,
                WireException.Severity.ERROR,
                cause);
    }
}
