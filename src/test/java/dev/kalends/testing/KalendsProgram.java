package dev.kalends.testing;

import dev.kalends.Main;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// The program as a process of its own, for tests that kill it.
///
/// @param folder where it runs, and where its output goes: `kalends.log`
/// @param database URI
public record KalendsProgram(Path folder, String database, Map<String, String> environment) {
    private static final Duration LIMIT = Duration.ofMinutes(5);

    public Process start(List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-XX:TieredStopAtLevel=1");
        command.add("-XX:+UseSerialGC");
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add(Main.class.getName());
        command.add("--database");
        command.add(database);
        command.addAll(arguments);
        ProcessBuilder builder =
                new ProcessBuilder(command)
                        .directory(folder.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(
                                ProcessBuilder.Redirect.appendTo(
                                        folder.resolve("kalends.log").toFile()));
        builder.environment().putAll(environment);
        return builder.start();
    }

    /// @return its exit code
    public int run(List<String> arguments) throws IOException, InterruptedException {
        Process process = start(arguments);
        if (!process.waitFor(LIMIT)) {
            process.destroyForcibly().waitFor();
            throw new IllegalStateException("%s took longer than %s".formatted(arguments, LIMIT));
        }
        return process.exitValue();
    }

    /// All that it has said.
    public String log() throws IOException {
        return Files.readString(folder.resolve("kalends.log"));
    }
}
