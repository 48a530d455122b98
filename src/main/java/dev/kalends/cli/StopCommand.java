package dev.kalends.cli;

import dev.kalends.config.ConfigException;
import dev.kalends.failure.ShellCommand;
import dev.kalends.sql.QualifiedName;
import picocli.CommandLine.Model.CommandSpec;

/// Asks the process that works on a migration to stop.
final class StopCommand implements Command {
    record Requested(String table, String next) {}

    @Override
    public CommandSpec spec() {
        CommandSpec spec =
                Options.command(
                        "stop",
                        "Asks the process that migrates the table, wherever it runs, to stop at its next safe point. "
                                + "What is done stays done and writes stay captured.",
                        "  kalends stop ConversationMessage");
        Options.addTable(spec, "1");
        return spec;
    }

    @Override
    public int run(Call call) throws ConfigException {
        QualifiedName table = call.table();
        call.kalends(call.config()).requestStop(table);
        String next = ShellCommand.of("migrate", table);
        if (call.json()) {
            call.print(new Requested(table.display(), next));
        } else {
            call.screen().line("Asked the migration of %s to stop.".formatted(table));
            call.screen().line("Next: %s continues it.".formatted(next));
        }
        return 0;
    }
}
