package dev.kalends.cli;

import dev.kalends.maintain.SetReport;
import dev.kalends.maintain.TickReport;
import dev.kalends.plan.MaintenanceStep;
import java.util.List;

/// A tick as people read it.
final class MaintainText {
    private static final String REPLICA =
            "This server is a replica. Nothing was done: maintenance runs on the primary.";
    private static final String NOTHING =
            "Nothing is under maintenance in this database. kalends migrate converts a table, kalends adopt takes a partitioned one over.";

    private final Screen screen;
    private final PlanText.Statements statements;

    MaintainText(Screen screen, PlanText.Statements statements) {
        this.screen = screen;
        this.statements = statements;
    }

    /// What would be done.
    void plan(TickReport report) {
        if (none(report)) {
            return;
        }
        screen.line("By %s:".formatted(report.at()));
        boolean any = false;
        for (SetReport each : report.tables()) {
            if (each.quiet()) {
                continue;
            }
            any = true;
            screen.blank();
            screen.heading(each.table().display());
            new PlanText(screen, statements).steps(List.copyOf(each.planned()));
            left(each);
        }
        screen.line(
                any
                        ? "Nothing was changed."
                        : "Nothing is due for %s. Nothing was changed."
                                .formatted(tables(report.tables().size())));
    }

    /// What was done.
    void done(TickReport report) {
        if (none(report)) {
            return;
        }
        boolean any = false;
        for (SetReport each : report.tables()) {
            if (each.quiet()) {
                continue;
            }
            any = true;
            screen.heading(each.table().display());
            each.done().forEach(line -> screen.line("  " + line));
            left(each);
            screen.blank();
        }
        if (!any) {
            screen.line("Nothing is due for %s.".formatted(tables(report.tables().size())));
        }
    }

    private boolean none(TickReport report) {
        switch (report.standing()) {
            case REPLICA -> screen.line(REPLICA);
            case NOTHING_MAINTAINED -> screen.line(NOTHING);
            case ACTIVE -> {
                return false;
            }
        }
        return true;
    }

    private static String tables(int count) {
        return count == 1 ? "1 table" : count + " tables";
    }

    private void left(SetReport report) {
        for (SetReport.Stay stay : report.stays()) {
            screen.line("  %s stays: %s.".formatted(stay.partition(), stay.reason()));
        }
        report.notes().forEach(note -> screen.line("  " + note));
        if (!report.waiting().isEmpty()) {
            screen.line(
                    "  The first time that this policy removes anything, somebody has to say yes. It waits for that:");
            for (MaintenanceStep step : report.waiting()) {
                screen.line("    " + step.title());
            }
        }
        for (SetReport.Failure failure : report.failures()) {
            screen.line("  " + screen.red(failure.code().name()) + ": " + failure.what());
        }
    }
}
