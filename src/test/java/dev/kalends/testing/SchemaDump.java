package dev.kalends.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What `pg_dump --schema-only` prints, where there is one that is as new as the server.
public final class SchemaDump {
    private static final Pattern VERSION = Pattern.compile("\\(PostgreSQL\\) (\\d+)");

    private SchemaDump() {}

    public static boolean canDump(TestDatabase database) {
        try {
            Matcher version = VERSION.matcher(run("pg_dump", "--version"));
            return version.find()
                    && Integer.parseInt(version.group(1)) >= database.server().major();
        } catch (UncheckedIOException e) {
            // There is none.
            return false;
        }
    }

    /// All that a plain dump says, rows included, but for the journal and what differs between two
    /// dumps of the same.
    public static List<String> whole(TestDatabase database) {
        return dump(database, "--exclude-schema=kalends*")
                .lines()
                .filter(line -> !line.startsWith("\\restrict") && !line.startsWith("\\unrestrict"))
                .toList();
    }

    /// Statements, trimmed, without comments, the journal, and `ONLY`, which a plain table takes as
    /// well.
    public static List<String> lines(TestDatabase database) {
        return dump(database, "--schema-only", "--exclude-schema=kalends*")
                .lines()
                .map(line -> line.strip().replace(" ONLY ", " "))
                .filter(line -> !line.isEmpty() && !line.startsWith("--") && !line.startsWith("\\"))
                .toList();
    }

    private static String dump(TestDatabase database, String... options) {
        List<String> command = new ArrayList<>(List.of("pg_dump"));
        command.addAll(List.of(options));
        command.add("--host=127.0.0.1");
        command.add("--port=" + database.server().port());
        command.add("--username=postgres");
        command.add(database.name());
        return run(command.toArray(String[]::new));
    }

    private static String run(String... command) {
        try {
            Path output = Files.createTempFile("dump", ".sql");
            Process process =
                    new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(output.toFile())
                            .start();
            int code = process.waitFor();
            String text = Files.readString(output, StandardCharsets.UTF_8);
            Files.delete(output);
            if (code != 0) {
                throw new IllegalStateException(String.join(" ", command) + " failed: " + text);
            }
            return text;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
