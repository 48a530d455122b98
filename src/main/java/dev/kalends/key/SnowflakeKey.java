package dev.kalends.key;

import dev.kalends.calendar.Interval;
import dev.kalends.sql.Literal;
import dev.kalends.sql.Sql;
import dev.kalends.sql.SqlPart;
import java.math.BigInteger;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Numbers of 63 bits in a `bigint`: milliseconds since an epoch of one's own, then a worker and a
/// counter in the low bits.
///
/// @param epochMillis the epoch, in milliseconds since 1970-01-01 in UTC; not after 2099
/// @param lowBits how many bits follow the milliseconds, 1 to 31
public record SnowflakeKey(long epochMillis, int lowBits) implements KeyCodec {
    /// As Twitter made them first.
    static final SnowflakeKey TWITTER = new SnowflakeKey(1_288_834_974_657L, 22);

    private static final int LOW_BITS_MAX = 31;
    private static final int BITS_MAX = 63;
    private static final Pattern NUMBER = Pattern.compile("\\d{1,19}");

    private static final String WELL_FORMED =
            "coalesce({value} >> {lowBits} >= {from} AND {value} >> {lowBits} < {to}, false)";
    private static final String TIME = "CASE WHEN {wellFormed} THEN {time} END";

    public SnowflakeKey {
        if (epochMillis < 0 || epochMillis >= TimeScale.SANE_TO.toEpochMilli()) {
            throw new IllegalArgumentException(
                    "Cannot count milliseconds from %d: an epoch is in the years 1970 to 2099"
                            .formatted(epochMillis));
        }
        if (lowBits < 1 || lowBits > LOW_BITS_MAX) {
            throw new IllegalArgumentException(
                    "Cannot use %d low bits: a snowflake has 1 to %d"
                            .formatted(lowBits, LOW_BITS_MAX));
        }
    }

    @Override
    public String code() {
        return "snowflake(" + epochMillis + ", " + lowBits + ")";
    }

    @Override
    public String castName() {
        return "bigint";
    }

    @Override
    public Literal bound(LocalDateTime at, ZoneId zone) {
        return Literal.of(Long.toString(scale().firstTick(at, zone, code()) << lowBits));
    }

    @Override
    public LocalDateTime boundTime(String text, ZoneId zone) {
        if (!NUMBER.matcher(text).matches() || new BigInteger(text).bitLength() > BITS_MAX) {
            throw new IllegalArgumentException(
                    "Cannot read \"%s\" as a bound of %s".formatted(text, code()));
        }
        return ZonedTime.local(scale().instant(Long.parseLong(text) >> lowBits), zone);
    }

    @Override
    public LocalDateTime read(String text, ZoneId zone) {
        if (!NUMBER.matcher(text).matches() || new BigInteger(text).bitLength() > BITS_MAX) {
            throw new IllegalArgumentException(
                    "Cannot read \"%s\" as %s: it is no number of 63 bits".formatted(text, code()));
        }
        Instant instant = scale().instant(Long.parseLong(text) >> lowBits);
        if (!TimeScale.isSane(instant)) {
            throw new IllegalArgumentException(
                    "Cannot read \"%s\" as %s: its time, %s, is not in the years 1990 to 2099"
                            .formatted(text, code(), instant));
        }
        return ZonedTime.local(instant, zone);
    }

    @Override
    public @Nullable String problem(Interval every, ZoneId zone) {
        return ZonedTime.problem(every, zone);
    }

    @Override
    public boolean holds(String formatType) {
        return formatType.equals("bigint");
    }

    @Override
    public boolean needsByteOrder() {
        return false;
    }

    @Override
    public Sql time(SqlPart value) {
        Sql ticks =
                Sql.text("(CAST ({value} AS bigint) >> {lowBits})")
                        .put("value", value)
                        .put("lowBits", Literal.of(lowBits))
                        .build();
        return Sql.text(TIME)
                .put("wellFormed", wellFormed(value))
                .put("time", scale().time(ticks))
                .build();
    }

    @Override
    public Sql wellFormed(SqlPart value) {
        long from = Math.max(0, TimeScale.SANE_FROM.toEpochMilli() - epochMillis);
        return Sql.text(WELL_FORMED)
                .put("value", Sql.text("CAST ({value} AS bigint)").put("value", value).build())
                .put("lowBits", Literal.of(lowBits))
                .put("from", Literal.of(from))
                .put("to", Literal.of(TimeScale.SANE_TO.toEpochMilli() - epochMillis))
                .build();
    }

    private TimeScale scale() {
        return new TimeScale(1_000, Instant.ofEpochMilli(epochMillis), Long.MAX_VALUE >> lowBits);
    }
}
