package dev.kalends.store;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/// How long and how often an S3 store is asked, and how big a bite is.
///
/// @param attempts of a request, the first included
/// @param attempt time of one attempt
/// @param total time of all attempts of a request
/// @param silence how long a connection may bring nothing
/// @param pause before the second attempt; it doubles with each, and the real one is random below
///   it
/// @param slowPause the same after the store asked to be spared
/// @param pauseMax neither grows longer
/// @param partBytes of an upload in parts; what is smaller goes in one
record S3Limits(
        int attempts,
        Duration attempt,
        Duration total,
        Duration silence,
        Duration pause,
        Duration slowPause,
        Duration pauseMax,
        long partBytes) {
    /// The interface of S3 allows no more in one upload.
    static final int PARTS_MAX = 10_000;

    static final Duration CONNECT = Duration.ofSeconds(10);

    /// A download that is slower over its whole length is given up.
    static final long BYTES_PER_SECOND_MIN = 64 * 1024;

    static S3Limits defaults() {
        return new S3Limits(
                8,
                Duration.ofMinutes(5),
                Duration.ofMinutes(20),
                Duration.ofMinutes(1),
                Duration.ofMillis(200),
                Duration.ofSeconds(1),
                Duration.ofSeconds(20),
                16L << 20);
    }

    /// How big the parts of an object are, so that it has few enough.
    long partBytes(long objectBytes) {
        long least = Math.ceilDiv(objectBytes, PARTS_MAX);
        return Math.max(partBytes, least);
    }

    /// A random time to wait before the next try.
    ///
    /// @param tries made so far
    Duration pauseAfter(int tries) {
        long longest = Math.min(pause.toMillis() << Math.min(tries, 20), pauseMax.toMillis());
        return Duration.ofMillis(ThreadLocalRandom.current().nextLong(longest + 1));
    }

    /// How long a download may take.
    Duration total(long objectBytes) {
        return total.plusSeconds(objectBytes / BYTES_PER_SECOND_MIN);
    }
}
