package dev.kalends.cli;

import dev.kalends.config.ConfigException;
import dev.kalends.config.TableConfig;
import dev.kalends.failure.ShellCommand;
import dev.kalends.plan.Plan;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;

/// Shows what a conversion would do.
final class PlanCommand implements Command {
    static final String SQL = "--sql";

    @Override
    public CommandSpec spec() {
        CommandSpec spec =
                Options.command(
                        "plan",
                        "Shows every step of a conversion with its SQL and its locks, what it needs, and what changes"
                                + " for the application. Changes nothing.",
                        "  kalends plan ConversationMessage --key createdAt --every month",
                        "  kalends plan Conversation --by hash --key id --partitions 16",
                        "  kalends plan audit.Entry --key id --every 10000000",
                        "  kalends plan audit.Event --sql > event.sql.txt",
                        "  kalends plan ConversationMessage --output json");
        Options.addTable(spec, "1");
        Options.addConversion(spec);
        Options.addFlag(spec, SQL, "Shows all statements, not only the first of each kind.");
        return spec;
    }

    @Override
    public int run(Call call) throws ConfigException {
        return show(call, Wish.of(call));
    }

    /// Plans and prints; `migrate --dry-run` is the same.
    static int show(Call call, Wish wish) {
        TableConfig table = wish.required(call);
        Plan plan = call.kalends(wish.config()).plan(table);
        List<String> idle = wish.config().notActedOn(table);
        String next = next(call);
        if (call.json()) {
            call.print(PlanView.of(plan, idle, next));
        } else {
            PlanText.Statements statements =
                    call.has(SQL) ? PlanText.Statements.ALL : PlanText.Statements.FIRST;
            new PlanText(call.screen(), statements).print(plan, idle, next);
        }
        return 0;
    }

    /// The command that does what was planned, with the same options.
    private static String next(Call call) {
        StringBuilder command = new StringBuilder(ShellCommand.of("migrate", call.table()));
        for (String name : Options.CONVERSION) {
            String value = call.typed(name);
            if (value != null) {
                command.append(' ').append(name).append(' ').append(ShellCommand.word(value));
            }
        }
        return command.toString();
    }
}
