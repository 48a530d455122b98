package dev.kalends.bench;

import java.util.List;
import java.util.function.ToDoubleFunction;

/// What one phase of a way took.
///
/// @param cpuSeconds of the server's processes
record Measured(String phase, double seconds, double cpuSeconds, long walBytes) {
    static Measured sum(String name, List<Measured> phases) {
        return new Measured(
                name,
                total(phases, Measured::seconds),
                total(phases, Measured::cpuSeconds),
                phases.stream().mapToLong(Measured::walBytes).sum());
    }

    private static double total(List<Measured> phases, ToDoubleFunction<Measured> figure) {
        return phases.stream().mapToDouble(figure).sum();
    }
}
