package dev.kalends.cli;

import dev.kalends.analyze.CheckReport;
import dev.kalends.analyze.Figures;
import dev.kalends.analyze.Finding;
import dev.kalends.analyze.TableReport;
import dev.kalends.analyze.Verdict;
import dev.kalends.config.TableConfig;
import dev.kalends.unit.ByteSize;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A check as people read it.
final class CheckText {
    private final Screen screen;

    CheckText(Screen screen) {
        this.screen = screen;
    }

    void print(CheckReport report) {
        summary(report.tables());
        if (!report.server().isEmpty()) {
            screen.blank();
            screen.heading("Server");
            report.server().forEach(this::finding);
        }
        for (TableReport table : report.tables()) {
            if (table.verdict() != Verdict.NOT_NEEDED) {
                table(table);
            }
        }
        screen.blank();
        screen.line(next(report));
    }

    private void summary(List<TableReport> tables) {
        List<List<String>> rows = new ArrayList<>();
        for (TableReport table : tables) {
            Figures figures = table.figures();
            rows.add(
                    List.of(
                            table.table().display(),
                            table.verdict().words(),
                            Screen.count(figures.rows()),
                            size(figures.tableBytes()),
                            size(figures.indexBytes()),
                            count(figures.rowsPerMonth()),
                            count(figures.partitions())));
        }
        screen.table(
                List.of(
                        "table",
                        "verdict",
                        "rows",
                        "data",
                        "indexes",
                        "rows a month",
                        "partitions"),
                rows);
        for (TableReport table : tables) {
            if (table.verdict() == Verdict.NOT_NEEDED) {
                screen.line("  %s: %s".formatted(table.table(), table.reason()));
            }
        }
    }

    private static String size(long bytes) {
        return new ByteSize(bytes).display();
    }

    private static String count(@Nullable Number number) {
        return number == null ? "—" : Screen.count(number.longValue());
    }

    private void table(TableReport table) {
        screen.blank();
        screen.heading("%s: %s".formatted(table.table(), table.verdict().words()));
        screen.indented(table.reason());
        TableConfig best = table.recommendation().wish();
        screen.line("  Recommended: " + (best == null ? "nothing" : ConfigText.way(best)));
        screen.indented(table.recommendation().why());
        if (!table.recommendation().alternative().isEmpty()) {
            screen.indented(table.recommendation().alternative());
        }
        table.findings().forEach(this::finding);
        if (table.figures().sampledRows() > 0) {
            screen.line(
                    screen.dim(
                            "  From statistics and a sample of %s rows; plan reads the key of every row."
                                    .formatted(Screen.count(table.figures().sampledRows()))));
        }
    }

    private void finding(Finding finding) {
        String mark =
                switch (finding.weight()) {
                    case NOTE -> screen.dim("  note    ");
                    case CHANGE -> screen.bold("  change  ");
                    case REFUSAL -> screen.red("  refusal ");
                };
        List<String> lines = finding.text().lines().toList();
        screen.line(mark + finding.topic() + ": " + lines.getFirst());
        lines.stream().skip(1).forEach(line -> screen.line("            " + line));
        if (!finding.remedy().isEmpty()) {
            screen.line("            → " + finding.remedy());
        }
    }

    private static String next(CheckReport report) {
        boolean idle =
                report.tables().stream().allMatch(table -> table.verdict() == Verdict.NOT_NEEDED);
        if (idle) {
            return "Nothing has to be done.";
        }
        return switch (report.verdict()) {
            case NOT_NEEDED -> "Nothing has to be done.";
            case READY, READY_WITH_CHANGES ->
                    "Next: kalends init writes a kalends.yaml with what is recommended, kalends plan shows every step.";
            case REFUSED -> "Next: look after the refusals, then run kalends check again.";
        };
    }
}
