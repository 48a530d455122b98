package dev.kalends.calendar;

import java.time.DayOfWeek;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.temporal.ChronoUnit;
import java.time.temporal.TemporalAdjusters;
import java.util.Locale;

/// How much time one partition holds. A week is an ISO week and begins on Monday.
public enum Interval {
    HOUR("hourly", ChronoUnit.HOURS, 1),
    DAY("daily", ChronoUnit.DAYS, 1),
    WEEK("weekly", ChronoUnit.WEEKS, 1),
    MONTH("monthly", ChronoUnit.MONTHS, 1),
    QUARTER("quarterly", ChronoUnit.MONTHS, 3),
    YEAR("yearly", ChronoUnit.YEARS, 1);

    private final String adverb;
    private final ChronoUnit unit;
    private final int units;

    Interval(String adverb, ChronoUnit unit, int units) {
        this.adverb = adverb;
        this.unit = unit;
        this.units = units;
    }

    /// Reads "month" or "monthly", in either case.
    ///
    /// @throws IllegalArgumentException if it names no interval
    public static Interval parse(String text) {
        String wanted = text.strip().toLowerCase(Locale.ROOT);
        for (Interval interval : values()) {
            if (wanted.equals(interval.word()) || wanted.equals(interval.adverb)) {
                return interval;
            }
        }
        throw new IllegalArgumentException(
                "Cannot read \"%s\" as an interval: use hour, day, week, month, quarter or year"
                        .formatted(text));
    }

    /// The start of the interval that holds this moment.
    public LocalDateTime floor(LocalDateTime at) {
        LocalDate day = at.toLocalDate();
        return switch (this) {
            case HOUR -> at.truncatedTo(ChronoUnit.HOURS);
            case DAY -> day.atStartOfDay();
            case WEEK ->
                    day.with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY)).atStartOfDay();
            case MONTH -> day.withDayOfMonth(1).atStartOfDay();
            case QUARTER ->
                    day.withDayOfMonth(1)
                            .withMonth(day.getMonth().firstMonthOfQuarter().getValue())
                            .atStartOfDay();
            case YEAR -> day.withDayOfYear(1).atStartOfDay();
        };
    }

    /// The start of the interval after this one.
    ///
    /// @param start a start, as `floor` returns it
    public LocalDateTime next(LocalDateTime start) {
        return start.plus(units, unit);
    }

    /// How many intervals it takes to hold both moments and all between.
    ///
    /// @param last inclusive, not before `first`
    public long countCovering(LocalDateTime first, LocalDateTime last) {
        return unit.between(floor(first), floor(last)) / units + 1;
    }

    /// As configuration and messages write it: "month".
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
