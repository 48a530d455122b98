package dev.kalends.config;

import java.time.Duration;

/// When the old table goes.
///
/// @param grace how long it stays after the switch, so that the switch can be rolled back
public record CleanupConfig(Duration grace) {
    static final Limits<Duration> GRACE = Limits.ofDuration("0s", "365 days");

    public CleanupConfig {
        GRACE.check("grace", grace);
    }

    public static CleanupConfig defaults() {
        return new CleanupConfig(Duration.ofHours(24));
    }
}
