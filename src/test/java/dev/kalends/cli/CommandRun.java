package dev.kalends.cli;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What one run of the command line returned and printed.
record CommandRun(int exitCode, String out, String err) {
    /// No kalends.yaml is there, and only PATH-like noise could come from the environment.
    static CommandRun of(String... arguments) {
        return in(Path.of("target"), Map.of(), arguments);
    }

    static CommandRun in(Path directory, Map<String, String> environment, String... arguments) {
        return run(Console.Kind.PIPE, "", directory, environment, arguments);
    }

    /// A run on a terminal where somebody types an answer.
    static CommandRun answering(String answer, String... arguments) {
        return run(
                Console.Kind.TERMINAL,
                answer + "\n",
                Path.of("target"),
                Map.of("NO_COLOR", "1"),
                arguments);
    }

    private static CommandRun run(
            Console.Kind kind,
            String input,
            Path directory,
            Map<String, String> environment,
            String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int exitCode =
                Cli.run(
                        new Console(
                                new BufferedReader(new StringReader(input)),
                                new PrintStream(out, true, StandardCharsets.UTF_8),
                                new PrintStream(err, true, StandardCharsets.UTF_8),
                                kind,
                                environment,
                                directory,
                                Clock.systemUTC()),
                        arguments);
        return new CommandRun(
                exitCode,
                out.toString(StandardCharsets.UTF_8),
                err.toString(StandardCharsets.UTF_8));
    }

    JsonNode json() {
        return new JsonMapper().readTree(out);
    }
}
