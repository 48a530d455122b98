package dev.kalends.cli;

import dev.kalends.demo.DemoEvent;
import dev.kalends.demo.DemoOptions;
import dev.kalends.demo.DemoReport;
import dev.kalends.demo.messaging.QueryTiming;
import dev.kalends.demo.messaging.TrafficReport;
import dev.kalends.execute.LockRetry;
import dev.kalends.execute.ProgressEvent;
import dev.kalends.plan.Phase;
import dev.kalends.unit.Durations;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// The demonstration as people watch it: one line per stage, then the figures.
final class DemoText implements DemoEvent.Listener {
    private static final int WIDTH = 78;
    private static final String ERASE_LINE = "\r\033[K";

    private final Screen screen;
    private final PrintStream out;
    private final Console.Kind kind;
    private long phaseTotal;

    /// @param out where the screen writes, for lines that are overwritten
    DemoText(Screen screen, PrintStream out, Console.Kind kind) {
        this.screen = screen;
        this.out = out;
        this.kind = kind;
    }

    void title(DemoOptions options) {
        screen.blank();
        screen.heading(
                "Kalends demo: %s messages, partitioned by month while %d clients read and write"
                        .formatted(Screen.count(options.rows()), options.clients()));
        screen.blank();
    }

    @Override
    public synchronized void on(DemoEvent event) {
        switch (event) {
            case DemoEvent.Began(String what) -> transientLine(what + " …");
            case DemoEvent.Advanced(String what, long done, long total) ->
                    transientLine("%s %d %%".formatted(what, 100 * done / total));
            case DemoEvent.Ended(String what, Duration took) -> stage(what, took);
            case DemoEvent.Migrating(ProgressEvent step) -> migrating(step);
        }
    }

    private void migrating(ProgressEvent event) {
        switch (event) {
            case ProgressEvent.Started started -> {
                phaseTotal = started.total();
                transientLine(started.what() + " …");
            }
            case ProgressEvent.Advanced(Phase phase, long done, long total, long rows) ->
                    transientLine(
                            total == 0
                                    ? "%s, %s writes"
                                            .formatted(Progress.name(phase), Screen.count(done))
                                    : "%s %d %%%s"
                                            .formatted(
                                                    Progress.name(phase),
                                                    100 * done / total,
                                                    rows == 0
                                                            ? ""
                                                            : ", %s rows"
                                                                    .formatted(
                                                                            Screen.count(rows))));
            case ProgressEvent.Ended(Phase phase, Duration took, long rows) ->
                    stage(done(phase, rows), took);
            case ProgressEvent.Paused(String reason) -> transientLine("waiting: " + reason);
            case ProgressEvent.Resumed _ -> transientLine("going on …");
            case ProgressEvent.Note _ -> {}
            case ProgressEvent.Tried _ -> {}
        }
    }

    private String done(Phase phase, long rows) {
        return switch (phase) {
            case PREPARED -> "Partitioned twin made; from now on every write is captured";
            case COPYING -> "%s rows copied, in order".formatted(Screen.count(rows));
            case INDEXING -> "Indexes built on %d partitions".formatted(phaseTotal);
            case CATCHING_UP -> "Caught up with the writes made meanwhile";
            case VALIDATING -> "All partitions validated: rows and content equal";
            case READY_TO_SWITCH, SWITCHED, COMPLETED, ROLLED_BACK -> "Done";
        };
    }

    private void transientLine(String text) {
        if (kind == Console.Kind.TERMINAL) {
            out.print(ERASE_LINE + "    " + text);
            out.flush();
        }
    }

    private void stage(String what, Duration took) {
        if (kind == Console.Kind.TERMINAL) {
            out.print(ERASE_LINE);
        }
        String time = Durations.display(took);
        String dots = " ".repeat(Math.max(1, WIDTH - what.length() - time.length()));
        screen.line("  %s %s%s%s".formatted(screen.green("✓"), what, dots, screen.dim(time)));
    }

    void result(DemoReport report) {
        screen.blank();
        screen.heading("Rows");
        screen.blank();
        DemoReport.Compared compared = report.compared();
        fact(
                "before the switch",
                "%s rows in the old table, checksum %s"
                        .formatted(
                                Screen.count(compared.rows()),
                                compared.checksum().toPlainString()));
        fact(
                "",
                "%s rows in %d partitions, checksum %s"
                        .formatted(
                                Screen.count(compared.otherRows()),
                                report.partitions(),
                                compared.otherChecksum().toPlainString()));
        fact(
                "writes meanwhile",
                "%s acknowledged during the conversion"
                        .formatted(Screen.count(report.writesDuringConversion())));
        fact(
                "in the end",
                "%s rows: %s lost, %s doubled, %s different, %s unexpected"
                        .formatted(
                                Screen.count(report.verdict().rows()),
                                good(report.verdict().lost()),
                                good(report.verdict().doubled()),
                                good(report.verdict().different()),
                                good(report.verdict().unexpected())));
        report.verdict().samples().forEach(each -> fact("", screen.red(each)));
        screen.blank();
        screen.heading("Clients");
        screen.blank();
        DemoReport.Waits waits = report.waits();
        fact(
                "longest wait",
                "%s in the %s before the conversion"
                        .formatted(
                                wait(waits.baseline()),
                                Durations.display(waits.baselineInterval())));
        fact(
                "",
                "%s in the %s from its beginning to the end of the switch"
                        .formatted(
                                wait(waits.conversion()),
                                Durations.display(waits.conversionInterval())));
        fact("", wait(waits.switching()) + " around the switch");
        lock("switch", report.switched());
        LockRetry.Outcome back = report.rolledBack();
        if (back != null) {
            lock("rollback", back);
        }
        fact("client errors", good(report.clientErrors()));
        report.errors().forEach(each -> fact("", error(each)));
        screen.blank();
        screen.heading("Queries, before and after");
        screen.blank();
        queries(report);
        screen.line(
                screen.dim(
                        "  What does not name the partition key, as \"by id\", looks into all %d partitions."
                                .formatted(report.partitions())));
    }

    private String error(TrafficReport.ClientError error) {
        return screen.red(
                "%d × [%s] %s".formatted(error.count(), error.sqlState(), error.message()));
    }

    private void lock(String name, LockRetry.Outcome outcome) {
        fact(
                name,
                "at try %d, locks held %d ms"
                        .formatted(outcome.attempts(), outcome.held().toMillis()));
    }

    private void fact(String name, String value) {
        screen.line("  %-18s %s".formatted(name, value));
    }

    private String good(long count) {
        return count == 0 ? screen.green("0") : screen.red(Screen.count(count));
    }

    private static String wait(Duration longest) {
        return longest.isZero() ? "under 5 ms" : longest.toMillis() + " ms";
    }

    private void queries(DemoReport report) {
        List<List<String>> rows = new ArrayList<>();
        for (int i = 0; i < report.before().size(); i++) {
            QueryTiming before = report.before().get(i);
            QueryTiming after = report.after().get(i);
            rows.add(
                    List.of(
                            before.name(),
                            milliseconds(before),
                            milliseconds(after),
                            change(before.milliseconds(), after.milliseconds()),
                            Screen.count(before.buffers()),
                            Screen.count(after.buffers()),
                            change((double) before.buffers(), (double) after.buffers())));
        }
        screen.table(List.of("query", "before", "after", "", "buffers before", "after", ""), rows);
    }

    private static String milliseconds(QueryTiming timing) {
        return String.format(
                Locale.ROOT,
                timing.milliseconds() < 10 ? "%.2f ms" : "%,.0f ms",
                timing.milliseconds());
    }

    private static String change(double before, double after) {
        return before <= 0 ? "—" : "%+.0f %%".formatted(100 * (after - before) / before);
    }

    /// @param address of the server that is kept; empty when it is gone
    void next(String address) {
        screen.blank();
        if (!address.isEmpty()) {
            screen.line("The server stays until Ctrl-C. Look around with");
            screen.line("  psql " + address);
            screen.line("  kalends status --database " + address);
            screen.blank();
        }
        screen.line("Next: your own table, step by step:");
        screen.line(
                "  kalends plan TABLE --key COLUMN --every month --database postgresql://user@host/db");
        screen.line(
                "  kalends migrate TABLE --key COLUMN --every month --database postgresql://user@host/db");
    }
}
