package dev.kalends.execute;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// A wish to stop at the next safe point.
public final class StopSignal {
    private final CountDownLatch latch = new CountDownLatch(1);

    public void request() {
        latch.countDown();
    }

    public boolean requested() {
        return latch.getCount() == 0;
    }

    /// Waits, but not beyond a request to stop.
    ///
    /// @return whether a stop was requested
    public boolean await(java.time.Duration atMost) {
        try {
            return latch.await(atMost.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }
}
