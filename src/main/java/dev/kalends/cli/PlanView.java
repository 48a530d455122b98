package dev.kalends.cli;

import dev.kalends.migrate.MigrationPlanner;
import dev.kalends.plan.Bounds;
import dev.kalends.plan.MigrationSpec;
import dev.kalends.plan.Partition;
import dev.kalends.plan.Plan;
import dev.kalends.plan.Scheme;
import dev.kalends.plan.Step;
import dev.kalends.sql.Identifier;
import dev.kalends.sql.Sql;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A plan as programs read it.
///
/// @param estimate as the server's statistics have it
/// @param notActedOn sections of the configuration that no command acts on yet
/// @param next command that does it
record PlanView(
        String table,
        String key,
        String method,
        @Nullable String every,
        @Nullable String timeZone,
        List<String> clusterBy,
        Partitions partitions,
        Plan.Estimate estimate,
        List<StepView> steps,
        List<String> consequences,
        String pointOfNoReturn,
        List<String> notActedOn,
        String next) {

    /// @param first the earliest one
    record Partitions(int count, PartitionView first, PartitionView last) {}

    /// @param holds which rows, as its definition has it
    /// @param from inclusive, local time or number; null if it is no range
    /// @param to exclusive; null if it is no range
    record PartitionView(String name, String holds, @Nullable String from, @Nullable String to) {}

    record StepView(int number, String title, List<LockView> locks, List<String> statements) {}

    record LockView(String table, String mode, String meaning) {}

    static PlanView of(Plan plan, List<String> notActedOn, String next) {
        MigrationSpec spec = plan.spec();
        return new PlanView(
                spec.table().display(),
                spec.key().value(),
                spec.scheme().method(),
                every(spec.scheme()),
                spec.scheme() instanceof Scheme.TimeRange times ? times.timeZone().getId() : null,
                spec.clusterBy().stream().map(Identifier::value).toList(),
                new Partitions(
                        spec.partitions().size(),
                        partition(spec, spec.partitions().getFirst()),
                        partition(spec, spec.partitions().getLast())),
                plan.estimate(),
                steps(plan.steps()),
                plan.consequences(),
                plan.steps().getLast().title(),
                notActedOn,
                next);
    }

    private static @Nullable String every(Scheme scheme) {
        return switch (scheme) {
            case Scheme.TimeRange times -> times.every().word();
            case Scheme.NumberRange numbers -> Long.toString(numbers.every());
            case Scheme.Hash _, Scheme.Listed _ -> null;
        };
    }

    private static PartitionView partition(MigrationSpec spec, Partition partition) {
        String name = partition.name().value();
        String holds = spec.scheme().forValues(partition.bounds()).render();
        return switch (partition.bounds()) {
            case Bounds.Times(LocalDateTime from, LocalDateTime to) ->
                    new PartitionView(name, holds, from.toString(), to.toString());
            case Bounds.Numbers(long from, long to) ->
                    new PartitionView(name, holds, Long.toString(from), Long.toString(to));
            case Bounds.Remainder _, Bounds.Values _, Bounds.Rest _ ->
                    new PartitionView(name, holds, null, null);
        };
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
