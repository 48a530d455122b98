package dev.kalends.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SequencedMap;

/// All that one run of the benchmark found out.
///
/// @param loadSeconds to generate, write and index the rows
record Result(
        String startedAt,
        Machine machine,
        String serverVersion,
        SequencedMap<String, String> serverSettings,
        String locale,
        long rows,
        int months,
        long seed,
        int runs,
        double loadSeconds,
        Outcome.Sizes source,
        List<Outcome> outcomes,
        List<QueryRuns> queries) {
    record Machine(int cores, long memoryBytes, String os, String java) {
        static Machine current() throws IOException {
            long memory =
                    Files.readAllLines(Path.of("/proc/meminfo")).stream()
                            .filter(line -> line.startsWith("MemTotal:"))
                            .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                            .findFirst()
                            .orElseThrow();
            return new Machine(
                    Runtime.getRuntime().availableProcessors(),
                    memory,
                    System.getProperty("os.name")
                            + " "
                            + System.getProperty("os.version")
                            + " "
                            + System.getProperty("os.arch"),
                    System.getProperty("java.version"));
        }
    }
}
