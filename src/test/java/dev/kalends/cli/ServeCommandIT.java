package dev.kalends.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kalends.Main;
import dev.kalends.testing.OldestAndNewest;
import dev.kalends.testing.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The daemon as a process of its own.
class ServeCommandIT {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    @TempDir private Path folder;

    @OldestAndNewest
    void saysWhatItWillDoAndEndsOnSigtermWithZero(TestDatabase database)
            throws IOException, InterruptedException {
        Files.writeString(
                folder.resolve("kalends.yaml"),
                """
                archive: {view: {listen: "127.0.0.1:0", password: only-for-tests}}
                schedule: {create: "0 0 1 1 *", lifecycle: "30 2 * * SUN", timeZone: Europe/Berlin, window: "01:00-05:00"}
                """);
        Process process = start(database);
        try {
            await().atMost(LIMIT).until(() -> log().contains("tables under maintenance"));
            process.destroy();
            assertThat(process.waitFor(LIMIT)).isTrue();
        } finally {
            process.destroyForcibly();
        }

        assertThat(process.exitValue()).isZero();
        assertThat(messages())
                .anyMatch(line -> line.matches("node .+:\\d+ serves postgresql://postgres@.+"))
                .anyMatch(line ->
                        line.matches(
                                "create: 0 0 1 1 \\* Europe/Berlin, next at \\d{4}-12-31T23:00:00Z"))
                .anyMatch(line ->
                        line.matches(
                                "lifecycle: 30 2 \\* \\* 0 Europe/Berlin, next at .+Z, within 01:00-05:00 UTC"))
                .anyMatch(
                        line -> line.matches("archived partitions are read at 127.0.0.1:[1-9]\\d*"))
                .contains("tables under maintenance: none yet")
                .anyMatch(line -> line.startsWith("SIGTERM: stopping"))
                .anyMatch(line -> line.matches("node .+ stopped"));
        assertThat(database.number("SELECT count(*) FROM kalends.scheduled_tasks")).isEqualTo(2);
    }

    private Process start(TestDatabase database) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Main.class.getName(),
                        "serve",
                        "--no-web",
                        "--database",
                        database.uri())
                .directory(folder.toFile())
                .redirectError(folder.resolve("log").toFile())
                .start();
    }

    private String log() throws IOException {
        Path log = folder.resolve("log");
        return Files.exists(log) ? Files.readString(log) : "";
    }

    private List<String> messages() throws IOException {
        JsonMapper json = new JsonMapper();
        return log().lines()
                .map(json::readTree)
                .map((JsonNode line) -> line.get("message").asString())
                .toList();
    }
}
