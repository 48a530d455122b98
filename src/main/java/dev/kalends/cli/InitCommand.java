package dev.kalends.cli;

import dev.kalends.analyze.Check;
import dev.kalends.analyze.CheckReport;
import dev.kalends.app.Checks;
import dev.kalends.config.Config;
import dev.kalends.config.ConfigException;
import dev.kalends.config.ConfigSchema;
import dev.kalends.failure.FailureCode;
import dev.kalends.failure.KalendsException;
import dev.kalends.pg.Target;
import dev.kalends.sql.QualifiedName;
import dev.kalends.unit.ByteSize;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;

/// Writes a configuration for the database in hand.
final class InitCommand implements Command {
    private static final String FILE = "--file";
    private static final String FORCE = "--force";
    private static final String SCHEMA = "--schema";

    /// What a program reads.
    ///
    /// @param tables that the file converts
    private record View(String file, String schema, List<String> tables) {}

    @Override
    public CommandSpec spec() {
        CommandSpec spec =
                Options.command(
                        "init",
                        "Writes a commented kalends.yaml with what check recommends for the largest tables, and the schema"
                                + " for editors beside it. Reads statistics and samples; changes nothing in the database.",
                        "  kalends init --database postgresql://kalends@localhost:5432/messaging",
                        "  kalends init --file config/kalends.yaml --force",
                        "  kalends init --schema > kalends.schema.json");
        Options.add(
                spec,
                FILE,
                "FILE",
                Path.class,
                Path::of,
                "Where to write it (default: kalends.yaml in this folder).");
        Options.addFlag(spec, FORCE, "Replaces the file if it is there.");
        Options.addFlag(spec, SCHEMA, "Prints the JSON Schema of the file and does nothing else.");
        Options.add(
                spec,
                CheckCommand.SMALLEST,
                "SIZE",
                ByteSize.class,
                ByteSize::parse,
                "Smaller tables are better left as they are (default: 100MB).");
        return spec;
    }

    @Override
    public int run(Call call) throws ConfigException, IOException {
        if (call.has(SCHEMA)) {
            call.console().out().print(ConfigSchema.json());
            return 0;
        }
        Path file =
                call.console()
                        .directory()
                        .resolve(call.option(FILE, Path.class, Path.of("kalends.yaml")));
        if (Files.exists(file) && !call.has(FORCE)) {
            throw exists(file);
        }
        Config present = call.config();
        Target target = call.target(present);
        CheckReport report =
                new Checks(target, withoutTables(present), call.console().clock())
                        .largest(
                                call.option(CheckCommand.SMALLEST, ByteSize.class, Check.SMALLEST));
        InitText text = new InitText(target.toString(), report);
        Path schema = file.resolveSibling(ConfigSchema.FILE);
        write(file, text.yaml(), call.has(FORCE) ? Existing.REPLACED : Existing.KEPT);
        write(schema, ConfigSchema.json(), Existing.REPLACED);
        tell(call, file, schema, text);
        return 0;
    }

    private static Config withoutTables(Config config) {
        return new Config(
                config.database(),
                List.of(),
                config.copy(),
                config.switching(),
                config.throttle(),
                config.cleanup(),
                config.diskFree());
    }

    private enum Existing {
        KEPT,
        REPLACED
    }

    private static void write(Path file, String text, Existing existing) throws IOException {
        try {
            if (existing == Existing.REPLACED) {
                Files.writeString(file, text, StandardCharsets.UTF_8);
            } else {
                Files.writeString(
                        file, text, StandardCharsets.UTF_8, StandardOpenOption.CREATE_NEW);
            }
        } catch (FileAlreadyExistsException e) {
            throw exists(file);
        } catch (IOException e) {
            throw new KalendsException(
                    FailureCode.USAGE,
                    "Cannot write %s: %s.".formatted(file, e),
                    "Nothing was changed in the database.",
                    "Choose another place with --file.",
                    e);
        }
    }

    private static KalendsException exists(Path file) {
        return new KalendsException(
                FailureCode.CONFIRMATION_NEEDED,
                file + " is there already.",
                Call.UNCHANGED,
                "Choose another place with --file, or replace it with --force.");
    }

    private static void tell(Call call, Path file, Path schema, InitText text) {
        List<QualifiedName> tables = text.tables();
        if (call.json()) {
            call.print(
                    new View(
                            file.toString(),
                            schema.toString(),
                            tables.stream().map(QualifiedName::display).toList()));
            return;
        }
        Screen screen = call.screen();
        screen.line(
                "Wrote %s with %s, and %s for editors."
                        .formatted(
                                file,
                                tables.size() == 1 ? "1 table" : tables.size() + " tables",
                                schema.getFileName()));
        screen.line(
                tables.isEmpty()
                        ? "No table is worth partitioning now; the file says why."
                        : "Next: read it, then " + text.next());
    }
}
