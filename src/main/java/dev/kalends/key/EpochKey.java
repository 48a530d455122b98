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

/// Numbers that count from 1970-01-01 in UTC.
public record EpochKey(Unit unit, Width width) implements KeyCodec {
    /// What is counted.
    public enum Unit {
        SECONDS("s", 1),
        MILLISECONDS("ms", 1_000),
        MICROSECONDS("us", 1_000_000);

        private final String symbol;
        private final long perSecond;

        Unit(String symbol, long perSecond) {
            this.symbol = symbol;
            this.perSecond = perSecond;
        }
    }

    /// The type of the column. Only seconds fit an `integer`, up to 2038-01-19.
    public enum Width {
        BIGINT("bigint"),
        INTEGER("integer");

        private final String castName;

        Width(String castName) {
            this.castName = castName;
        }
    }

    private static final Pattern NUMBER = Pattern.compile("-?\\d{1,19}");

    /// The end of the year 9999, by far enough.
    private static final long SECONDS_MAX = 253_402_300_799L;

    private static final String WELL_FORMED =
            "coalesce({value} >= {from} AND {value} < {to}, false)";
    private static final String TIME = "CASE WHEN {wellFormed} THEN {time} END";

    public EpochKey {
        if (width == Width.INTEGER && unit != Unit.SECONDS) {
            throw new IllegalArgumentException(
                    "Cannot count %s in an integer: they end in January 1970"
                            .formatted(unit.symbol));
        }
    }

    @Override
    public String code() {
        return "epoch-" + unit.symbol + (width == Width.INTEGER ? "-integer" : "");
    }

    @Override
    public String castName() {
        return width.castName;
    }

    @Override
    public Literal bound(LocalDateTime at, ZoneId zone) {
        return Literal.of(Long.toString(scale().firstTick(at, zone, code())));
    }

    @Override
    public LocalDateTime boundTime(String text, ZoneId zone) {
        if (!NUMBER.matcher(text).matches() || new BigInteger(text).bitLength() > Long.SIZE - 1) {
            throw new IllegalArgumentException(
                    "Cannot read \"%s\" as a bound of %s".formatted(text, code()));
        }
        return ZonedTime.local(scale().instant(Long.parseLong(text)), zone);
    }

    @Override
    public LocalDateTime read(String text, ZoneId zone) {
        Instant instant = instant(text);
        if (instant == null) {
            throw new IllegalArgumentException(
                    "Cannot read \"%s\" as %s: it is no number of a time in the years 1990 to 2099"
                            .formatted(text, code()));
        }
        return ZonedTime.local(instant, zone);
    }

    /// @return null if the text is no well-formed key
    @Nullable Instant instant(String text) {
        if (!NUMBER.matcher(text).matches()) {
            return null;
        }
        BigInteger ticks = new BigInteger(text);
        TimeScale scale = scale();
        if (ticks.signum() < 0 || ticks.compareTo(BigInteger.valueOf(scale.ticksMax())) > 0) {
            return null;
        }
        Instant instant = scale.instant(ticks.longValueExact());
        return TimeScale.isSane(instant) ? instant : null;
    }

    @Override
    public @Nullable String problem(Interval every, ZoneId zone) {
        return ZonedTime.problem(every, zone);
    }

    @Override
    public boolean holds(String formatType) {
        return formatType.equals(width.castName);
    }

    @Override
    public boolean needsByteOrder() {
        return false;
    }

    @Override
    public Sql time(SqlPart value) {
        return Sql.text(TIME)
                .put("wellFormed", wellFormed(value))
                .put("time", scale().time(bigint(value)))
                .build();
    }

    @Override
    public Sql wellFormed(SqlPart value) {
        return Sql.text(WELL_FORMED)
                .put("value", bigint(value))
                .put("from", Literal.of(TimeScale.SANE_FROM.getEpochSecond() * unit.perSecond))
                .put("to", Literal.of(TimeScale.SANE_TO.getEpochSecond() * unit.perSecond))
                .build();
    }

    private static Sql bigint(SqlPart value) {
        return Sql.text("CAST ({value} AS bigint)").put("value", value).build();
    }

    private TimeScale scale() {
        long ticksMax =
                width == Width.INTEGER
                        ? Integer.MAX_VALUE
                        : SECONDS_MAX * unit.perSecond + unit.perSecond - 1;
        return new TimeScale(unit.perSecond, Instant.EPOCH, ticksMax);
    }
}
