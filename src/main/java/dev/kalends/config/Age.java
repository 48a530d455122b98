package dev.kalends.config;

import java.time.Period;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// How old rows are when something is done with them, by the calendar: 24 months, 4 weeks, 90 days.
public record Age(int count, Unit unit) implements Comparable<Age> {
    static final int COUNT_MAX = 36_500;
    static final Age LEAST = new Age(1, Unit.DAY);
    static final Age GREATEST = new Age(100, Unit.YEAR);

    private static final Pattern FORM = Pattern.compile("(\\d{1,5})\\s*([A-Za-z]+)");

    /// What is counted.
    ///
    /// A month is taken for 30.4 days where ages of different units are compared.
    public enum Unit {
        DAY(1),
        WEEK(7),
        MONTH(30.4375),
        YEAR(365.25);

        private final double days;

        Unit(double days) {
            this.days = days;
        }

        private String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public Age {
        if (count < 1 || count > COUNT_MAX) {
            throw new IllegalArgumentException(
                    "Cannot use %d as an age: it must be 1 to %d".formatted(count, COUNT_MAX));
        }
    }

    /// Reads "24 months", "4 weeks", "90 days" or "3 years", also in the singular.
    ///
    /// @throws IllegalArgumentException if the text is no age
    public static Age parse(String text) {
        Matcher form = FORM.matcher(text.strip());
        if (form.matches()) {
            String word = form.group(2).toLowerCase(Locale.ROOT);
            for (Unit unit : Unit.values()) {
                if (word.equals(unit.word()) || word.equals(unit.word() + "s")) {
                    return new Age(Integer.parseInt(form.group(1)), unit);
                }
            }
        }
        throw new IllegalArgumentException(
                "Cannot read \"%s\" as an age: write 24 months, 4 weeks, 90 days or 3 years"
                        .formatted(text));
    }

    /// For calendars.
    public Period period() {
        return switch (unit) {
            case DAY -> Period.ofDays(count);
            case WEEK -> Period.ofWeeks(count);
            case MONTH -> Period.ofMonths(count);
            case YEAR -> Period.ofYears(count);
        };
    }

    /// "24 months"
    public String display() {
        return count + " " + unit.word() + (count == 1 ? "" : "s");
    }

    @Override
    public int compareTo(Age other) {
        return unit == other.unit
                ? Integer.compare(count, other.count)
                : Double.compare(count * unit.days, other.count * other.unit.days);
    }
}
