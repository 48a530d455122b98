package dev.kalends.key;

import dev.kalends.calendar.Interval;
import dev.kalends.sql.Literal;
import dev.kalends.sql.Sql;
import dev.kalends.sql.SqlPart;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The types of column that say when a row was made. Only `timestamptz` knows an instant; of the
/// others the time zone is the application's matter and never changes a value here.
public enum KeyType implements KeyCodec {
    DATE("date"),
    TIMESTAMP("timestamp"),
    TIMESTAMPTZ("timestamptz");

    private static final Pattern WITHOUT_ZONE =
            Pattern.compile("timestamp(\\([0-6]\\))? without time zone");
    private static final Pattern WITH_ZONE =
            Pattern.compile("timestamp(\\([0-6]\\))? with time zone");

    /// Dates go on after the last timestamp.
    private static final String DATE_TIME =
            """
            CASE WHEN isfinite({value}) AND ({value}) < DATE '294277-01-01' THEN CAST ({value} AS timestamp) END
            """;

    private static final String TIMESTAMP_TIME =
            "CASE WHEN isfinite({value}) THEN CAST ({value} AS timestamp) END";
    private static final String TIMESTAMPTZ_TIME =
            "CASE WHEN isfinite({value}) THEN ({value}) AT TIME ZONE 'UTC' END";

    private final String castName;

    KeyType(String castName) {
        this.castName = castName;
    }

    /// @param formatType what `format_type` prints, such as `timestamp(3) without time zone`
    /// @return null for every other type; a domain is another type
    public static @Nullable KeyType ofTypeName(String formatType) {
        if (formatType.equals("date")) {
            return DATE;
        }
        if (WITHOUT_ZONE.matcher(formatType).matches()) {
            return TIMESTAMP;
        }
        return WITH_ZONE.matcher(formatType).matches() ? TIMESTAMPTZ : null;
    }

    @Override
    public String code() {
        return castName;
    }

    /// The value as the bound of a partition: `'2024-01-01'`, `'2024-01-01 00:00:00'`, or in UTC
    /// `'2023-12-31 23:00:00+00'`, so that it means the same under every `TimeZone` setting.
    ///
    /// A local time that the zone's clocks skipped stands for the moment they were put forward. A
    /// local time that they showed twice stands for its first time.
    ///
    /// @param at without parts of a microsecond; for DATE, a midnight
    /// @param zone where `at` is local time; used by TIMESTAMPTZ only
    /// @throws IllegalArgumentException if the type cannot hold the value exactly
    @Override
    public Literal bound(LocalDateTime at, ZoneId zone) {
        if (!at.equals(at.truncatedTo(ChronoUnit.MICROS))) {
            throw new IllegalArgumentException(
                    "Cannot use %s as a bound: PostgreSQL keeps whole microseconds".formatted(at));
        }
        return switch (this) {
            case DATE -> {
                if (!at.toLocalTime().equals(LocalTime.MIDNIGHT)) {
                    throw new IllegalArgumentException(
                            "Cannot use %s as a bound of a date: it is no midnight".formatted(at));
                }
                yield Literal.of(IsoText.date(at.toLocalDate()) + IsoText.era(at.toLocalDate()));
            }
            case TIMESTAMP -> Literal.of(IsoText.timestamp(at) + IsoText.era(at.toLocalDate()));
            case TIMESTAMPTZ -> {
                LocalDateTime utc =
                        LocalDateTime.ofInstant(ZonedTime.instant(at, zone), ZoneOffset.UTC);
                yield Literal.of(IsoText.timestamp(utc) + "+00" + IsoText.era(utc.toLocalDate()));
            }
        };
    }

    /// Reads what the server prints under `DateStyle` ISO and any `TimeZone`.
    ///
    /// The result falls into the window whose bounds hold the value: `at` is not before a midnight
    /// exactly if the value is not before that midnight's `bound`. To keep that true where clocks
    /// were put back over midnight, the repeated time before it reads as midnight itself.
    ///
    /// @param zone in whose local time the result is; used by TIMESTAMPTZ only
    /// @throws IllegalArgumentException if the text is infinite or no value of this type
    @Override
    public LocalDateTime read(String text, ZoneId zone) {
        IsoText.Parts parts = IsoText.read(text, castName);
        LocalTime time = parts.time();
        ZoneOffset offset = parts.offset();
        LocalDate date = parts.date();
        return switch (this) {
            case DATE -> {
                if (time != null || offset != null) {
                    throw IsoText.unreadable(text, castName);
                }
                yield date.atStartOfDay();
            }
            case TIMESTAMP -> {
                if (time == null || offset != null) {
                    throw IsoText.unreadable(text, castName);
                }
                yield date.atTime(time);
            }
            case TIMESTAMPTZ -> {
                if (time == null || offset == null) {
                    throw IsoText.unreadable(text, castName);
                }
                yield ZonedTime.local(date.atTime(time).toInstant(offset), zone);
            }
        };
    }

    @Override
    public LocalDateTime boundTime(String text, ZoneId zone) {
        return read(text, zone);
    }

    /// The type's short name, as in `CAST (x AS timestamptz)`.
    @Override
    public String castName() {
        return castName;
    }

    public boolean supports(Interval interval) {
        return this != DATE || interval != Interval.HOUR;
    }

    @Override
    public @Nullable String problem(Interval interval, ZoneId zone) {
        if (!supports(interval)) {
            return "a date knows no hours; use day or longer";
        }
        return this == TIMESTAMPTZ ? ZonedTime.problem(interval, zone) : null;
    }

    @Override
    public boolean holds(String formatType) {
        return ofTypeName(formatType) == this;
    }

    @Override
    public boolean needsByteOrder() {
        return false;
    }

    @Override
    public Sql time(SqlPart value) {
        return switch (this) {
            case DATE -> Sql.text(DATE_TIME).put("value", value).build();
            case TIMESTAMP -> Sql.text(TIMESTAMP_TIME).put("value", value).build();
            case TIMESTAMPTZ -> Sql.text(TIMESTAMPTZ_TIME).put("value", value).build();
        };
    }

    @Override
    public Sql wellFormed(SqlPart value) {
        return Sql.text("coalesce(isfinite({value}), false)").put("value", value).build();
    }
}
