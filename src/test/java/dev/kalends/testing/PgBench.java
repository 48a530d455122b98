package dev.kalends.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// PostgreSQL's own benchmark at work on a database: transactions that move money between
/// "pgbench_accounts", "pgbench_tellers" and "pgbench_branches", each noted in "pgbench_history".
public final class PgBench implements AutoCloseable {
    private static final Duration START_LIMIT = Duration.ofMinutes(2);
    private static final int TRIES_MAX = 10;

    private static final String SUMS =
            """
            SELECT (SELECT sum(abalance) FROM public.pgbench_accounts),
                   (SELECT sum(tbalance) FROM public.pgbench_tellers),
                   (SELECT sum(bbalance) FROM public.pgbench_branches),
                   (SELECT coalesce(sum(delta), 0) FROM public.pgbench_history),
                   (SELECT count(*) FROM public.pgbench_history)
            """;

    private final Process process;
    private final Path output;
    private final Duration duration;

    /// What pgbench reports.
    ///
    /// @param transactions committed, each of which has left a row of history
    /// @param failed given up after 10 tries because of serialization failures or deadlocks
    /// @param retried tried more than once
    /// @param errors what it printed of clients that another error ended
    /// @param exitCode 0, or 2 if a client was ended
    public record Report(
            long transactions, long failed, long retried, List<String> errors, int exitCode) {
        public Report {
            errors = List.copyOf(errors);
        }
    }

    /// What the tables hold; whatever transactions committed, all four sums are equal.
    public record Sums(long accounts, long tellers, long branches, long history, long rows) {
        public boolean agree() {
            return accounts == tellers && tellers == branches && branches == history;
        }
    }

    private PgBench(Process process, Path output, Duration duration) {
        this.process = process;
        this.output = output;
        this.duration = duration;
    }

    /// Creates and fills the tables. Where pgbench is missing, the test is skipped with that
    /// reason.
    ///
    /// @param scale 100,000 accounts, 10 tellers and a branch each
    public static void load(TestDatabase database, int scale)
            throws IOException, InterruptedException {
        Program.require("pgbench");
        Program.run(
                Path.of("."),
                Map.of(),
                START_LIMIT,
                List.of("pgbench", "--initialize", "--quiet", "--scale=" + scale, database.uri()));
    }

    /// Starts clients that work for a time in the background.
    public static PgBench start(TestDatabase database, int clients, Duration duration)
            throws IOException {
        Path output = Files.createTempFile("pgbench", ".txt");
        // Without --no-vacuum it would begin with TRUNCATE of the history.
        Process process =
                new ProcessBuilder(
                                "pgbench",
                                "--no-vacuum",
                                "--client=" + clients,
                                "--jobs=2",
                                "--time=" + duration.toSeconds(),
                                "--max-tries=" + TRIES_MAX,
                                database.uri())
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .start();
        return new PgBench(process, output, duration);
    }

    public boolean running() {
        return process.isAlive();
    }

    /// Waits for the end of the time and reads the report.
    ///
    /// @throws IllegalStateException with what it printed if it does not end, or reports nothing
    public Report report() throws IOException, InterruptedException {
        if (!process.waitFor(duration.plus(START_LIMIT))) {
            throw new IllegalStateException(
                    "pgbench still runs after " + duration.plus(START_LIMIT));
        }
        String printed = Files.readString(output);
        return new Report(
                number(printed, "number of transactions actually processed: (\\d+)"),
                number(printed, "number of failed transactions: (\\d+)"),
                number(printed, "number of transactions retried: (\\d+)"),
                printed.lines().filter(line -> line.startsWith("pgbench: error:")).toList(),
                process.exitValue());
    }

    public static Sums sums(TestDatabase database) {
        List<Long> row =
                database.rows(SUMS).getFirst().stream()
                        .map(value -> Long.valueOf(String.valueOf(value)))
                        .toList();
        return new Sums(row.get(0), row.get(1), row.get(2), row.get(3), row.get(4));
    }

    /// Ends it if it still runs.
    @Override
    public void close() throws IOException {
        process.destroyForcibly().onExit().join();
        Files.delete(output);
    }

    private static long number(String printed, String pattern) {
        Matcher matcher = Pattern.compile(pattern).matcher(printed);
        if (!matcher.find()) {
            throw new IllegalStateException("No \"" + pattern + "\" in: " + printed);
        }
        return Long.parseLong(matcher.group(1));
    }
}
