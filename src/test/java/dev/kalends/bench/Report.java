package dev.kalends.bench;

import dev.kalends.demo.messaging.QueryTiming;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/// A result as a page of Markdown. Of several runs it shows medians.
final class Report {
    private static final double MB = 1024.0 * 1024;

    private final Result result;
    private final Page page = new Page();

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
        return report.page.text();
    }

    private void head() {
        page.line("# %,d rows in %d months".formatted(result.rows(), result.months()));
        page.line("");
        page.origin(
                result.startedAt(),
                result.machine(),
                result.serverVersion(),
                result.serverSettings());
        page.line(
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
        page.section(title, explained);
        page.row(
                "way",
                "wall s",
                "ratio",
                "CPU s",
                "ratio",
                "WAL MB",
                "ratio",
                "longest transaction s",
                "others' CPU s");
        page.row("---", "---:", "---:", "---:", "---:", "---:", "---:", "---:", "---:");
        List<Outcome> naive = of(Way.NAIVE);
        for (Way way : ways()) {
            List<Outcome> outcomes = of(way);
            if (outcomes.isEmpty()) {
                page.row(way.word(), notMeasured(way), "", "", "", "", "", "", "");
                continue;
            }
            List<String> cells = new ArrayList<>();
            cells.add(way.word());
            for (Figure figure : Figure.values()) {
                ToDoubleFunction<Outcome> value = each -> figure.of(part.apply(each));
                double median = median(outcomes, value);
                cells.add(Page.text("%.1f", median));
                cells.add(
                        naive.isEmpty()
                                ? "–"
                                : Page.text(
                                        "%.2f",
                                        median
                                                / median(
                                                        naive,
                                                        each -> figure.of(part.apply(each)))));
            }
            cells.add(Page.text("%.1f", median(outcomes, Outcome::longestTransactionSeconds)));
            cells.add(
                    Page.text(
                            "%.1f", median(outcomes, each -> part.apply(each).otherCpuSeconds())));
            page.row(cells.toArray(new String[0]));
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
        page.section("Phases", "CATCHING_UP holds the vacuum and the analyze.\n");
        page.row("way", "phase", "wall s", "CPU s", "WAL MB");
        page.row("---", "---", "---:", "---:", "---:");
        for (Way way : ways()) {
            List<Outcome> outcomes = of(way);
            if (outcomes.isEmpty()) {
                continue;
            }
            for (int i = 0; i < outcomes.getFirst().phases().size(); i++) {
                int at = i;
                page.row(
                        way.word(),
                        outcomes.getFirst().phases().get(i).phase(),
                        Page.text(
                                "%.1f", median(outcomes, each -> each.phases().get(at).seconds())),
                        Page.text(
                                "%.1f",
                                median(outcomes, each -> each.phases().get(at).cpuSeconds())),
                        Page.text(
                                "%.1f",
                                median(outcomes, each -> each.phases().get(at).walBytes() / MB)));
            }
        }
    }

    private void clients() {
        page.section("Kalends' own process", "");
        page.row(
                "way",
                "heap peak MB",
                "resident peak MB",
                "CPU s",
                "switch tries",
                "locks held ms");
        page.row("---", "---:", "---:", "---:", "---:", "---:");
        for (Way way : ways()) {
            List<Outcome> outcomes = of(way);
            Outcome.Client client = outcomes.isEmpty() ? null : outcomes.getLast().client();
            if (client != null) {
                page.row(
                        way.word(),
                        Page.text("%.0f", client.heapPeakBytes() / MB),
                        Page.text("%.0f", client.residentPeakBytes() / MB),
                        Page.text("%.1f", client.cpuSeconds()),
                        Integer.toString(client.switchAttempts()),
                        Page.text("%.0f", client.switchHeldMillis()));
            }
        }
    }

    private void sizes() {
        page.section("Sizes", "");
        page.row("way", "tables", "heap MB", "indexes MB");
        page.row("---", "---:", "---:", "---:");
        size("source", result.source());
        for (Way way : ways()) {
            List<Outcome> outcomes = of(way);
            size(way.word(), outcomes.isEmpty() ? null : outcomes.getLast().sizes());
        }
    }

    private void size(String name, Outcome.@Nullable Sizes sizes) {
        if (sizes != null) {
            page.row(
                    name,
                    Long.toString(sizes.tables()),
                    Page.text("%.0f", sizes.heapBytes() / MB),
                    Page.text("%.0f", sizes.indexBytes() / MB));
        }
    }

    private void queries() {
        if (result.queries().isEmpty()) {
            return;
        }
        boolean dropped =
                result.queries().stream()
                        .allMatch(each -> each.osCache() == Server.OsCache.DROPPED);
        page.section("Queries, warm", "Milliseconds of planning and execution (buffers).\n");
        timings(QueryRuns::warm);
        page.section(
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
        page.row(head.toArray(new String[0]));
        page.row(rule.toArray(new String[0]));
        List<QueryTiming> names = of.apply(result.queries().getFirst());
        for (int i = 0; i < names.size(); i++) {
            List<String> cells = new ArrayList<>(List.of(names.get(i).name()));
            for (QueryRuns each : result.queries()) {
                QueryTiming timing = of.apply(each).get(i);
                cells.add("%.2f (%d)".formatted(timing.milliseconds(), timing.buffers()));
            }
            page.row(cells.toArray(new String[0]));
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
        return Page.median(outcomes.stream().mapToDouble(figure).toArray());
    }
}
