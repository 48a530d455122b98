package dev.kalends.calendar;

import java.time.LocalDateTime;

/// A stretch of time, in whatever time zone the partition key is read.
///
/// @param from inclusive
/// @param to exclusive, after `from`
public record Window(LocalDateTime from, LocalDateTime to) {
    public Window {
        if (!from.isBefore(to)) {
            throw new IllegalArgumentException(
                    "Cannot use a window from %s to %s: it holds no time".formatted(from, to));
        }
    }

    public boolean contains(LocalDateTime at) {
        return !at.isBefore(from) && at.isBefore(to);
    }
}
