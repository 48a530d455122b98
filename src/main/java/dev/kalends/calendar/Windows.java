package dev.kalends.calendar;

import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Rows of windows without gaps.
public final class Windows {
    /// PostgreSQL plans well with a few thousand partitions; past that, planning time and memory
    /// grow with each one (manual, "Best Practices for Declarative Partitioning").
    public static final int COUNT_MAX = 10_000;

    private Windows() {}

    /// The fewest windows that hold both moments and all between, oldest first.
    ///
    /// @param last inclusive
    /// @throws IllegalArgumentException if `last` is before `first`, or it takes more than
    ///   [#COUNT_MAX] windows
    public static List<Window> covering(
            Interval interval, LocalDateTime first, LocalDateTime last) {
        if (last.isBefore(first)) {
            throw new IllegalArgumentException(
                    "Cannot cover %s to %s: the end is before the beginning"
                            .formatted(first, last));
        }
        long count = interval.countCovering(first, last);
        if (count > COUNT_MAX) {
            throw new IllegalArgumentException(tooMany(interval, count, first, last));
        }
        List<Window> windows = new ArrayList<>();
        LocalDateTime from = interval.floor(first);
        while (!from.isAfter(last)) {
            LocalDateTime to = interval.next(from);
            windows.add(new Window(from, to));
            from = to;
        }
        return List.copyOf(windows);
    }

    private static String tooMany(
            Interval interval, long count, LocalDateTime first, LocalDateTime last) {
        String advice = "look for wrong dates at both ends";
        Interval larger = smallestThatFits(first, last);
        if (larger != null) {
            advice =
                    "choose %s (%d partitions), or look for wrong dates at both ends"
                            .formatted(larger.word(), larger.countCovering(first, last));
        }
        return "Cannot cover %s to %s by %s: that takes %d partitions, %d are allowed; %s"
                .formatted(first, last, interval.word(), count, COUNT_MAX, advice);
    }

    private static @Nullable Interval smallestThatFits(LocalDateTime first, LocalDateTime last) {
        for (Interval interval : Interval.values()) {
            if (interval.countCovering(first, last) <= COUNT_MAX) {
                return interval;
            }
        }
        return null;
    }
}
