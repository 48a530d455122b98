package dev.kalends.bench;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/// What the command line asks for.
///
/// @param locale of the database: a name the operating system knows, or `icu:` and one that ICU
///   knows
/// @param out where results go; scratch files lie in its folder `work`
record Options(
        long rows,
        int months,
        long seed,
        List<Way> ways,
        ServerKind server,
        String locale,
        int runs,
        Path out) {
    static final String ICU = "icu:";

    static final String USAGE =
            """
            bench/run [--rows 5000000] [--months 24] [--seed 1]
                      [--ways naive,floor,kalends,kalends-clustered,partman]
                      [--server installed|embedded] [--locale C] [--runs 1] [--out bench/results]
            """;

    /// Where the server's programs come from.
    enum ServerKind {
        INSTALLED,
        EMBEDDED
    }

    private static final Options DEFAULTS =
            new Options(
                    5_000_000,
                    24,
                    1,
                    List.of(Way.values()),
                    ServerKind.INSTALLED,
                    "C",
                    1,
                    Path.of("bench", "results"));

    Options {
        ways = List.copyOf(ways);
        if (rows < 1 || months < 1 || runs < 1 || ways.isEmpty()) {
            throw new IllegalArgumentException("Rows, months, runs and ways must be 1 or more");
        }
    }

    /// @throws IllegalArgumentException if an option is unknown or has no readable value
    static Options parse(String... arguments) {
        Options options = DEFAULTS;
        for (int i = 0; i < arguments.length; i += 2) {
            if (i + 1 == arguments.length) {
                throw new IllegalArgumentException("No value for " + arguments[i]);
            }
            options = options.with(arguments[i], arguments[i + 1]);
        }
        return options;
    }

    private Options with(String option, String value) {
        return switch (option) {
            case "--rows" ->
                    new Options(
                            Long.parseLong(value), months, seed, ways, server, locale, runs, out);
            case "--months" ->
                    new Options(
                            rows, Integer.parseInt(value), seed, ways, server, locale, runs, out);
            case "--seed" ->
                    new Options(
                            rows, months, Long.parseLong(value), ways, server, locale, runs, out);
            case "--ways" ->
                    new Options(
                            rows,
                            months,
                            seed,
                            Arrays.stream(value.split(",", -1)).map(Way::ofWord).toList(),
                            server,
                            locale,
                            runs,
                            out);
            case "--server" ->
                    new Options(
                            rows,
                            months,
                            seed,
                            ways,
                            ServerKind.valueOf(value.toUpperCase(Locale.ROOT)),
                            locale,
                            runs,
                            out);
            case "--locale" -> new Options(rows, months, seed, ways, server, value, runs, out);
            case "--runs" ->
                    new Options(
                            rows, months, seed, ways, server, locale, Integer.parseInt(value), out);
            case "--out" ->
                    new Options(rows, months, seed, ways, server, locale, runs, Path.of(value));
            default -> throw new IllegalArgumentException("Unknown option " + option);
        };
    }
}
