package dev.kalends.bench;

import java.nio.file.Path;

/// What the command line of `bench/run inserts` asks for.
///
/// @param rows messages, and as many recipients
/// @param months partitions, over which the rows are spread evenly
/// @param rounds how often each way is measured, after one round that does not count
/// @param postgres major version of the embedded server
/// @param out where results go
record InsertOptions(int rows, int months, int rounds, int postgres, Path out) {
    static final String USAGE =
            """
            bench/run inserts [--rows 50000] [--months 24] [--rounds 5] [--postgres 18] [--out bench/results]
            """;

    InsertOptions {
        // Ids have four digits of base 36 for the row's number.
        if (rows < 1 || rows > 1_000_000 || months < 1 || rounds < 1) {
            throw new IllegalArgumentException(
                    "Months and rounds must be 1 or more, rows 1 to 1,000,000");
        }
    }

    /// @throws IllegalArgumentException if an option is unknown or has no readable value
    static InsertOptions parse(String... arguments) {
        InsertOptions options = new InsertOptions(50_000, 24, 5, 18, Path.of("bench", "results"));
        for (int i = 0; i < arguments.length; i += 2) {
            if (i + 1 == arguments.length) {
                throw new IllegalArgumentException("No value for " + arguments[i]);
            }
            options = options.with(arguments[i], arguments[i + 1]);
        }
        return options;
    }

    private InsertOptions with(String option, String value) {
        return switch (option) {
            case "--rows" ->
                    new InsertOptions(Integer.parseInt(value), months, rounds, postgres, out);
            case "--months" ->
                    new InsertOptions(rows, Integer.parseInt(value), rounds, postgres, out);
            case "--rounds" ->
                    new InsertOptions(rows, months, Integer.parseInt(value), postgres, out);
            case "--postgres" ->
                    new InsertOptions(rows, months, rounds, Integer.parseInt(value), out);
            case "--out" -> new InsertOptions(rows, months, rounds, postgres, Path.of(value));
            default -> throw new IllegalArgumentException("Unknown option " + option);
        };
    }
}
