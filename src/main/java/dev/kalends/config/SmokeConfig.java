package dev.kalends.config;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// A test of the application after the switch.
public sealed interface SmokeConfig {
    Limits<Duration> WITHIN = Limits.ofDuration("1ms", "1h");

    /// A query.
    ///
    /// @param within how long it may take; null for any time
    /// @param atLeast the least number its first column may have; null for any
    /// @param equalTo what its first column must say; null for anything
    record Query(
            String sql, @Nullable Duration within, @Nullable Long atLeast, @Nullable String equalTo)
            implements SmokeConfig {}

    /// A command of the shell, which ends with 0.
    ///
    /// @param within how long it may take; null for any time
    record Command(String command, @Nullable Duration within) implements SmokeConfig {}
}
