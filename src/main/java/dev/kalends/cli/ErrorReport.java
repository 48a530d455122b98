package dev.kalends.cli;

import dev.kalends.config.ConfigException;
import dev.kalends.config.NearestWord;
import dev.kalends.failure.FailureCode;
import dev.kalends.failure.KalendsException;
import dev.kalends.pg.PgException;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/// A failure in the shape that every failure is told in.
///
/// @param error the part that a program reads
record ErrorReport(Parts error, int exitCode) {
    /// What happened, what state things are in, what to do next.
    record Parts(String code, String what, String state, String next) {}

    static ErrorReport of(Throwable failure) {
        return switch (failure) {
            case KalendsException e -> of(e.code(), e.what(), e.state(), e.next());
            case ConfigException e -> of(e);
            case ParameterException e -> of(e);
            case PgException e ->
                    of(
                            e.toKalends(
                                    "The database did not answer as it should",
                                    "What was done before is kept; kalends status shows it.",
                                    "Look at the message of the server, then run the same command again."));
            default -> unexpected(failure);
        };
    }

    private static ErrorReport of(FailureCode code, String what, String state, String next) {
        return new ErrorReport(new Parts(code.name(), what, state, next), code.exitCode());
    }

    private static ErrorReport of(ConfigException e) {
        int count = e.problems().size();
        return of(
                FailureCode.CONFIGURATION,
                "The configuration has %s:%n%s"
                        .formatted(
                                count == 1 ? "a problem" : count + " problems",
                                e.problems().stream()
                                        .map(problem -> "  - " + problem)
                                        .collect(Collectors.joining("\n"))),
                Call.UNCHANGED,
                "Correct the file; docs/configuration.md has all keys.");
    }

    private static ErrorReport of(ParameterException e) {
        String help = e.getCommandLine().getCommandSpec().qualifiedName() + " --help";
        String what = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
        String meant = e instanceof UnmatchedArgumentException unmatched ? meant(unmatched) : null;
        return of(
                FailureCode.USAGE,
                what.endsWith(".") ? what : what + ".",
                Call.UNCHANGED,
                meant == null
                        ? help + " says how to write it."
                        : "Did you mean %s? %s says how to write it.".formatted(meant, help));
    }

    private static @Nullable String meant(UnmatchedArgumentException e) {
        CommandSpec spec = e.getCommandLine().getCommandSpec();
        Set<String> known = new TreeSet<>(spec.optionsMap().keySet());
        known.addAll(spec.subcommands().keySet());
        return NearestWord.of(e.getUnmatched().getFirst(), known);
    }

    private static ErrorReport unexpected(Throwable failure) {
        String message = failure.getMessage() == null ? "" : ": " + failure.getMessage();
        return new ErrorReport(
                new Parts(
                        "UNEXPECTED",
                        failure.getClass().getSimpleName() + message,
                        "Kalends keeps its progress in the database; kalends status shows it.",
                        "Run the same command with KALENDS_DEBUG=1 and report what it prints."),
                1);
    }

    String text() {
        return "%s: %s%nState: %s%nNext: %s"
                .formatted(error.code(), error.what(), error.state(), error.next());
    }
}
