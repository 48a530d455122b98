package dev.kalends.plan;

import java.time.LocalDateTime;
import java.util.List;

/// Which rows a partition holds.
public sealed interface Bounds {
    /// A stretch of time.
    ///
    /// @param from first local time held, inclusive
    /// @param to first local time no longer held, exclusive
    record Times(LocalDateTime from, LocalDateTime to) implements Bounds {}

    /// A stretch of numbers.
    ///
    /// @param from inclusive
    /// @param to exclusive
    record Numbers(long from, long to) implements Bounds {}

    /// Rows whose key's hash leaves this remainder.
    record Remainder(int modulus, int remainder) implements Bounds {}

    /// Rows with one of these keys.
    ///
    /// @param values as text
    record Values(List<String> values) implements Bounds {
        public Values {
            values = List.copyOf(values);
        }
    }

    /// The default partition: rows that no other partition holds.
    record Rest() implements Bounds {}
}
