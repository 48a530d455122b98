package dev.kalends.key;

import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Dates and times as PostgreSQL prints and reads them under `DateStyle` ISO. Unlike ISO 8601,
/// years before 1 are counted backwards with `BC` at the end, and years over 9999 take no sign.
final class IsoText {
    private static final Pattern FORM =
            Pattern.compile(
                    """
                    (?<year>\\d{4,7})-(?<month>\\d{2})-(?<day>\\d{2})\
                    (?:[ ](?<time>\\d{2}:\\d{2}:\\d{2}(?:\\.\\d{1,6})?)\
                    (?<offset>[+-]\\d{2}(?::\\d{2}){0,2})?)?\
                    (?<era>[ ]BC)?\
                    """);

    private IsoText() {}

    /// A value taken apart; what the text does not have is null.
    record Parts(LocalDate date, @Nullable LocalTime time, @Nullable ZoneOffset offset) {}

    static Parts read(String text, String type) {
        if (text.equals("infinity") || text.equals("-infinity")) {
            throw new IllegalArgumentException(
                    "Cannot place \"%s\" in time: no partition of a calendar holds it"
                            .formatted(text));
        }
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            throw unreadable(text, type);
        }
        try {
            int year = Integer.parseInt(form.group("year"));
            LocalDate date =
                    LocalDate.of(
                            form.group("era") == null ? year : 1 - year,
                            Integer.parseInt(form.group("month")),
                            Integer.parseInt(form.group("day")));
            String time = form.group("time");
            String offset = form.group("offset");
            return new Parts(
                    date,
                    time == null ? null : LocalTime.parse(time),
                    offset == null ? null : ZoneOffset.of(offset));
        } catch (DateTimeException e) {
            IllegalArgumentException unreadable = unreadable(text, type);
            unreadable.initCause(e);
            throw unreadable;
        }
    }

    static String date(LocalDate date) {
        int year = date.getYear() > 0 ? date.getYear() : 1 - date.getYear();
        // The root locale: some locales have other digits.
        return String.format(
                Locale.ROOT, "%04d-%02d-%02d", year, date.getMonthValue(), date.getDayOfMonth());
    }

    static String timestamp(LocalDateTime at) {
        String time =
                String.format(
                        Locale.ROOT,
                        "%02d:%02d:%02d",
                        at.getHour(),
                        at.getMinute(),
                        at.getSecond());
        int micros = at.getNano() / 1_000;
        String fraction = micros == 0 ? "" : String.format(Locale.ROOT, ".%06d", micros);
        return date(at.toLocalDate()) + " " + time + fraction;
    }

    /// What follows the value, and its offset if it has one.
    static String era(LocalDate date) {
        return date.getYear() > 0 ? "" : " BC";
    }

    static IllegalArgumentException unreadable(String text, String type) {
        return new IllegalArgumentException(
                "Cannot read \"%s\" as a %s that the server printed under DateStyle ISO"
                        .formatted(text, type));
    }
}
