package dev.kalends.config;

import dev.kalends.unit.ByteSize;
import dev.kalends.unit.Durations;
import java.time.Duration;
import java.util.function.Function;

/// Between what a setting must lie, both inclusive.
record Limits<T extends Comparable<T>>(T min, T max, Function<T, String> shown) {
    static Limits<Integer> ofCount(int min, int max) {
        return new Limits<>(min, max, String::valueOf);
    }

    static Limits<Duration> ofDuration(String min, String max) {
        return new Limits<>(Durations.parse(min), Durations.parse(max), Durations::display);
    }

    static Limits<ByteSize> ofSize(String min, String max) {
        return new Limits<>(ByteSize.parse(min), ByteSize.parse(max), ByteSize::display);
    }

    boolean allow(T value) {
        return value.compareTo(min) >= 0 && value.compareTo(max) <= 0;
    }

    /// "10 ms to 10 s"
    String words() {
        return shown.apply(min) + " to " + shown.apply(max);
    }

    /// @throws IllegalArgumentException if the value is not allowed
    void check(String setting, T value) {
        if (!allow(value)) {
            throw new IllegalArgumentException(
                    "Cannot use %s as %s: it must be %s"
                            .formatted(shown.apply(value), setting, words()));
        }
    }
}
