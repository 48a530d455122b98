package dev.kalends.bench;

import dev.kalends.app.Kalends;
import dev.kalends.calendar.Interval;
import dev.kalends.config.Config;
import dev.kalends.config.LayoutConfig;
import dev.kalends.config.PartitionConfig;
import dev.kalends.config.TableConfig;
import dev.kalends.config.TableNames;
import dev.kalends.execute.LockRetry;
import dev.kalends.execute.ProgressEvent;
import dev.kalends.execute.StopSignal;
import dev.kalends.pg.Target;
import dev.kalends.sql.Identifier;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;

/// Converts a table with the default configuration, in a JVM of its own, and prints a line for each
/// thing to measure.
final class ConvertingProgram {
    private static final long BYTES_PER_KB = 1024;

    private ConvertingProgram() {}

    /// @param arguments the database's URL, the table, the key, and the columns to cluster by
    public static void main(String[] arguments) throws IOException {
        List<Identifier> clusterBy = Arrays.stream(arguments).skip(3).map(Identifier::of).toList();
        TableConfig wish =
                new TableConfig(
                        TableNames.parse(arguments[1]),
                        PartitionConfig.of(Identifier.of(arguments[2]), Interval.MONTH),
                        new LayoutConfig(clusterBy));
        Kalends kalends =
                new Kalends(
                        Target.parse(arguments[0], ""),
                        Config.defaults(),
                        Clock.systemUTC(),
                        new StopSignal(),
                        ConvertingProgram::tell);
        kalends.migrate(wish.table(), wish);
        LockRetry.Outcome outcome = kalends.switchTables(wish.table());
        say("switched " + outcome.attempts() + " " + outcome.held().toNanos());
        say("heap " + heapPeakBytes());
        say("resident " + residentPeakBytes());
        say("cpu " + ProcessHandle.current().info().totalCpuDuration().orElseThrow().toNanos());
    }

    private static void tell(ProgressEvent event) {
        switch (event) {
            case ProgressEvent.Started started -> say("started " + started.phase());
            case ProgressEvent.Ended ended -> say("ended " + ended.phase());
            case ProgressEvent.Paused paused -> System.err.println("paused: " + paused.reason());
            case ProgressEvent.Advanced _,
                    ProgressEvent.Resumed _,
                    ProgressEvent.Note _,
                    ProgressEvent.Tried _ -> {}
        }
    }

    private static synchronized void say(String line) {
        System.out.println(line);
        System.out.flush();
    }

    private static long heapPeakBytes() {
        return ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getType() == MemoryType.HEAP)
                .map(MemoryPoolMXBean::getPeakUsage)
                .mapToLong(usage -> usage.getUsed())
                .sum();
    }

    private static long residentPeakBytes() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("VmHWM:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * BYTES_PER_KB)
                .findFirst()
                .orElseThrow();
    }
}
