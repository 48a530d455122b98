package dev.kalends.bench;

import dev.kalends.demo.messaging.QueryTiming;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/// A result as a page of Markdown. Of several runs it shows medians.
final class Report {
    private static final double MB = 1024.0 * 1024;

    private final Result result;
    private final StringBuilder page = new StringBuilder();

    private Report(Result result) {
        this.result = result;
    }

    static String markdown(Result result) {
        Report report = new Report(result);
        report.head();
        report.comparison(
                "Copy, index, attach",
                """
                What every way does. Ratios are to `naive` of the same run; CPU is that of all the server's processes; the last column is everything else that ran on the machine.
                """,
                Outcome::filling);
        report.comparison(
                "Ready to be used",
                """
                For Kalends with its start, catch-up, vacuum, analyze, and the validation of every row; the other ways have none of these.
                """,
                Outcome::ready);
        report.phases();
        report.clients();
        report.sizes();
        report.queries();
        return report.page.toString();
    }

    private void head() {
        line("# %,d rows in %d months".formatted(result.rows(), result.months()));
        line("");
        Result.Machine machine = result.machine();
        line(
                "- %s; %d cores, %.0f GiB RAM, %s, Java %s"
                        .formatted(
                                result.startedAt(),
                                machine.cores(),
                                machine.memoryBytes() / MB / 1024,
                                machine.os(),
                                machine.java()));
        line("- " + result.serverVersion());
        StringBuilder settings = new StringBuilder();
        result.serverSettings()
                .forEach((name, value) ->
                        settings.append(settings.isEmpty() ? "" : ", ")
                                .append(name)
                                .append(" = ")
                                .append(value.isEmpty() ? "''" : value));
        line("- " + settings);
        line(
                "- locale %s, seed %d, runs %d; loaded in %.0f s; table %.0f MB, its indexes %.0f MB"
                        .formatted(
                                result.locale(),
                                result.seed(),
                                result.runs(),
                                result.loadSeconds(),
                                result.source().heapBytes() / MB,
                                result.source().indexBytes() / MB));
    }

    private void comparison(String title, String explained, Function<Outcome, Measured> part) {
        section(title, explained);
        row(
                "way",
                "wall s",
                "ratio",
                "CPU s",
                "ratio",
                "WAL MB",
                "ratio",
                "longest transaction s",
                "others' CPU s");
        row("---", "---:", "---:", "---:", "---:", "---:", "---:", "---:", "---:");
        List<Outcome> naive = of(Way.NAIVE);
        for (Way way : ways()) {
            List<Outcome> outcomes = of(way);
            if (outcomes.isEmpty()) {
                row(way.word(), notMeasured(way), "", "", "", "", "", "", "");
                continue;
            }
            List<String> cells = new ArrayList<>();
            cells.add(way.word());
            for (Figure figure : Figure.values()) {
                ToDoubleFunction<Outcome> value = each -> figure.of(part.apply(each));
                double median = median(outcomes, value);
                cells.add(text("%.1f", median));
                cells.add(
                        naive.isEmpty()
                                ? "–"
                                : text(
                                        "%.2f",
                                        median
                                                / median(
                                                        naive,
                                                        each -> figure.of(part.apply(each)))));
            }
            cells.add(text("%.1f", median(outcomes, Outcome::longestTransactionSeconds)));
            cells.add(text("%.1f", median(outcomes, each -> part.apply(each).otherCpuSeconds())));
            row(cells.toArray(new String[0]));
        }
    }

    private enum Figure {
        WALL,
        CPU,
        WAL;

        double of(Measured measured) {
            return switch (this) {
                case WALL -> measured.seconds();
                case CPU -> measured.cpuSeconds();
                case WAL -> measured.walBytes() / MB;
            };
        }
    }

    private void phases() {
        section("Phases", "CATCHING_UP holds the vacuum and the analyze.\n");
        row("way", "phase", "wall s", "CPU s", "WAL MB");
        row("---", "---", "---:", "---:", "---:");
        for (Way way : ways()) {
            List<Outcome> outcomes = of(way);
            if (outcomes.isEmpty()) {
                continue;
            }
            for (int i = 0; i < outcomes.getFirst().phases().size(); i++) {
                int at = i;
                row(
                        way.word(),
                        outcomes.getFirst().phases().get(i).phase(),
                        text("%.1f", median(outcomes, each -> each.phases().get(at).seconds())),
                        text("%.1f", median(outcomes, each -> each.phases().get(at).cpuSeconds())),
                        text(
                                "%.1f",
                                median(outcomes, each -> each.phases().get(at).walBytes() / MB)));
            }
        }
    }

    private void clients() {
        section("Kalends' own process", "");
        row("way", "heap peak MB", "resident peak MB", "CPU s", "switch tries", "locks held ms");
        row("---", "---:", "---:", "---:", "---:", "---:");
        for (Way way : ways()) {
            List<Outcome> outcomes = of(way);
            Outcome.Client client = outcomes.isEmpty() ? null : outcomes.getLast().client();
            if (client != null) {
                row(
                        way.word(),
                        text("%.0f", client.heapPeakBytes() / MB),
                        text("%.0f", client.residentPeakBytes() / MB),
                        text("%.1f", client.cpuSeconds()),
                        Integer.toString(client.switchAttempts()),
                        text("%.0f", client.switchHeldMillis()));
            }
        }
    }

    private void sizes() {
        section("Sizes", "");
        row("way", "tables", "heap MB", "indexes MB");
        row("---", "---:", "---:", "---:");
        size("source", result.source());
        for (Way way : ways()) {
            List<Outcome> outcomes = of(way);
            size(way.word(), outcomes.isEmpty() ? null : outcomes.getLast().sizes());
        }
    }

    private void size(String name, Outcome.@Nullable Sizes sizes) {
        if (sizes != null) {
            row(
                    name,
                    Long.toString(sizes.tables()),
                    text("%.0f", sizes.heapBytes() / MB),
                    text("%.0f", sizes.indexBytes() / MB));
        }
    }

    private void queries() {
        if (result.queries().isEmpty()) {
            return;
        }
        boolean dropped =
                result.queries().stream()
                        .allMatch(each -> each.osCache() == Server.OsCache.DROPPED);
        section("Queries, warm", "Milliseconds of planning and execution (buffers).\n");
        timings(QueryRuns::warm);
        section(
                "Queries, cold",
                dropped
                        ? "Before each query the server was restarted and the OS cache dropped.\n"
                        : "Cold: server restarted, OS cache not dropped.\n");
        timings(QueryRuns::cold);
    }

    private void timings(Function<QueryRuns, List<QueryTiming>> of) {
        List<String> head = new ArrayList<>(List.of("query"));
        List<String> rule = new ArrayList<>(List.of("---"));
        for (QueryRuns each : result.queries()) {
            head.add(each.layout());
            rule.add("---:");
        }
        row(head.toArray(new String[0]));
        row(rule.toArray(new String[0]));
        List<QueryTiming> names = of.apply(result.queries().getFirst());
        for (int i = 0; i < names.size(); i++) {
            List<String> cells = new ArrayList<>(List.of(names.get(i).name()));
            for (QueryRuns each : result.queries()) {
                QueryTiming timing = of.apply(each).get(i);
                cells.add("%.2f (%d)".formatted(timing.milliseconds(), timing.buffers()));
            }
            row(cells.toArray(new String[0]));
        }
    }

    private List<Way> ways() {
        return result.outcomes().stream().map(Outcome::way).distinct().toList();
    }

    private List<Outcome> of(Way way) {
        return result.outcomes().stream()
                .filter(each -> each.way() == way && each.notMeasured() == null)
                .toList();
    }

    private String notMeasured(Way way) {
        return result.outcomes().stream()
                .filter(each -> each.way() == way)
                .map(each -> String.valueOf(each.notMeasured()))
                .findFirst()
                .orElse("");
    }

    private static double median(List<Outcome> outcomes, ToDoubleFunction<Outcome> figure) {
        double[] sorted = outcomes.stream().mapToDouble(figure).sorted().toArray();
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    private static String text(String format, double value) {
        return String.format(Locale.ROOT, format, value);
    }

    private void section(String title, String explained) {
        line("");
        line("## " + title);
        line("");
        if (!explained.isEmpty()) {
            line(explained);
        }
    }

    private void row(String... cells) {
        line("| " + String.join(" | ", cells) + " |");
    }

    private void line(String text) {
        page.append(text).append('\n');
    }
}
