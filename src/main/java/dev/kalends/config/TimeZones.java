package dev.kalends.config;

import java.time.DateTimeException;
import java.time.ZoneId;

/// How time zones are written.
public final class TimeZones {
    private TimeZones() {}

    /// @throws IllegalArgumentException if there is no such zone
    public static ZoneId parse(String text) {
        try {
            return ZoneId.of(text.strip());
        } catch (DateTimeException e) {
            String near = NearestWord.of(text, ZoneId.getAvailableZoneIds());
            throw new IllegalArgumentException(
                    "Cannot read \"%s\" as a time zone: %s"
                            .formatted(
                                    text,
                                    near == null
                                            ? "use UTC or a name such as Europe/Berlin"
                                            : "did you mean " + near + "?"),
                    e);
        }
    }
}
