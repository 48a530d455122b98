package dev.kalends.cli;

import dev.kalends.app.MigrationStatus;
import dev.kalends.config.Config;
import dev.kalends.config.ConfigException;
import dev.kalends.execute.LockRetry;
import dev.kalends.plan.MigrationSpec;
import dev.kalends.plan.Phase;
import dev.kalends.plan.Step;
import dev.kalends.sql.QualifiedName;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;

/// Puts the partitioned table in the place of the old one.
final class SwitchCommand implements Command {
    /// @param attempts tries it took; 0 if the tables were switched before
    record Result(String table, String phase, int attempts, long lockHeldMillis, String next) {
        static Result of(QualifiedName table, LockRetry.Outcome outcome, MigrationStatus status) {
            return new Result(
                    table.display(),
                    status.migration().phase().name(),
                    outcome.attempts(),
                    outcome.held().toMillis(),
                    NextStep.after(status));
        }
    }

    /// @param phase where the migration stands
    record DryRun(String table, String phase, long waitingWrites, List<PlanView.StepView> steps) {}

    @Override
    public CommandSpec spec() {
        CommandSpec spec =
                Options.command(
                        "switch",
                        "Puts the partitioned table in the place of the old one, in one short transaction that never"
                                + " keeps clients waiting longer than the lock timeout. Then validates the foreign keys."
                                + " The old table stays, in step, for a rollback.",
                        "  kalends switch ConversationMessage",
                        "  kalends switch ConversationMessage --dry-run",
                        "  kalends switch ConversationMessage --lock-timeout 100ms");
        Options.addTable(spec, "1");
        Options.addLockTimeout(spec);
        Options.addFlag(spec, Options.DRY_RUN, "Shows what would be run; changes nothing.");
        return spec;
    }

    @Override
    public int run(Call call) throws ConfigException {
        Config config = Wish.of(call).config();
        QualifiedName table = call.table();
        if (call.has(Options.DRY_RUN)) {
            MigrationStatus status = call.kalends(config).underWay(table);
            DryRuns.require(status, "switched", Phase.READY_TO_SWITCH, Phase.SWITCHED);
            DryRuns.show(
                    call, status, List.of(Step.SwitchTables.class, Step.SettleForeignKeys.class));
            return 0;
        }
        LongWork.run(
                call,
                config,
                (kalends, _) -> {
                    LockRetry.Outcome outcome = kalends.switchTables(table);
                    MigrationStatus status = kalends.underWay(table);
                    if (call.json()) {
                        call.print(Result.of(table, outcome, status));
                    } else {
                        show(call.screen(), status.migration().spec(), outcome);
                        call.screen().blank();
                        call.screen().line("Next: " + NextStep.after(status));
                    }
                    return true;
                });
        return 0;
    }

    static void show(Screen screen, MigrationSpec spec, LockRetry.Outcome outcome) {
        screen.line(
                outcome.attempts() == 0
                        ? "%s was switched before; its foreign keys are settled."
                                .formatted(spec.table())
                        : "%s is partitioned now: switched at try %d, locks held %d ms."
                                .formatted(
                                        spec.table(),
                                        outcome.attempts(),
                                        outcome.held().toMillis()));
        screen.line(
                "The old table waits as %s and gets every write, so that a rollback keeps them."
                        .formatted(spec.migrationNames().old()));
    }
}
