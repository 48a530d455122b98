package dev.kalends.cli;

import dev.kalends.app.Kalends;
import dev.kalends.app.MigrationStatus;
import dev.kalends.config.ConfigException;
import dev.kalends.execute.LockRetry;
import dev.kalends.plan.MigrationSpec;
import dev.kalends.plan.Phase;
import dev.kalends.sql.QualifiedName;
import dev.kalends.unit.Durations;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;

/// Converts a table, or continues or gives up a conversion.
final class MigrateCommand implements Command {
    private static final String SWITCH = "--switch";
    private static final String ABORT = "--abort";

    /// @param rows copied
    /// @param seconds by phase, of this run
    /// @param switched null if the tables were not switched
    record Result(
            String table,
            long migrationId,
            String phase,
            int partitions,
            long rows,
            Map<String, Double> seconds,
            SwitchCommand.@Nullable Result switched,
            String next) {}

    /// @param journalRemoved whether nothing of Kalends is left in the database
    record Aborted(String table, boolean journalRemoved) {}

    @Override
    public CommandSpec spec() {
        CommandSpec spec =
                Options.command(
                        "migrate",
                        "Builds the partitioned table beside the live one, up to the point where they can be switched:"
                                + " copies, indexes, catches up and validates. The application goes on all the time. The"
                                + " same command continues what was interrupted.",
                        "  kalends migrate ConversationMessage --key createdAt --every month",
                        "  kalends migrate ConversationMessage --switch --window 01:00-05:00",
                        "  kalends migrate Message MessageRecipient --switch",
                        "  kalends migrate ConversationMessage --abort --yes");
        Options.addTables(spec);
        Options.addConversion(spec);
        Options.addFlag(spec, SWITCH, "Goes on through the switch when everything is validated.");
        Options.addFlag(
                spec, ABORT, "Gives the migration up and leaves the table as it was; asks first.");
        Options.addFlag(spec, Options.DRY_RUN, "Shows the plan; the same as kalends plan.");
        return spec;
    }

    @Override
    public int run(Call call) throws ConfigException, IOException {
        Wish wish = Wish.of(call);
        if (call.has(ABORT)) {
            return abort(call, wish);
        }
        if (call.has(Options.DRY_RUN)) {
            return PlanCommand.show(call, wish);
        }
        Result result =
                LongWork.run(
                        call,
                        wish.config(),
                        (kalends, progress) -> migrate(call, wish, kalends, progress));
        if (call.json()) {
            call.print(result);
        }
        return 0;
    }

    private static Result migrate(Call call, Wish wish, Kalends kalends, Progress progress) {
        QualifiedName table = call.table();
        Kalends.Migrated migrated =
                kalends.migrate(call.tables(), wish.tables(call)).stream()
                        .filter(each -> each.spec().table().equals(table))
                        .findFirst()
                        .orElseThrow();
        LockRetry.Outcome outcome =
                call.has(SWITCH) && migrated.phase() != Phase.ROLLED_BACK
                        ? kalends.switchTables(table)
                        : null;
        MigrationStatus status = kalends.underWay(table);
        Map<String, Double> seconds = new LinkedHashMap<>();
        progress.took()
                .forEach((phase, took) ->
                        seconds.put(
                                Progress.name(phase).replace(' ', '_').toLowerCase(Locale.ROOT),
                                seconds(took)));
        Result result =
                new Result(
                        table.display(),
                        migrated.migrationId(),
                        status.migration().phase().name(),
                        migrated.spec().partitions().size(),
                        status.counts().rowsCopied(),
                        seconds,
                        outcome == null ? null : SwitchCommand.Result.of(table, outcome, status),
                        NextStep.after(status));
        if (!call.json()) {
            show(call.screen(), progress, migrated.spec(), result, outcome);
        }
        return result;
    }

    private static double seconds(Duration duration) {
        return duration.toMillis() / 1000.0;
    }

    private static void show(
            Screen screen,
            Progress progress,
            MigrationSpec spec,
            Result result,
            LockRetry.@Nullable Outcome outcome) {
        if (!progress.took().isEmpty()) {
            List<List<String>> rows = new ArrayList<>();
            Duration all = Duration.ZERO;
            for (Map.Entry<Phase, Duration> each : progress.took().entrySet()) {
                rows.add(List.of(Progress.name(each.getKey()), Durations.display(each.getValue())));
                all = all.plus(each.getValue());
            }
            rows.add(List.of("together", Durations.display(all)));
            screen.blank();
            screen.table(List.of("phase", "time"), rows);
        }
        screen.blank();
        screen.line(
                "Copied %s rows of %s into %d partitions; rows and content are equal."
                        .formatted(Screen.count(result.rows()), spec.table(), result.partitions()));
        if (outcome != null) {
            SwitchCommand.show(screen, spec, outcome);
        } else {
            screen.line(
                    "New are schema %s, %s, the partitions in schema %s, and triggers that capture writes."
                            .formatted(
                                    dev.kalends.plan.MigrationNames.KALENDS,
                                    spec.migrationNames().twinSchema(),
                                    spec.table().schema()));
            screen.line("The application still uses the table it had.");
        }
        screen.blank();
        screen.line("Next: " + result.next());
    }

    private static int abort(Call call, Wish wish) throws IOException {
        QualifiedName table = call.table();
        MigrationStatus status = call.kalends(wish.config()).underWay(table);
        MigrationSpec spec = status.migration().spec();
        if (call.has(Options.DRY_RUN)) {
            call.screen()
                    .line(
                            "Would drop the twin %s with its %d partitions, and the capture of writes; %s stays as it is."
                                    .formatted(
                                            spec.migrationNames().twin(),
                                            spec.partitions().size(),
                                            table));
            return 0;
        }
        call.confirm(
                "Drop the twin of %s with %s copied rows?"
                        .formatted(table, Screen.count(status.counts().rowsCopied())));
        boolean all = LongWork.run(call, wish.config(), (kalends, _) -> kalends.abort(table));
        if (call.json()) {
            call.print(new Aborted(table.display(), all));
        } else {
            call.screen()
                    .line(
                            "Gave the migration of %s up: its twin, triggers and logs are gone; the table is as it was."
                                    .formatted(table));
            if (all) {
                call.screen().line("Nothing of Kalends is left in the database.");
            }
        }
        return 0;
    }
}
