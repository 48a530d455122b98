package dev.kalends.bench;

import java.util.List;
import java.util.SequencedMap;
import java.util.function.ToDoubleFunction;

/// What one run of `bench/run inserts` found.
///
/// @param collation of the database
record InsertResult(
        String startedAt,
        Result.Machine machine,
        String serverVersion,
        SequencedMap<String, String> serverSettings,
        String collation,
        int rows,
        int months,
        List<Figures> figures) {
    private static final double MICROS = 1e6;

    InsertResult {
        figures = List.copyOf(figures);
    }

    /// @param rounds all rows of a way, once a round
    record Figures(InsertWay way, List<Measured> rounds) {
        Figures {
            rounds = List.copyOf(rounds);
        }

        double median(ToDoubleFunction<Measured> figure) {
            return Page.median(rounds.stream().mapToDouble(figure).toArray());
        }

        double least(ToDoubleFunction<Measured> figure) {
            return rounds.stream().mapToDouble(figure).min().orElseThrow();
        }
    }

    Figures of(InsertWay way) {
        return figures.stream().filter(each -> each.way() == way).findFirst().orElseThrow();
    }

    String markdown() {
        Page page = new Page();
        page.line("# Inserts of %,d rows into %d months".formatted(rows, months));
        page.line("");
        page.origin(startedAt, machine, serverVersion, serverSettings);
        page.line(
                "- collation %s, %d rounds"
                        .formatted(collation, figures.getFirst().rounds().size()));
        for (InsertWay.Inserted inserted : InsertWay.Inserted.values()) {
            table(page, inserted);
        }
        return page.text();
    }

    private void table(Page page, InsertWay.Inserted inserted) {
        switch (inserted) {
            case MESSAGES ->
                    page.section(
                            "Messages",
                            """
                            Per row, each row with a statement of its own in a loop inside the server, one transaction in all. Two indexes. Medians of all rounds; ratios are to the plain table. CPU is that of all the server's processes, which neighbours on the machine disturb less than wall times.
                            """);
            case RECIPIENTS ->
                    page.section(
                            "Recipients",
                            """
                            The same for rows that refer to a message each. Three indexes.
                            """);
        }
        page.row("way", "CPU µs", "ratio", "least CPU µs", "wall µs", "WAL bytes", "ratio");
        page.row("---", "---:", "---:", "---:", "---:", "---:", "---:");
        for (Figures each : figures) {
            if (each.way().inserted() == inserted) {
                Figures plain = of(each.way().plain());
                page.row(
                        each.way().word(),
                        micros(each.median(Measured::cpuSeconds)),
                        ratio(each, plain, Measured::cpuSeconds),
                        micros(each.least(Measured::cpuSeconds)),
                        micros(each.median(Measured::seconds)),
                        Page.text("%.0f", each.median(Measured::walBytes) / rows),
                        ratio(each, plain, Measured::walBytes));
            }
        }
    }

    private String micros(double seconds) {
        return Page.text("%.1f", seconds / rows * MICROS);
    }

    private static String ratio(Figures figures, Figures plain, ToDoubleFunction<Measured> figure) {
        return Page.text("%.2f", figures.median(figure) / plain.median(figure));
    }
}
