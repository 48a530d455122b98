package dev.kalends.cli;

import dev.kalends.app.Kalends;
import dev.kalends.app.MigrationStatus;
import dev.kalends.config.Config;
import dev.kalends.config.ConfigException;
import dev.kalends.plan.MigrationSpec;
import dev.kalends.plan.Phase;
import dev.kalends.plan.Step;
import dev.kalends.sql.QualifiedName;
import dev.kalends.unit.Durations;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;

/// Drops what a migration left.
final class CleanupCommand implements Command {
    static final String GRACE = "--grace";
    private static final String WITHOUT_BACKUP = "--without-backup";

    /// @param dropped the table that is gone
    record Result(String table, String dropped) {}

    @Override
    public CommandSpec spec() {
        CommandSpec spec =
                Options.command(
                        "cleanup",
                        "Drops the old table after the grace time that follows the switch: the point of no return. After"
                                + " a rollback, drops the partitioned twin instead. Asks first.",
                        "  kalends cleanup ConversationMessage --without-backup",
                        "  kalends cleanup ConversationMessage --without-backup --grace 0s --yes");
        Options.addTable(spec, "1");
        Options.addFlag(
                spec,
                WITHOUT_BACKUP,
                "Drops the old table although Kalends knows of no verified backup.");
        Options.add(
                spec,
                GRACE,
                "DURATION",
                Duration.class,
                Durations::parse,
                "How long the old table stays after the switch (default: 24 h).");
        Options.addFlag(spec, Options.DRY_RUN, "Shows what would be dropped; changes nothing.");
        return spec;
    }

    @Override
    public int run(Call call) throws ConfigException, IOException {
        Config config = Wish.of(call).config();
        QualifiedName table = call.table();
        MigrationStatus status = call.kalends(config).underWay(table);
        DryRuns.require(status, "cleaned up", Phase.SWITCHED, Phase.ROLLED_BACK);
        MigrationSpec spec = status.migration().spec();
        boolean switched = status.migration().phase() == Phase.SWITCHED;
        QualifiedName doomed =
                switched ? spec.migrationNames().old() : spec.migrationNames().twin();
        if (call.has(Options.DRY_RUN)) {
            if (switched) {
                DryRuns.show(call, status, List.of(Step.DropOld.class));
            } else if (call.json()) {
                call.print(new Result(table.display(), ""));
            } else {
                call.screen().line("Would drop %s. Nothing was changed.".formatted(doomed));
            }
            return 0;
        }
        call.confirm(
                switched
                        ? "Drop the old table %s? No rollback is possible after that."
                                .formatted(doomed)
                        : "Drop the partitioned twin %s?".formatted(doomed));
        Kalends.Backup backup =
                call.has(WITHOUT_BACKUP) ? Kalends.Backup.WAIVED : Kalends.Backup.REQUIRED;
        QualifiedName dropped =
                LongWork.run(call, config, (kalends, _) -> kalends.cleanup(table, backup));
        if (call.json()) {
            call.print(new Result(table.display(), dropped.display()));
        } else {
            call.screen()
                    .line(
                            "Dropped %s, with the triggers and logs of the migration."
                                    .formatted(dropped));
            call.screen().line("The migration of %s is over.".formatted(table));
        }
        return 0;
    }
}
