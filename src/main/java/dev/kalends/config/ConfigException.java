package dev.kalends.config;

import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/// A configuration that cannot be used. The message has all problems, a line each.
public final class ConfigException extends Exception {
    private final List<Problem> problems;

    ConfigException(List<Problem> problems) {
        List<Problem> sorted =
                problems.stream()
                        .sorted(
                                Comparator.comparingInt(Problem::line)
                                        .thenComparingInt(Problem::column))
                        .toList();
        super(sorted.stream().map(Problem::toString).collect(Collectors.joining("\n")));
        this.problems = sorted;
    }

    /// At least one, in the order of the file.
    public List<Problem> problems() {
        return problems;
    }
}
