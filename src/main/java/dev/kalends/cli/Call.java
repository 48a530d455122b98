package dev.kalends.cli;

import dev.kalends.app.ArchiveAccess;
import dev.kalends.app.Kalends;
import dev.kalends.config.Config;
import dev.kalends.config.ConfigException;
import dev.kalends.config.ConfigReader;
import dev.kalends.execute.ProgressEvent;
import dev.kalends.execute.StopSignal;
import dev.kalends.failure.FailureCode;
import dev.kalends.failure.KalendsException;
import dev.kalends.pg.Target;
import dev.kalends.sql.QualifiedName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParseResult;
import tools.jackson.databind.json.JsonMapper;

/// One call of one command: its words, and what the configuration and the console add to them.
final class Call {
    static final String UNCHANGED = "Nothing was changed.";

    private static final String DEFAULT_CONFIG = "kalends.yaml";
    private static final JsonMapper JSON = new JsonMapper();

    private final Console console;
    private final CommandLine root;
    private final ParseResult global;
    private final ParseResult own;

    /// @param parsed of the root command
    Call(Console console, CommandLine root, ParseResult parsed) {
        this.console = console;
        this.root = root;
        this.global = parsed;
        this.own = parsed.hasSubcommand() ? parsed.subcommand() : parsed;
    }

    Console console() {
        return console;
    }

    CommandLine root() {
        return root;
    }

    /// Whether an option is there, before or after the command.
    boolean has(String option) {
        return own.hasMatchedOption(option) || global.hasMatchedOption(option);
    }

    /// The value of an option; null if it was not given.
    <T> @Nullable T option(String name, Class<T> type) {
        ParseResult where = own.hasMatchedOption(name) ? own : global;
        OptionSpec option = where.matchedOption(name);
        return option == null ? null : type.cast(option.getValue());
    }

    <T> T option(String name, Class<T> type, T otherwise) {
        T value = option(name, type);
        return value == null ? otherwise : value;
    }

    /// As it was typed; null if it was not given.
    @Nullable String typed(String name) {
        OptionSpec option = own.matchedOption(name);
        return option == null ? null : String.join(",", option.originalStringValues());
    }

    QualifiedName table() {
        return Objects.requireNonNull(tableOrNull(), "picocli requires the table");
    }

    @Nullable QualifiedName tableOrNull() {
        List<QualifiedName> all = tables();
        return all.isEmpty() ? null : all.getFirst();
    }

    /// All tables that were named.
    List<QualifiedName> tables() {
        List<QualifiedName> all = new ArrayList<>();
        for (PositionalParamSpec positional : own.matchedPositionals()) {
            Object value = positional.getValue();
            if (value instanceof QualifiedName one) {
                all.add(one);
            } else if (value instanceof List<?> several) {
                several.forEach(each -> all.add((QualifiedName) each));
            }
        }
        return all.stream().distinct().toList();
    }

    /// A word behind the command.
    String word(int position) {
        return own.matchedPositionalValue(position, "");
    }

    /// All words behind the command from a position on.
    List<String> words(int from) {
        List<String> words = new ArrayList<>();
        own.matchedPositionals()
                .forEach(position -> {
                    if (position.index().min() == from) {
                        words.addAll(position.<List<String>>getValue());
                    }
                });
        return words;
    }

    Output output() {
        return option(Options.OUTPUT, Output.class, Output.TEXT);
    }

    boolean json() {
        return output() == Output.JSON;
    }

    Screen screen() {
        return new Screen(console.out(), colours());
    }

    Screen.Colours colours() {
        boolean wanted =
                console.kind() == Console.Kind.TERMINAL
                        && console.variable("NO_COLOR").isEmpty()
                        && !has(Options.NO_COLOR);
        return wanted ? Screen.Colours.ON : Screen.Colours.OFF;
    }

    /// Writes the one object that a program reads.
    void print(Object object) {
        console.out().println(JSON.writeValueAsString(object));
    }

    private Path configFile() {
        Path given = option(Options.CONFIG, Path.class);
        return console.directory().resolve(given == null ? Path.of(DEFAULT_CONFIG) : given);
    }

    /// Where relative paths of the configuration begin.
    Path folder() {
        return configFile().resolveSibling("");
    }

    /// The archive, whose folder lies beside the configuration unless it says otherwise.
    ArchiveAccess archive(Config config) {
        return new ArchiveAccess(config, folder(), console.clock(), VersionCommand.kalends());
    }

    Config config() throws ConfigException {
        Path given = option(Options.CONFIG, Path.class);
        Path file = configFile();
        return given == null && !Files.exists(file)
                ? Config.defaults()
                : ConfigReader.read(file, console.environment());
    }

    Target target(Config config) {
        String database = option(Options.DATABASE, String.class);
        if (database == null) {
            database = config.database();
        }
        if (database == null) {
            database = console.variable("KALENDS_DATABASE");
        }
        if (database.isBlank()) {
            throw new KalendsException(
                    FailureCode.USAGE,
                    "Nothing says which database.",
                    UNCHANGED,
                    "Give --database postgresql://user@host:5432/database, set KALENDS_DATABASE,"
                            + " or write database: into kalends.yaml.");
        }
        try {
            return Target.parse(database, console.variable("PGPASSWORD"));
        } catch (IllegalArgumentException e) {
            throw new KalendsException(
                    FailureCode.USAGE,
                    String.valueOf(e.getMessage()),
                    UNCHANGED,
                    "Correct the address.",
                    e);
        }
    }

    /// The use cases, for commands that end at once.
    Kalends kalends(Config config) {
        return kalends(config, new StopSignal(), event -> {});
    }

    Kalends kalends(Config config, StopSignal stop, ProgressEvent.Listener listener) {
        return new Kalends(target(config), config, console.clock(), stop, listener);
    }

    /// Makes sure that a person wants what cannot be undone.
    ///
    /// @param doing what would be done, as a question
    void confirm(String doing) throws IOException {
        if (has(Options.YES)) {
            return;
        }
        if (console.kind() == Console.Kind.PIPE) {
            throw new KalendsException(
                    FailureCode.CONFIRMATION_NEEDED,
                    "This needs a yes: " + doing,
                    UNCHANGED,
                    "Run the same command with --yes.");
        }
        console.err().print(doing + " Type yes: ");
        console.err().flush();
        String answer = console.in().readLine();
        if (answer == null || !answer.strip().equalsIgnoreCase("yes")) {
            throw new KalendsException(
                    FailureCode.CONFIRMATION_NEEDED,
                    "You did not say yes.",
                    UNCHANGED,
                    "Run the same command again when you are sure.");
        }
    }
}
