package dev.kalends.bench;

import java.util.List;
import java.util.function.ToDoubleFunction;

/// What one phase of a way took.
///
/// @param cpuSeconds of the server's processes
/// @param otherCpuSeconds of everything else on the machine, Kalends' own process included; where
///   it is large, wall times say little
record Measured(
        String phase, double seconds, double cpuSeconds, double otherCpuSeconds, long walBytes) {
    static Measured sum(String name, List<Measured> phases) {
        return new Measured(
                name,
                total(phases, Measured::seconds),
                total(phases, Measured::cpuSeconds),
                total(phases, Measured::otherCpuSeconds),
                phases.stream().mapToLong(Measured::walBytes).sum());
    }

    private static double total(List<Measured> phases, ToDoubleFunction<Measured> figure) {
        return phases.stream().mapToDouble(figure).sum();
    }
}
