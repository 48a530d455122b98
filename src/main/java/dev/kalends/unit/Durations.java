package dev.kalends.unit;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// How lengths of time are written and shown. A day is 24 hours.
public final class Durations {
    private static final Pattern PART =
            Pattern.compile("(\\d{1,9}(?:\\.\\d{1,9})?)\\s*([A-Za-z]+)\\s*");
    private static final BigDecimal NANOS_PER_SECOND = BigDecimal.valueOf(1_000_000_000L);

    private Durations() {}

    /// Reads "200ms", "10s", "5 min", "24 h", "7 days" and several of them in a row ("1 h 5 min").
    /// Units are PostgreSQL's (`us ms s min h d`) and their English words, in either case.
    ///
    /// @throws IllegalArgumentException if the text is no duration; a number without a unit is none
    public static Duration parse(String text) {
        String stripped = text.strip();
        Matcher part = PART.matcher(stripped);
        Duration sum = Duration.ZERO;
        int end = 0;
        while (end < stripped.length()) {
            if (!part.find(end) || part.start() != end) {
                throw unreadable(text, "write numbers with units");
            }
            Duration unit = unit(part.group(2));
            if (unit == null) {
                throw unreadable(text, "the units are us, ms, s, min, h and days");
            }
            sum = sum.plus(times(unit, new BigDecimal(part.group(1))));
            end = part.end();
        }
        if (end == 0) {
            throw unreadable(text, "it is empty");
        }
        return sum;
    }

    /// For people: milliseconds below a second, tenths of seconds below a minute, and above that
    /// the two largest units ("1 h 5 min", "2 days 3 h"). What is smaller is cut off, never rounded
    /// up.
    public static String display(Duration duration) {
        if (duration.isNegative()) {
            return "-" + display(duration.negated());
        }
        if (duration.compareTo(Duration.ofSeconds(1)) < 0) {
            boolean tiny = duration.toMillis() == 0 && !duration.isZero();
            return tiny ? "<1 ms" : duration.toMillis() + " ms";
        }
        if (duration.compareTo(Duration.ofMinutes(1)) < 0) {
            long tenths = duration.toMillis() / 100;
            return tenths % 10 == 0 ? tenths / 10 + " s" : tenths / 10 + "." + tenths % 10 + " s";
        }
        if (duration.compareTo(Duration.ofHours(1)) < 0) {
            return two(duration.toMinutes() + " min", duration.toSecondsPart(), "s");
        }
        if (duration.compareTo(Duration.ofDays(1)) < 0) {
            return two(duration.toHours() + " h", duration.toMinutesPart(), "min");
        }
        long days = duration.toDays();
        return two(days == 1 ? "1 day" : days + " days", duration.toHoursPart(), "h");
    }

    private static String two(String large, int small, String smallUnit) {
        return small == 0 ? large : large + " " + small + " " + smallUnit;
    }

    private static @Nullable Duration unit(String word) {
        return switch (word.toLowerCase(Locale.ROOT)) {
            case "us" -> Duration.ofNanos(1_000);
            case "ms", "millisecond", "milliseconds" -> Duration.ofMillis(1);
            case "s", "second", "seconds" -> Duration.ofSeconds(1);
            case "min", "minute", "minutes" -> Duration.ofMinutes(1);
            case "h", "hour", "hours" -> Duration.ofHours(1);
            case "d", "day", "days" -> Duration.ofDays(1);
            case "week", "weeks" -> Duration.ofDays(7);
            default -> null;
        };
    }

    private static Duration times(Duration unit, BigDecimal count) {
        BigDecimal nanos = BigDecimal.valueOf(unit.toNanos()).multiply(count);
        BigDecimal[] secondsAndNanos = nanos.divideAndRemainder(NANOS_PER_SECOND);
        return Duration.ofSeconds(secondsAndNanos[0].longValue(), secondsAndNanos[1].longValue());
    }

    private static IllegalArgumentException unreadable(String text, String why) {
        return new IllegalArgumentException(
                "Cannot read \"%s\" as a duration: %s, for example 200ms, 10s, 5 min, 24 h or 7 days"
                        .formatted(text, why));
    }
}
