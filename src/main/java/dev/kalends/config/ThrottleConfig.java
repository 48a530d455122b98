package dev.kalends.config;

import dev.kalends.unit.ByteSize;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// When copying pauses for the sake of others.
///
/// @param replicaLag pauses while a replica replays later than this
/// @param replicaLagBytes pauses while a replica is further behind than this
/// @param longTransaction pauses while a transaction is open for longer than this
/// @param window copies within it only; null for always
public record ThrottleConfig(
        Duration replicaLag,
        ByteSize replicaLagBytes,
        Duration longTransaction,
        @Nullable TimeWindow window) {
    static final Limits<Duration> REPLICA_LAG = Limits.ofDuration("100ms", "1 day");
    static final Limits<ByteSize> REPLICA_LAG_BYTES = Limits.ofSize("1MB", "1TB");
    static final Limits<Duration> LONG_TRANSACTION = Limits.ofDuration("1s", "7 days");

    public ThrottleConfig {
        REPLICA_LAG.check("replicaLag", replicaLag);
        REPLICA_LAG_BYTES.check("replicaLagBytes", replicaLagBytes);
        LONG_TRANSACTION.check("longTransaction", longTransaction);
    }

    public static ThrottleConfig defaults() {
        return new ThrottleConfig(
                Duration.ofSeconds(10), ByteSize.ofMegabytes(256), Duration.ofMinutes(30), null);
    }
}
