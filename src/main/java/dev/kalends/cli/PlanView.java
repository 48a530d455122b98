package dev.kalends.cli;

import dev.kalends.migrate.MigrationPlanner;
import dev.kalends.plan.MigrationSpec;
import dev.kalends.plan.Plan;
import dev.kalends.plan.Step;
import dev.kalends.sql.Identifier;
import dev.kalends.sql.Sql;
import java.util.ArrayList;
import java.util.List;

/// A plan as programs read it.
///
/// @param estimate as the server's statistics have it
/// @param next command that does it
record PlanView(
        String table,
        String key,
        String every,
        String timeZone,
        List<String> clusterBy,
        Partitions partitions,
        Plan.Estimate estimate,
        List<StepView> steps,
        List<String> consequences,
        String pointOfNoReturn,
        String next) {

    /// @param first the earliest one
    record Partitions(int count, PartitionView first, PartitionView last) {}

    /// @param from inclusive, local time
    /// @param to exclusive
    record PartitionView(String name, String from, String to) {}

    record StepView(int number, String title, List<LockView> locks, List<String> statements) {}

    record LockView(String table, String mode, String meaning) {}

    static PlanView of(Plan plan, String next) {
        MigrationSpec spec = plan.spec();
        return new PlanView(
                spec.table().display(),
                spec.key().value(),
                spec.every().word(),
                spec.timeZone().getId(),
                spec.clusterBy().stream().map(Identifier::value).toList(),
                new Partitions(
                        spec.partitions().size(),
                        partition(spec.partitions().getFirst()),
                        partition(spec.partitions().getLast())),
                plan.estimate(),
                steps(plan.steps()),
                plan.consequences(),
                plan.steps().getLast().title(),
                next);
    }

    private static PartitionView partition(dev.kalends.plan.Partition partition) {
        return new PartitionView(
                partition.name().value(), partition.from().toString(), partition.to().toString());
    }

    static List<StepView> steps(List<Step> steps) {
        List<StepView> views = new ArrayList<>();
        for (Step step : steps) {
            views.add(
                    new StepView(
                            views.size() + 1,
                            step.title(),
                            step.locks().stream()
                                    .map(lock ->
                                            new LockView(
                                                    lock.table().display(),
                                                    lock.mode(),
                                                    lock.meaning()))
                                    .toList(),
                            step.statements().stream().map(Sql::render).toList()));
        }
        return views;
    }

    /// The steps of a migration under way that the type tells.
    static List<Step> stepsOf(MigrationSpec spec, List<Class<? extends Step>> kinds) {
        return MigrationPlanner.steps(spec).stream()
                .filter(step -> kinds.contains(step.getClass()))
                .toList();
    }
}
