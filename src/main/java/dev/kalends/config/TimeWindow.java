package dev.kalends.config;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// A part of every day, which may pass midnight.
///
/// @param from inclusive
/// @param to exclusive; another time than `from`
public record TimeWindow(LocalTime from, LocalTime to, ZoneId zone) {
    private static final Pattern FORM =
            Pattern.compile("(\\d{2}:\\d{2})\\s*-\\s*(\\d{2}:\\d{2})(?:\\s+(\\S+))?");

    public TimeWindow {
        if (from.equals(to)) {
            throw new IllegalArgumentException(
                    "Cannot use %s-%s as a window: it holds no time; leave it out to mean always"
                            .formatted(from, to));
        }
    }

    /// Reads "01:00-05:00", in UTC, or "01:00-05:00 Europe/Berlin".
    ///
    /// @throws IllegalArgumentException if the text is no window
    public static TimeWindow parse(String text) {
        Matcher form = FORM.matcher(text.strip());
        if (!form.matches()) {
            throw unreadable(text, null);
        }
        String zone = form.group(3);
        LocalTime from;
        LocalTime to;
        try {
            from = LocalTime.parse(form.group(1));
            to = LocalTime.parse(form.group(2));
        } catch (DateTimeException e) {
            throw unreadable(text, e);
        }
        return new TimeWindow(from, to, TimeZones.parse(zone == null ? "UTC" : zone));
    }

    public boolean contains(Instant instant) {
        LocalTime time = instant.atZone(zone).toLocalTime();
        boolean begun = !time.isBefore(from);
        boolean ended = !time.isBefore(to);
        return from.isBefore(to) ? begun && !ended : begun || !ended;
    }

    /// The first instant of the window at or after another one.
    public Instant next(Instant at) {
        if (contains(at)) {
            return at;
        }
        LocalDate today = at.atZone(zone).toLocalDate();
        Instant begin = today.atTime(from).atZone(zone).toInstant();
        return begin.isAfter(at) ? begin : today.plusDays(1).atTime(from).atZone(zone).toInstant();
    }

    /// "01:00-05:00 UTC"
    public String display() {
        return from + "-" + to + " " + zone;
    }

    private static IllegalArgumentException unreadable(
            String text, @Nullable DateTimeException cause) {
        return new IllegalArgumentException(
                "Cannot read \"%s\" as a window: write it as 01:00-05:00 or 01:00-05:00 Europe/Berlin"
                        .formatted(text),
                cause);
    }
}
