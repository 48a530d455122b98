package dev.kalends.testing;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/// Programs of the machine that tests run.
final class Program {
    private Program() {}

    /// Skips the test, with the reason, where the program is not on the PATH.
    static void require(String name) {
        assumeTrue(
                Arrays.stream(
                                System.getenv()
                                        .getOrDefault("PATH", "")
                                        .split(File.pathSeparator, -1))
                        .anyMatch(each -> Files.isExecutable(Path.of(each, name))),
                "skipped: " + name + " is not installed");
    }

    /// Runs a program to its end.
    static String run(
            Path folder, Map<String, String> environment, Duration limit, List<String> command)
            throws IOException, InterruptedException {
        Path output = Files.createTempFile("output", ".txt");
        Path errors = Files.createTempFile("errors", ".txt");
        try {
            ProcessBuilder builder =
                    new ProcessBuilder(command)
                            .directory(folder.toFile())
                            .redirectOutput(output.toFile())
                            .redirectError(errors.toFile());
            builder.environment().putAll(environment);
            Process process = builder.start();
            boolean ended = process.waitFor(limit);
            if (!ended) {
                process.destroyForcibly().waitFor();
            }
            if (!ended || process.exitValue() != 0) {
                throw new IllegalStateException(
                        "%s %s: %s %s"
                                .formatted(
                                        String.join(" ", command),
                                        ended ? "failed" : "took longer than " + limit,
                                        Files.readString(errors),
                                        Files.readString(output)));
            }
            return Files.readString(output);
        } finally {
            Files.delete(output);
            Files.delete(errors);
        }
    }
}
