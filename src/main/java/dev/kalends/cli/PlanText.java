package dev.kalends.cli;

import dev.kalends.plan.Bounds;
import dev.kalends.plan.MigrationSpec;
import dev.kalends.plan.Partition;
import dev.kalends.plan.Plan;
import dev.kalends.plan.Step;
import dev.kalends.plan.TableLock;
import dev.kalends.sql.Sql;
import dev.kalends.unit.ByteSize;
import java.time.LocalDateTime;
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

    /// @param idle sections of the configuration that nothing acts on yet
    void print(Plan plan, List<String> idle, String next) {
        MigrationSpec spec = plan.spec();
        Partition first = spec.partitions().getFirst();
        Partition last = spec.partitions().getLast();
        screen.heading(
                "Plan: %s becomes %d partitions %s"
                        .formatted(spec.table(), spec.partitions().size(), spec.scheme().words()));
        screen.blank();
        fact("rows", "about " + Screen.count(plan.estimate().rows()));
        fact("to copy", new ByteSize(plan.estimate().copyBytes()).display());
        fact(
                "disk",
                new ByteSize(plan.estimate().diskBytes()).display()
                        + " beside the table, until cleanup");
        fact("partitions", holds(spec, first));
        fact("", "… " + holds(spec, last));
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
        if (!idle.isEmpty()) {
            screen.line(
                    "Configured, and not acted on by this version: "
                            + String.join(", ", idle)
                            + ".");
            screen.blank();
        }
        screen.line("Next: " + next);
    }

    private static String holds(MigrationSpec spec, Partition partition) {
        return switch (partition.bounds()) {
            case Bounds.Times(LocalDateTime from, LocalDateTime to) ->
                    "%s from %s to %s"
                            .formatted(partition.name(), from.toLocalDate(), to.toLocalDate());
            case Bounds.Numbers(long from, long to) ->
                    "%s from %d to %d".formatted(partition.name(), from, to);
            case Bounds.Remainder _, Bounds.Values _, Bounds.Rest _ ->
                    "%s %s"
                            .formatted(
                                    partition.name(),
                                    spec.scheme().forValues(partition.bounds()).render());
        };
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
