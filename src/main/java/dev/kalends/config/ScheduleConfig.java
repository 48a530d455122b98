package dev.kalends.config;

import java.time.Duration;
import java.time.ZoneId;
import org.jspecify.annotations.Nullable;

/// When the daemon does what is due.
///
/// @param create for partitions ahead, gaps and rows of default partitions
/// @param lifecycle for updates, exports, detaching and dropping by age
/// @param timeZone in whose local time both are meant
/// @param window work of the lifecycle begins within it only; null for always
/// @param nodePolling how often a node looks for due work
public record ScheduleConfig(
        Cron create,
        Cron lifecycle,
        ZoneId timeZone,
        @Nullable TimeWindow window,
        Duration nodePolling) {
    static final Limits<Duration> NODE_POLLING = Limits.ofDuration("200ms", "1min");

    public ScheduleConfig {
        NODE_POLLING.check("nodePolling", nodePolling);
    }

    public static ScheduleConfig defaults() {
        return new ScheduleConfig(
                Cron.parse("*/10 * * * *"),
                Cron.parse("30 2 * * *"),
                ZoneId.of("UTC"),
                null,
                Duration.ofSeconds(2));
    }
}
