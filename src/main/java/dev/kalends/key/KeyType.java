package dev.kalends.key;

import dev.kalends.calendar.Interval;
import dev.kalends.sql.Literal;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;
import java.util.List;
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
                LocalDateTime utc = LocalDateTime.ofInstant(instant(at, zone), ZoneOffset.UTC);
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
                yield local(date.atTime(time).toInstant(offset), zone);
            }
        };
    }

    /// The type's short name, as in `CAST (x AS timestamptz)`.
    @Override
    public String castName() {
        return castName;
    }

    @Override
    public String code() {
        return castName;
    }

    @Override
    public boolean holds(String formatType) {
        return ofTypeName(formatType) == this;
    }

    @Override
    public dev.kalends.sql.Sql time(dev.kalends.sql.SqlPart value) {
        return dev.kalends.sql.Sql.text("{value}").put("value", value).build();
    }

    @Override
    public dev.kalends.sql.Sql wellFormed(dev.kalends.sql.SqlPart value) {
        return dev.kalends.sql.Sql.text("{value} IS NOT NULL").put("value", value).build();
    }

    public boolean supports(Interval interval) {
        return this != DATE || interval != Interval.HOUR;
    }

    /// Why partitions of this interval cannot be cut in this zone's local time.
    ///
    /// @return null if they can
    @Override
    public @Nullable String problem(Interval interval, ZoneId zone) {
        if (!supports(interval)) {
            return "a date knows no hours; use day or longer";
        }
        if (this != TIMESTAMPTZ) {
            return null;
        }
        if (interval == Interval.HOUR && !zone.normalized().equals(ZoneOffset.UTC)) {
            return "hours repeat and vanish when clocks change in %s; use timeZone UTC, or day or longer"
                    .formatted(zone);
        }
        if (interval == Interval.DAY && skipsWholeDay(zone.getRules())) {
            return "%s once skipped a whole day, whose partition would hold no time; use timeZone UTC, or week or longer"
                    .formatted(zone);
        }
        return null;
    }

    private static Instant instant(LocalDateTime at, ZoneId zone) {
        ZoneOffsetTransition transition = zone.getRules().getTransition(at);
        if (transition != null && transition.isGap()) {
            return transition.getInstant();
        }
        // Of two offsets, atZone takes the earlier one.
        return at.atZone(zone).toInstant();
    }

    private static LocalDateTime local(Instant instant, ZoneId zone) {
        LocalDateTime local = LocalDateTime.ofInstant(instant, zone);
        ZoneOffsetTransition transition = zone.getRules().getTransition(local);
        if (transition == null
                || !transition.isOverlap()
                || instant.isBefore(transition.getInstant())) {
            return local;
        }
        LocalDateTime repeatedUntil = transition.getDateTimeBefore();
        LocalDateTime midnight = repeatedUntil.toLocalDate().atStartOfDay();
        return local.isBefore(midnight) && midnight.isBefore(repeatedUntil) ? midnight : local;
    }

    private static boolean skipsWholeDay(ZoneRules rules) {
        List<ZoneOffsetTransition> transitions = rules.getTransitions();
        return transitions.stream()
                .anyMatch(each -> each.getDuration().compareTo(Duration.ofDays(1)) >= 0);
    }
}
