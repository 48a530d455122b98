package dev.kalends.cli;

import dev.kalends.app.MigrationStatus;
import dev.kalends.config.Config;
import dev.kalends.config.ConfigException;
import dev.kalends.execute.LockRetry;
import dev.kalends.plan.Phase;
import dev.kalends.sql.QualifiedName;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;

/// Gives the application its old table back.
final class RollbackCommand implements Command {
    /// @param obstacles why it would be refused
    record DryRun(
            String table,
            String phase,
            long waitingWrites,
            boolean possible,
            List<String> obstacles) {}

    @Override
    public CommandSpec spec() {
        CommandSpec spec =
                Options.command(
                        "rollback",
                        "Gives the application the table it had before the switch, with everything written since."
                                + " Possible until cleanup.",
                        "  kalends rollback ConversationMessage",
                        "  kalends rollback ConversationMessage --dry-run");
        Options.addTable(spec, "1");
        Options.addLockTimeout(spec);
        Options.addFlag(
                spec,
                Options.DRY_RUN,
                "Says whether it is possible and what waits; changes nothing.");
        return spec;
    }

    @Override
    public int run(Call call) throws ConfigException {
        Config config = Wish.of(call).config();
        QualifiedName table = call.table();
        if (call.has(Options.DRY_RUN)) {
            return dryRun(call, call.kalends(config).underWay(table));
        }
        LongWork.run(
                call,
                config,
                (kalends, _) -> {
                    LockRetry.Outcome outcome = kalends.rollback(table);
                    MigrationStatus status = kalends.underWay(table);
                    if (call.json()) {
                        call.print(SwitchCommand.Result.of(table, outcome, status));
                    } else {
                        show(call.screen(), table, outcome, status);
                    }
                    return true;
                });
        return 0;
    }

    private static void show(
            Screen screen, QualifiedName table, LockRetry.Outcome outcome, MigrationStatus status) {
        screen.line(
                outcome.attempts() == 0
                        ? table + " was switched back before; its foreign keys are settled."
                        : "%s is the old table again, with every later write: switched back at try %d, locks held %d ms."
                                .formatted(table, outcome.attempts(), outcome.held().toMillis()));
        screen.line(
                "The partitioned twin %s is still there."
                        .formatted(status.migration().spec().migrationNames().twin()));
        screen.blank();
        screen.line("Next: " + NextStep.after(status));
    }

    private static int dryRun(Call call, MigrationStatus status) {
        DryRuns.require(status, "rolled back", Phase.SWITCHED, Phase.ROLLED_BACK);
        List<String> obstacles = status.rollbackObstacles();
        if (call.json()) {
            call.print(
                    new DryRun(
                            call.table().display(),
                            status.migration().phase().name(),
                            status.waiting(),
                            obstacles.isEmpty(),
                            obstacles));
            return 0;
        }
        Screen screen = call.screen();
        screen.line(
                "Would replay %s captured writes into %s, then exchange the tables under a short lock."
                        .formatted(
                                Screen.count(status.waiting()),
                                status.migration().spec().migrationNames().old()));
        obstacles.forEach(each -> screen.line("Not possible now: " + each));
        screen.line("Nothing was changed.");
        return 0;
    }
}
