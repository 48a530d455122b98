package dev.kalends.key;

import dev.kalends.calendar.Interval;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Local time and instants, both ways, such that an instant reads as not before a midnight exactly
/// if it is not before that midnight's instant.
final class ZonedTime {
    private ZonedTime() {}

    /// A local time that the zone's clocks skipped stands for the moment they were put forward. A
    /// local time that they showed twice stands for its first time.
    static Instant instant(LocalDateTime at, ZoneId zone) {
        ZoneOffsetTransition transition = zone.getRules().getTransition(at);
        if (transition != null && transition.isGap()) {
            return transition.getInstant();
        }
        // Of two offsets, atZone takes the earlier one.
        return at.atZone(zone).toInstant();
    }

    /// Where clocks were put back over midnight, the repeated time before it reads as midnight.
    static LocalDateTime local(Instant instant, ZoneId zone) {
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

    /// Why the local time of this zone cannot be cut so.
    ///
    /// @return null if it can
    static @Nullable String problem(Interval interval, ZoneId zone) {
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

    private static boolean skipsWholeDay(ZoneRules rules) {
        List<ZoneOffsetTransition> transitions = rules.getTransitions();
        return transitions.stream()
                .anyMatch(each -> each.getDuration().compareTo(Duration.ofDays(1)) >= 0);
    }
}
