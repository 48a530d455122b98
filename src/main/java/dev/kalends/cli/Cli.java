package dev.kalends.cli;

import dev.kalends.failure.FailureCode;
import dev.kalends.failure.KalendsException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;
import tools.jackson.databind.json.JsonMapper;

/// The command line.
public final class Cli {
    private static final int USAGE = 2;
    private static final JsonMapper JSON = new JsonMapper();

    private static final SequencedMap<String, Command> COMMANDS = new LinkedHashMap<>();

    static {
        COMMANDS.put("init", new InitCommand());
        COMMANDS.put("check", new CheckCommand());
        COMMANDS.put("plan", new PlanCommand());
        COMMANDS.put("migrate", new MigrateCommand());
        COMMANDS.put("status", new StatusCommand());
        COMMANDS.put("validate", new ValidateCommand());
        COMMANDS.put("switch", new SwitchCommand());
        COMMANDS.put("rollback", new RollbackCommand());
        COMMANDS.put("cleanup", new CleanupCommand());
        COMMANDS.put("adopt", new AdoptCommand());
        COMMANDS.put("maintain", new MaintainCommand());
        COMMANDS.put("archive", new ArchiveCommand());
        COMMANDS.put("restore", new RestoreCommand());
        COMMANDS.put("cold", new ColdCommand());
        COMMANDS.put("stop", new StopCommand());
        COMMANDS.put("serve", new ServeCommand());
        COMMANDS.put("schema", new SchemaCommand());
        COMMANDS.put("demo", new DemoCommand());
        COMMANDS.put("version", new VersionCommand());
        COMMANDS.put("completion", new CompletionCommand());
    }

    private final Console console;

    private Cli(Console console) {
        this.console = console;
    }

    /// Runs one command to its end.
    ///
    /// @return exit code
    public static int run(Console console, String... arguments) {
        return new Cli(console).run(arguments);
    }

    private int run(String... arguments) {
        CommandLine line = commandLine();
        boolean colours =
                console.kind() == Console.Kind.TERMINAL
                        && console.variable("NO_COLOR").isEmpty()
                        && !List.of(arguments).contains(Options.NO_COLOR);
        line.setColorScheme(CommandLine.Help.defaultColorScheme(colours ? Ansi.ON : Ansi.OFF));
        line.setOut(new PrintWriter(console.out(), true, StandardCharsets.UTF_8));
        line.setErr(new PrintWriter(console.err(), true, StandardCharsets.UTF_8));
        // A table may be named @something.
        line.setExpandAtFiles(false);
        line.setExecutionStrategy(parsed -> execute(line, parsed));
        line.setParameterExceptionHandler((failure, _) -> tell(failure, wantsJson(arguments)));
        line.setExecutionExceptionHandler((failure, _, _) -> tell(failure, wantsJson(arguments)));
        return line.execute(arguments);
    }

    static CommandLine commandLine() {
        CommandSpec root =
                Options.command(
                        "kalends",
                        "Converts a big live PostgreSQL table into a partitioned one, without losing a row.",
                        "  kalends demo",
                        "  kalends plan ConversationMessage --key createdAt --every month",
                        "  kalends migrate ConversationMessage --key createdAt --every month",
                        "  kalends switch ConversationMessage",
                        "  kalends status --output json");
        root.usageMessage()
                .synopsisSubcommandLabel("COMMAND")
                .commandListHeading("%nCommands, in the order of use:%n");
        COMMANDS.forEach((name, command) -> root.addSubcommand(name, command.spec()));
        Options.addGlobal(root);
        return new CommandLine(root);
    }

    private int execute(CommandLine line, ParseResult parsed) {
        Integer help = CommandLine.executeHelpRequest(parsed);
        if (help != null) {
            return help;
        }
        if (!parsed.hasSubcommand()) {
            line.usage(line.getErr());
            return USAGE;
        }
        Call call = new Call(console, line, parsed);
        String name = parsed.subcommand().commandSpec().name();
        Command command = Objects.requireNonNull(COMMANDS.get(name), name);
        try {
            if (!command.outputs().contains(call.output())) {
                throw new KalendsException(
                        FailureCode.USAGE,
                        Output.unfit(call.output().name().toLowerCase(Locale.ROOT)) + ".",
                        Call.UNCHANGED,
                        "kalends %s --help".formatted(name));
            }
            return command.run(call);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return tell(e, call.json());
        } catch (Exception e) {
            return tell(e, call.json());
        }
    }

    // Both callers have the answer as a comparison.
    @SuppressWarnings("BooleanParameter")
    private int tell(Throwable failure, boolean json) {
        if (console.variable("KALENDS_DEBUG").equals("1")) {
            failure.printStackTrace(console.err());
        }
        ErrorReport report = ErrorReport.of(failure);
        if (json) {
            console.out().println(JSON.writeValueAsString(Map.of("error", report.error())));
        } else {
            console.err().println(report.text());
        }
        return report.exitCode();
    }

    /// What the words say before they are understood.
    private static boolean wantsJson(String... arguments) {
        String words = String.join(" ", Arrays.asList(arguments)) + " ";
        return words.contains("--output json ") || words.contains("--output=json ");
    }
}
