package dev.kalends.cli;

import dev.kalends.calendar.Interval;

/// How much one range of keys holds.
sealed interface Every {
    record Time(Interval interval) implements Every {}

    record Numbers(long count) implements Every {}

    /// Reads "month" or "1000000".
    ///
    /// @throws IllegalArgumentException if it is neither
    static Every parse(String text) {
        String stripped = text.strip();
        if (!stripped.matches("\\d{1,18}")) {
            return new Time(Interval.parse(text));
        }
        long count = Long.parseLong(stripped);
        if (count < 1) {
            throw new IllegalArgumentException("Cannot use 0 numbers for a partition");
        }
        return new Numbers(count);
    }
}
