package dev.kalends.cli;

import dev.kalends.plan.MigrationSpec;
import dev.kalends.plan.Partition;
import dev.kalends.plan.Plan;
import dev.kalends.plan.Step;
import dev.kalends.plan.TableLock;
import dev.kalends.sql.Sql;
import dev.kalends.unit.ByteSize;
import java.util.List;

/// A plan as people read it.
final class PlanText {
    private static final int FIRST_STATEMENTS = 3;

    private final Screen screen;
    private final Statements statements;

    /// How much of a step's SQL is shown.
    enum Statements {
        FIRST,
        ALL
    }

    PlanText(Screen screen, Statements statements) {
        this.screen = screen;
        this.statements = statements;
    }

    void print(Plan plan, String next) {
        MigrationSpec spec = plan.spec();
        Partition first = spec.partitions().getFirst();
        Partition last = spec.partitions().getLast();
        screen.heading(
                "Plan: %s becomes %d partitions by %s, one per %s (%s)"
                        .formatted(
                                spec.table(),
                                spec.partitions().size(),
                                spec.key(),
                                spec.every().word(),
                                spec.timeZone()));
        screen.blank();
        fact("rows", "about " + Screen.count(plan.estimate().rows()));
        fact("to copy", new ByteSize(plan.estimate().copyBytes()).display());
        fact(
                "disk",
                new ByteSize(plan.estimate().diskBytes()).display()
                        + " beside the table, until cleanup");
        fact("partitions", "%s from %s".formatted(first.name(), first.from().toLocalDate()));
        fact("", "… %s to %s".formatted(last.name(), last.to().toLocalDate()));
        screen.blank();
        screen.heading("Steps");
        steps(plan.steps());
        screen.heading("What changes for the application");
        plan.consequences().forEach(each -> screen.line("  - " + each));
        screen.blank();
        screen.heading("Point of no return");
        screen.line(
                "  Step %d. Until then kalends migrate --abort (before the switch) or kalends rollback"
                        .formatted(plan.steps().size()));
        screen.line("  (after it) brings the table back with everything written meanwhile.");
        screen.blank();
        screen.line("Next: " + next);
    }

    private void fact(String name, String value) {
        screen.line("  %-11s %s".formatted(name, value));
    }

    void steps(List<Step> steps) {
        int number = 0;
        for (Step step : steps) {
            number++;
            screen.line(screen.bold("%3d. %s".formatted(number, step.title())));
            if (step.locks().isEmpty()) {
                screen.line("     locks: nothing the application uses");
            }
            for (TableLock lock : step.locks()) {
                screen.line(
                        "     locks: %s %s (%s)"
                                .formatted(lock.table(), lock.mode(), lock.meaning()));
            }
            statements(step.statements());
            screen.blank();
        }
    }

    private void statements(List<Sql> all) {
        boolean whole = all.size() <= FIRST_STATEMENTS + 1 || statements == Statements.ALL;
        for (Sql sql : whole ? all : all.subList(0, FIRST_STATEMENTS)) {
            (sql.render() + ";").lines().forEach(each -> screen.line(screen.dim("       " + each)));
        }
        if (!whole) {
            screen.line(
                    "       … and %d more of the same kind (--sql shows them)"
                            .formatted(all.size() - FIRST_STATEMENTS));
        }
    }
}
