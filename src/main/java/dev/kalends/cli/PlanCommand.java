package dev.kalends.cli;

import dev.kalends.config.ConfigException;
import dev.kalends.config.TableConfig;
import dev.kalends.failure.ShellCommand;
import dev.kalends.plan.Plan;
import dev.kalends.sql.QualifiedName;
import java.util.ArrayList;
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
                        "  kalends plan Message MessageRecipient",
                        "  kalends plan ConversationMessage --output json");
        Options.addTables(spec);
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
        wish.required(call);
        List<TableConfig> tables = wish.tables(call);
        List<Plan> plans = call.kalends(wish.config()).plan(tables);
        String next = next(call, plans);
        List<PlanView> views = new ArrayList<>();
        for (int i = 0; i < plans.size(); i++) {
            TableConfig listed =
                    i < tables.size()
                            ? tables.get(i)
                            : wish.config().table(plans.get(i).spec().table());
            List<String> idle = listed == null ? List.of() : wish.config().notActedOn();
            if (call.json()) {
                views.add(PlanView.of(plans.get(i), idle, next));
            } else {
                PlanText.Statements statements =
                        call.has(SQL) ? PlanText.Statements.ALL : PlanText.Statements.FIRST;
                new PlanText(call.screen(), statements).print(plans.get(i), idle, next);
            }
        }
        if (call.json()) {
            call.print(views.size() == 1 ? views.getFirst() : views);
        }
        return 0;
    }

    /// The command that does what was planned, with the same options.
    private static String next(Call call, List<Plan> plans) {
        StringBuilder command = new StringBuilder(ShellCommand.of("migrate", call.table()));
        for (Plan plan : plans) {
            QualifiedName other = plan.spec().table();
            if (!other.equals(call.table())) {
                command.append(' ').append(ShellCommand.word(other.display()));
            }
        }
        for (String name : Options.CONVERSION) {
            String value = call.typed(name);
            if (value != null) {
                command.append(' ').append(name).append(' ').append(ShellCommand.word(value));
            }
        }
        return command.toString();
    }
}
