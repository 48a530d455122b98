package dev.kalends.bench;

import java.nio.file.Path;

/// What the command line of `bench/run inbox` asks for.
///
/// @param conversations at least; each has 20 messages on the average
/// @param months over which they are spread
/// @param runs how often each query is measured, after one run that does not count
/// @param postgres major version of the embedded server
/// @param out where results go
record InboxOptions(int conversations, int months, int runs, int postgres, Path out) {
    static final String USAGE =
            """
            bench/run inbox [--conversations 200000] [--months 24] [--runs 25] [--postgres 18] [--out bench/results]
            """;

    InboxOptions {
        if (conversations < 1 || months < 1 || runs < 1) {
            throw new IllegalArgumentException("Conversations, months and runs must be 1 or more");
        }
    }

    /// @throws IllegalArgumentException if an option is unknown or has no readable value
    static InboxOptions parse(String... arguments) {
        InboxOptions options = new InboxOptions(200_000, 24, 25, 18, Path.of("bench", "results"));
        for (int i = 0; i < arguments.length; i += 2) {
            if (i + 1 == arguments.length) {
                throw new IllegalArgumentException("No value for " + arguments[i]);
            }
            options = options.with(arguments[i], arguments[i + 1]);
        }
        return options;
    }

    private InboxOptions with(String option, String value) {
        return switch (option) {
            case "--conversations" ->
                    new InboxOptions(Integer.parseInt(value), months, runs, postgres, out);
            case "--months" ->
                    new InboxOptions(conversations, Integer.parseInt(value), runs, postgres, out);
            case "--runs" ->
                    new InboxOptions(conversations, months, Integer.parseInt(value), postgres, out);
            case "--postgres" ->
                    new InboxOptions(conversations, months, runs, Integer.parseInt(value), out);
            case "--out" -> new InboxOptions(conversations, months, runs, postgres, Path.of(value));
            default -> throw new IllegalArgumentException("Unknown option " + option);
        };
    }
}
