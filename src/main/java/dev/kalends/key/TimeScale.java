package dev.kalends.key;

import com.google.errorprone.annotations.Immutable;
import dev.kalends.sql.Literal;
import dev.kalends.sql.Sql;
import dev.kalends.sql.SqlPart;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;

/// How a format counts time: in ticks from 0 at its epoch.
///
/// @param ticksPerSecond a power of ten, up to 10^9
/// @param epoch a whole number of ticks from 1970
/// @param ticksMax the last one that the format can hold
@Immutable
record TimeScale(long ticksPerSecond, Instant epoch, long ticksMax) {
    /// Keys of an earlier time are no keys of the format, most likely.
    static final Instant SANE_FROM = Instant.parse("1990-01-01T00:00:00Z");

    /// Exclusive.
    static final Instant SANE_TO = Instant.parse("2100-01-01T00:00:00Z");

    private static final long NANOS_PER_SECOND = 1_000_000_000;
    private static final long MICROS_PER_SECOND = 1_000_000;

    static TimeScale seconds(long ticksMax) {
        return new TimeScale(1, Instant.EPOCH, ticksMax);
    }

    static TimeScale millis(long ticksMax) {
        return new TimeScale(1_000, Instant.EPOCH, ticksMax);
    }

    static boolean isSane(Instant instant) {
        return !instant.isBefore(SANE_FROM) && instant.isBefore(SANE_TO);
    }

    Instant instant(long ticks) {
        return epoch.plusSeconds(ticks / ticksPerSecond)
                .plusNanos(ticks % ticksPerSecond * nanosPerTick());
    }

    boolean reaches(Instant instant) {
        return !instant.isAfter(instant(ticksMax));
    }

    /// The first tick that is not before `instant`.
    ///
    /// @param instant one that the scale reaches
    long firstTick(Instant instant) {
        if (instant.isBefore(epoch)) {
            return 0;
        }
        Duration since = Duration.between(epoch, instant);
        return since.getSeconds() * ticksPerSecond + Math.ceilDiv(since.getNano(), nanosPerTick());
    }

    /// @throws IllegalArgumentException if time ends before `at` on this scale
    long firstTick(LocalDateTime at, ZoneId zone, String code) {
        Instant instant = ZonedTime.instant(at, zone);
        if (!reaches(instant)) {
            throw new IllegalArgumentException(
                    "Cannot use %s as a bound of %s: its last time is %s"
                            .formatted(at, code, instant(ticksMax)));
        }
        return firstTick(instant);
    }

    /// SQL of type `timestamp`, in UTC.
    ///
    /// @param ticks SQL of type `bigint`
    Sql time(SqlPart ticks) {
        // The server multiplies intervals as doubles. They hold whole microseconds exactly for 285
        // years around 1970, which is why it does not count from the epoch of the scale.
        return Sql.text(
                        "(TIMESTAMP '1970-01-01' + ({ticks} + {since}) / {ticksPerUnit} * CAST ({unit} AS interval))")
                .put("ticks", ticks)
                .put("since", Literal.of(ticksSince1970()))
                .put("ticksPerUnit", Literal.of(Math.max(1, ticksPerSecond / MICROS_PER_SECOND)))
                .put("unit", Literal.of(unit()))
                .build();
    }

    private long ticksSince1970() {
        return epoch.getEpochSecond() * ticksPerSecond + epoch.getNano() / nanosPerTick();
    }

    private String unit() {
        if (ticksPerSecond == 1) {
            return "1 second";
        }
        return ticksPerSecond == 1_000 ? "1 millisecond" : "1 microsecond";
    }

    private long nanosPerTick() {
        return NANOS_PER_SECOND / ticksPerSecond;
    }
}
