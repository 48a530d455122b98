package dev.kalends.bench;

import java.util.Arrays;
import java.util.Locale;
import java.util.SequencedMap;
import java.util.stream.Collectors;

/// A page of Markdown in the making.
final class Page {
    private static final double BYTES_PER_GIB = 1024.0 * 1024 * 1024;

    private final StringBuilder lines = new StringBuilder();

    String text() {
        return lines.toString();
    }

    void line(String text) {
        lines.append(text).append('\n');
    }

    void row(String... cells) {
        line("| " + String.join(" | ", cells) + " |");
    }

    void section(String title, String explained) {
        line("");
        line("## " + title);
        line("");
        if (!explained.isEmpty()) {
            line(explained);
        }
    }

    /// Where the figures come from.
    void origin(
            String startedAt,
            Result.Machine machine,
            String serverVersion,
            SequencedMap<String, String> settings) {
        line(
                "- %s; %d cores, %.0f GiB RAM, %s, Java %s"
                        .formatted(
                                startedAt,
                                machine.cores(),
                                machine.memoryBytes() / BYTES_PER_GIB,
                                machine.os(),
                                machine.java()));
        line("- " + serverVersion);
        line(
                settings.entrySet().stream()
                        .map(each ->
                                each.getKey()
                                        + " = "
                                        + (each.getValue().isEmpty() ? "''" : each.getValue()))
                        .collect(Collectors.joining(", ", "- ", "")));
    }

    static String text(String format, double value) {
        return String.format(Locale.ROOT, format, value);
    }

    /// The middle of some figures, or the mean of the two in the middle.
    static double median(double... figures) {
        double[] sorted = figures.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
