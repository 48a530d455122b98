package dev.kalends.cli;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;

/// What surrounds one run of the command line.
///
/// @param in answers to questions
/// @param environment the variables of the process
/// @param directory where `kalends.yaml` is looked for
public record Console(
        BufferedReader in,
        PrintStream out,
        PrintStream err,
        Kind kind,
        Map<String, String> environment,
        Path directory,
        Clock clock) {
    /// Who reads and answers.
    public enum Kind {
        /// A person, in a terminal of this process.
        TERMINAL,
        /// A program, a file or a log.
        PIPE
    }

    public Console {
        environment = Map.copyOf(environment);
    }

    /// The console of the process.
    // The Java documentation still allows null.
    @SuppressWarnings("SystemConsoleNull")
    public static Console ofSystem() {
        java.io.Console console = System.console();
        return new Console(
                new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)),
                new PrintStream(System.out, true, StandardCharsets.UTF_8),
                new PrintStream(System.err, true, StandardCharsets.UTF_8),
                console != null && console.isTerminal() ? Kind.TERMINAL : Kind.PIPE,
                System.getenv(),
                Path.of("").toAbsolutePath(),
                Clock.systemUTC());
    }

    /// An environment variable, empty when it is not set.
    String variable(String name) {
        return environment.getOrDefault(name, "");
    }
}
