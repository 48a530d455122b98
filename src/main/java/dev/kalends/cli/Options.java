package dev.kalends.cli;

import dev.kalends.config.TableNames;
import dev.kalends.config.TimeWindow;
import dev.kalends.config.TimeZones;
import dev.kalends.key.KeyCodec;
import dev.kalends.sql.Identifier;
import dev.kalends.sql.QualifiedName;
import dev.kalends.unit.ByteSize;
import dev.kalends.unit.Durations;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.TypeConversionException;

/// The options and parameters that several commands share.
final class Options {
    static final String CONFIG = "--config";
    static final String DATABASE = "--database";
    static final String OUTPUT = "--output";
    static final String YES = "--yes";
    static final String NO_COLOR = "--no-color";
    static final String BY = "--by";
    static final String KEY = "--key";
    static final String EVERY = "--every";
    static final String FORMAT = "--format";
    static final String PARTITIONS = "--partitions";
    static final String AHEAD = "--ahead";
    static final String TIME_ZONE = "--time-zone";
    static final String CLUSTER_BY = "--cluster-by";
    static final String SESSIONS = "--sessions";
    static final String CHUNK_BYTES = "--chunk-bytes";
    static final String WINDOW = "--window";
    static final String LOCK_TIMEOUT = "--lock-timeout";
    static final String DRY_RUN = "--dry-run";

    /// What says how a table is converted; repeated in the command that `plan` recommends.
    static final List<String> CONVERSION =
            List.of(
                    BY,
                    KEY,
                    EVERY,
                    FORMAT,
                    PARTITIONS,
                    AHEAD,
                    TIME_ZONE,
                    CLUSTER_BY,
                    SESSIONS,
                    CHUNK_BYTES,
                    WINDOW,
                    LOCK_TIMEOUT);

    private static final int WIDTH = 100;

    private Options() {}

    /// A command with its help, not yet with options of its own.
    ///
    /// @param examples command lines, each followed by what it does
    static CommandSpec command(String name, String description, String... examples) {
        CommandSpec spec = CommandSpec.create().name(name);
        Map<String, String> exitCodes = new LinkedHashMap<>();
        exitCodes.put("0", "done");
        exitCodes.put("1", "failed; the message says what state is left");
        exitCodes.put("2", "wrong usage or configuration; nothing was changed");
        exitCodes.put("5", "refused by a safety rule; nothing was changed");
        spec.usageMessage()
                .width(WIDTH)
                .description(description)
                .optionListHeading("%nOptions:%n")
                .parameterListHeading("%nParameters:%n")
                .exitCodeListHeading("%nExit codes:%n")
                .exitCodeList(exitCodes)
                .footerHeading("%nExamples:%n")
                .footer(examples);
        spec.addOption(
                OptionSpec.builder("-h", "--help")
                        .usageHelp(true)
                        .description("Shows this help.")
                        .build());
        return spec;
    }

    static void addGlobal(CommandSpec root) {
        root.addOption(
                inherited(CONFIG, "FILE")
                        .type(Path.class)
                        .description("Configuration; kalends.yaml in this folder if there is one.")
                        .build());
        root.addOption(
                inherited(DATABASE, "URL")
                        .type(String.class)
                        .description(
                                "Address as in postgresql://user@host:5432/database, before the configuration's and"
                                        + " $KALENDS_DATABASE. Password: PGPASSWORD or ~/.pgpass.")
                        .build());
        root.addOption(
                inherited(OUTPUT, "FORMAT")
                        .type(Output.class)
                        .converters(reading(Output::parse))
                        .description("text (default) or json: one object on stdout.")
                        .build());
        root.addOption(
                inherited(YES, "")
                        .arity("0")
                        .description("Answers yes to what would be asked.")
                        .build());
        root.addOption(
                inherited(NO_COLOR, "")
                        .arity("0")
                        .description("No colours; the same as setting NO_COLOR.")
                        .build());
    }

    private static OptionSpec.Builder inherited(String name, String label) {
        OptionSpec.Builder builder = OptionSpec.builder(name).scopeType(ScopeType.INHERIT);
        return label.isEmpty() ? builder : builder.paramLabel(label).arity("1");
    }

    /// Tables that are switched together.
    static void addTables(CommandSpec spec) {
        spec.addPositional(
                PositionalParamSpec.builder()
                        .paramLabel("TABLE")
                        .index("0..*")
                        .arity("1..16")
                        .required(true)
                        .type(List.class)
                        .auxiliaryTypes(QualifiedName.class)
                        .converters(reading(TableNames::parse))
                        .description(
                                "Name in the case it has in the database, with its schema when that is not public:"
                                        + " ConversationMessage, audit.Event, 'audit.\"od.d\"'. Several are"
                                        + " converted as one and switched together.")
                        .build());
    }

    /// @param arity "1", or "0..1" where all tables are possible
    static void addTable(CommandSpec spec, String arity) {
        spec.addPositional(
                PositionalParamSpec.builder()
                        .paramLabel("TABLE")
                        .index("0")
                        .arity(arity)
                        .required(arity.equals("1"))
                        .type(QualifiedName.class)
                        .converters(reading(TableNames::parse))
                        .description(
                                "Name in the case it has in the database, with its schema when that is not public:"
                                        + " ConversationMessage, audit.Event, 'audit.\"od.d\"'.")
                        .build());
    }

    static void addTablesOrNone(CommandSpec spec) {
        spec.addPositional(
                PositionalParamSpec.builder()
                        .paramLabel("TABLE")
                        .index("0..*")
                        .arity("0..*")
                        .type(List.class)
                        .auxiliaryTypes(QualifiedName.class)
                        .converters(reading(TableNames::parse))
                        .description("Names in the case they have in the database.")
                        .build());
    }

    static void addConversion(CommandSpec spec) {
        add(
                spec,
                BY,
                "METHOD",
                String.class,
                Options::method,
                "range (default) or hash. Lists stand in the configuration.");
        add(spec, KEY, "COLUMN", Identifier.class, Identifier::of, "Column to partition by.");
        add(
                spec,
                EVERY,
                "INTERVAL",
                Every.class,
                Every::parse,
                "Time in a partition: hour, day, week, month, quarter or year; or how many numbers: 1000000.");
        add(
                spec,
                FORMAT,
                "FORMAT",
                String.class,
                text -> KeyCodec.of(text).code(),
                "How the key holds the time, where its type and values do not show it: cuid, ulid, uuidv7, epoch-ms, …");
        add(spec, PARTITIONS, "COUNT", Integer.class, Options::count, "Partitions of --by hash.");
        add(
                spec,
                AHEAD,
                "COUNT",
                Integer.class,
                Options::count,
                "Partitions made after the current one (default: 3).");
        add(
                spec,
                TIME_ZONE,
                "ZONE",
                ZoneId.class,
                TimeZones::parse,
                "Where days begin: UTC (default) or a name such as Europe/Berlin.");
        add(
                spec,
                CLUSTER_BY,
                "COLUMNS",
                String.class,
                Function.identity(),
                "Order of the copied rows: column,column.");
        add(
                spec,
                SESSIONS,
                "COUNT",
                Integer.class,
                Options::count,
                "Connections that copy at the same time (default: 2).");
        add(
                spec,
                CHUNK_BYTES,
                "SIZE",
                ByteSize.class,
                ByteSize::parse,
                "Table data copied in one transaction (default: 64MB).");
        add(
                spec,
                WINDOW,
                "WINDOW",
                TimeWindow.class,
                TimeWindow::parse,
                "Copies only in this time: 01:00-05:00 or \"01:00-05:00 Europe/Berlin\".");
        addLockTimeout(spec);
    }

    static void addLockTimeout(CommandSpec spec) {
        add(
                spec,
                LOCK_TIMEOUT,
                "DURATION",
                Duration.class,
                Durations::parse,
                "Longest wait of one try for its locks (default: 200ms).");
    }

    static void addFlag(CommandSpec spec, String name, String description) {
        spec.addOption(OptionSpec.builder(name).arity("0").description(description).build());
    }

    static <T> void add(
            CommandSpec spec,
            String name,
            String label,
            Class<T> type,
            Function<String, T> reader,
            String description) {
        spec.addOption(
                OptionSpec.builder(name)
                        .paramLabel(label)
                        .arity("1")
                        .type(type)
                        .converters(reading(reader))
                        .description(description)
                        .build());
    }

    private static String method(String text) {
        String method = text.strip().toLowerCase(Locale.ROOT);
        if (!method.equals("range") && !method.equals("hash")) {
            throw new IllegalArgumentException(
                    "Cannot read \"%s\" as a method: use range or hash; lists stand in the configuration"
                            .formatted(text));
        }
        return method;
    }

    static int count(String text) {
        try {
            return Integer.parseInt(text.strip());
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "Cannot read \"%s\" as a whole number: write decimal digits".formatted(text),
                    e);
        }
    }

    /// Passes on what a reader says about text it cannot read.
    static <T> ITypeConverter<T> reading(Function<String, T> reader) {
        return text -> {
            try {
                return reader.apply(text);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(String.valueOf(e.getMessage()));
            }
        };
    }
}
