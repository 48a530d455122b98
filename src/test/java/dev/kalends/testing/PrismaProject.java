package dev.kalends.testing;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The sample application's Prisma project, from `src/test/prisma`: its client, and the schema
/// engine behind Prisma's migrate commands. Installed once into `target/prisma`.
public final class PrismaProject {
    private static final Path SOURCES = Path.of("src/test/prisma");
    private static final Path FOLDER = Path.of("target/prisma");
    private static final Path INSTALLED = FOLDER.resolve("node_modules/installed.txt");
    private static final Duration INSTALL_LIMIT = Duration.ofMinutes(10);
    private static final Duration RUN_LIMIT = Duration.ofMinutes(2);
    private static final Pattern VERSION = Pattern.compile("v(\\d+)\\.(\\d+)\\..*");
    private static final JsonMapper JSON = new JsonMapper();

    /// Without the first, `prisma generate` downloads an engine that it does not use; without the
    /// second, it reports to its makers.
    private static final Map<String, String> ENVIRONMENT =
            Map.of("PRISMA_SCHEMA_ENGINE_BINARY", "/bin/true", "CHECKPOINT_DISABLE", "1");

    private PrismaProject() {}

    /// Installs the packages and generates the client, unless that has been done.
    ///
    /// Where Node.js is missing or too old for Prisma 7, the test is skipped with that reason.
    ///
    /// @throws IllegalStateException with the program's words if the installation fails
    public static synchronized PrismaProject installed() throws IOException, InterruptedException {
        Program.require("node");
        Program.require("npm");
        requireNode(Program.run(Path.of("."), Map.of(), RUN_LIMIT, List.of("node", "--version")));
        copySources();
        String wanted =
                Files.readString(FOLDER.resolve("package-lock.json"))
                        + Files.readString(FOLDER.resolve("schema.prisma"));
        if (!Files.exists(INSTALLED) || !Files.readString(INSTALLED).equals(wanted)) {
            npm("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline");
            npm("run", "generate");
            Files.writeString(INSTALLED, wanted);
        }
        return new PrismaProject();
    }

    /// Performs the fixed list of operations of `operations.mjs`.
    ///
    /// @param base when the rows are made that it writes; some are made 31 days earlier
    /// @return a line of JSON for each operation: `{"step", "result"}` or `{"step", "error"}`;
    ///   equal for databases that behave equally
    public List<String> operations(TestDatabase database, Instant base)
            throws IOException, InterruptedException {
        return run(database, Map.of("BASE_TIME", base.toString()), "operations.mjs")
                .lines()
                .toList();
    }

    /// One of the commands of `schema.mjs`.
    ///
    /// @param command such as `diff`, with its arguments; paths are absolute
    public JsonNode schema(TestDatabase database, String... command)
            throws IOException, InterruptedException {
        List<String> arguments = new ArrayList<>(List.of("schema.mjs"));
        arguments.addAll(List.of(command));
        return JSON.readTree(run(database, Map.of(), arguments.toArray(new String[0])));
    }

    /// The schema that the client was generated from.
    public Path schemaFile() {
        return FOLDER.resolve("schema.prisma").toAbsolutePath();
    }

    private static String run(TestDatabase database, Map<String, String> more, String... arguments)
            throws IOException, InterruptedException {
        Map<String, String> environment = new HashMap<>(ENVIRONMENT);
        environment.put("DATABASE_URL", database.uri());
        environment.putAll(more);
        List<String> command = new ArrayList<>(List.of("node"));
        command.addAll(List.of(arguments));
        return Program.run(FOLDER, environment, RUN_LIMIT, command);
    }

    private static void npm(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("npm"));
        command.addAll(List.of(arguments));
        Program.run(FOLDER, ENVIRONMENT, INSTALL_LIMIT, command);
    }

    /// Prisma 7 runs on Node.js 20.19, 22.12 and 24, and what follows each but 21 and 23.
    private static void requireNode(String version) {
        Matcher matcher = VERSION.matcher(version.strip());
        boolean fits = false;
        if (matcher.matches()) {
            int major = Integer.parseInt(matcher.group(1));
            int minor = Integer.parseInt(matcher.group(2));
            fits = major >= 24 || (major == 22 && minor >= 12) || (major == 20 && minor >= 19);
        }
        assumeTrue(fits, "skipped: Node.js " + version.strip() + " is too old for Prisma 7");
    }

    private static void copySources() throws IOException {
        Files.createDirectories(FOLDER);
        try (Stream<Path> sources = Files.list(SOURCES)) {
            sources.filter(Files::isRegularFile)
                    .forEach(source -> {
                        try {
                            Files.copy(
                                    source,
                                    FOLDER.resolve(Objects.requireNonNull(source.getFileName())),
                                    StandardCopyOption.REPLACE_EXISTING);
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                    });
        }
    }
}
