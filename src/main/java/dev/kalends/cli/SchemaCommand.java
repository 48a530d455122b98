package dev.kalends.cli;

import dev.kalends.app.PrismaSchemas;
import dev.kalends.config.Config;
import dev.kalends.config.ConfigException;
import dev.kalends.config.TableConfig;
import dev.kalends.config.TableNames;
import dev.kalends.failure.FailureCode;
import dev.kalends.failure.KalendsException;
import dev.kalends.prisma.PrismaChange;
import dev.kalends.sql.QualifiedName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/// Shows what a conversion changes in the application's schema file.
final class SchemaCommand implements Command {
    private static final String SCHEMA = "--schema";
    private static final String PLANNED = "--planned";
    private static final DateTimeFormatter STAMP =
            DateTimeFormatter.ofPattern("uuuuMMddHHmmss", Locale.ROOT);

    /// What a program reads.
    ///
    /// @param schema the whole new schema
    private record View(
            List<String> notes,
            String schema,
            List<String> external,
            @Nullable String migration,
            String migrationSql,
            List<String> commands,
            String notVerified) {}

    private static final String NOT_VERIFIED =
            "Not verified: Prisma's own engine was not run. prisma migrate diff and prisma migrate status say whether it"
                    + " agrees.";

    @Override
    public CommandSpec spec() {
        CommandSpec spec =
                Options.command(
                        "schema",
                        "Shows what converted tables change in a Prisma schema, and the baseline migration to record."
                                + " Writes no file and changes nothing.",
                        "  kalends schema prisma --schema prisma/schema.prisma",
                        "  kalends schema prisma --schema prisma/schema.prisma ConversationMessage --planned");
        spec.addPositional(
                PositionalParamSpec.builder()
                        .paramLabel("prisma")
                        .index("0")
                        .arity("1")
                        .required(true)
                        .type(String.class)
                        .description("The kind of schema: prisma.")
                        .build());
        spec.addPositional(
                PositionalParamSpec.builder()
                        .paramLabel("TABLE")
                        .index("1..*")
                        .arity("0..*")
                        .type(List.class)
                        .auxiliaryTypes(String.class)
                        .description("Tables, in the case they have in the database; all if none.")
                        .build());
        Options.add(
                spec, SCHEMA, "FILE", Path.class, Path::of, "The schema: prisma/schema.prisma.");
        Options.addFlag(
                spec, PLANNED, "As the configuration wants the tables, before they are converted.");
        return spec;
    }

    @Override
    public int run(Call call) throws ConfigException, IOException {
        if (!call.word(0).equals("prisma")) {
            throw usage(
                    "\"%s\" is no kind of schema that Kalends knows.".formatted(call.word(0)),
                    "Write kalends schema prisma --schema FILE.");
        }
        Path file = call.option(SCHEMA, Path.class);
        if (file == null) {
            throw usage("Nothing says where the schema is.", "Give --schema prisma/schema.prisma.");
        }
        Path path = call.console().directory().resolve(file);
        if (!Files.isRegularFile(path)) {
            throw usage(
                    "There is no file %s.".formatted(path),
                    "Give the schema's file with --schema.");
        }
        String schema = Files.readString(path);
        PrismaChange change = change(call, schema);
        String name =
                STAMP.format(call.console().clock().instant().atOffset(ZoneOffset.UTC))
                        + "_kalends_partitioning";
        View view =
                new View(
                        change.notes(),
                        change.schema(),
                        change.external(),
                        change.migration().isEmpty()
                                ? null
                                : "migrations/%s/migration.sql".formatted(name),
                        change.migration(),
                        commands(change, name),
                        NOT_VERIFIED);
        if (call.json()) {
            call.print(view);
        } else {
            show(call.screen(), schema, view);
        }
        return 0;
    }

    private static KalendsException usage(String what, String next) {
        return new KalendsException(FailureCode.USAGE, what, Call.UNCHANGED, next);
    }

    private static PrismaChange change(Call call, String schema) throws ConfigException {
        Config config = call.config();
        List<QualifiedName> named = new ArrayList<>();
        for (String word : call.words(1)) {
            try {
                named.add(TableNames.parse(word));
            } catch (IllegalArgumentException e) {
                throw usage(e.getMessage() + ".", "Correct the name.");
            }
        }
        if (!call.has(PLANNED)) {
            return new PrismaSchemas(call.target(config)).converted(schema, named);
        }
        List<TableConfig> wishes =
                named.isEmpty()
                        ? config.tables()
                        : named.stream().map(config::table).filter(Objects::nonNull).toList();
        if (wishes.isEmpty() || wishes.size() < named.size()) {
            throw usage(
                    "The configuration does not list the tables.",
                    "List them in kalends.yaml; kalends init writes one.");
        }
        return PrismaSchemas.planned(schema, call.kalends(config), wishes);
    }

    private static List<String> commands(PrismaChange change, String name) {
        List<String> commands = new ArrayList<>();
        if (!change.migration().isEmpty()) {
            commands.add("npx prisma migrate resolve --applied " + name);
        }
        if (!change.migration().isEmpty() || !change.external().isEmpty()) {
            commands.add("npx prisma generate");
        }
        commands.add("npx prisma migrate status");
        return commands;
    }

    private static void show(Screen screen, String before, View view) {
        screen.heading("What changes");
        view.notes().forEach(note -> screen.line("  - " + note));
        List<String> diff = LineDiff.of(before, view.schema());
        if (!diff.isEmpty()) {
            screen.blank();
            screen.heading("schema.prisma");
            diff.forEach(line ->
                    screen.line(
                            line.startsWith("-")
                                    ? screen.red(line)
                                    : line.startsWith("+")
                                            ? screen.green(line)
                                            : screen.dim(line)));
        }
        if (!view.external().isEmpty()) {
            screen.blank();
            screen.heading("prisma.config.ts (a preview feature of Prisma)");
            screen.line("  experimental: { externalTables: true },");
            screen.line("  tables: {");
            screen.line("    external: [");
            view.external().forEach(table -> screen.line("      \"%s\",".formatted(table)));
            screen.line("    ],");
            screen.line("  },");
        }
        if (view.migration() != null) {
            screen.blank();
            screen.heading(view.migration());
            screen.line(
                    "-- For the record: mark it as applied on databases that Kalends converted, do not run it there.");
            screen.line(
                    "-- A new database made from it has ordinary tables with the same keys, and no triggers that fill guards:");
            screen.line(
                    "-- convert it with Kalends as well before foreign keys to a guard are used.");
            view.migrationSql().lines().forEach(screen::line);
        }
        screen.blank();
        screen.line("Then run:");
        view.commands().forEach(command -> screen.line("  " + command));
        screen.blank();
        screen.line(view.notVerified());
    }
}
