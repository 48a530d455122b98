package dev.kalends.cli;

import dev.kalends.app.ArchiveAccess;
import dev.kalends.app.ColdQueries;
import dev.kalends.archive.cold.Answer;
import dev.kalends.archive.cold.ColdArchive;
import dev.kalends.archive.cold.ColdLimits;
import dev.kalends.archive.cold.ColdPlan;
import dev.kalends.archive.cold.ColdPlan.PartitionRead;
import dev.kalends.archive.cold.ColdPlan.Reading;
import dev.kalends.config.Config;
import dev.kalends.config.ConfigException;
import dev.kalends.execute.StopSignal;
import dev.kalends.failure.FailureCode;
import dev.kalends.failure.KalendsException;
import dev.kalends.unit.ByteSize;
import dev.kalends.unit.Durations;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/// Asks archived partitions where they lie.
final class ColdCommand implements Command {
    private static final String EXPLAIN = "--explain";
    private static final String TO = "--to";
    private static final String FORCE = "--force";
    private static final String TIMEOUT = "--timeout";
    private static final String MEMORY = "--memory";
    private static final Duration TIMEOUT_DEFAULT = Duration.ofMinutes(5);
    private static final Duration TIMEOUT_MAX = Duration.ofDays(1);
    private static final ByteSize MEMORY_DEFAULT = ByteSize.ofMegabytes(512);
    private static final ByteSize MEMORY_MIN = ByteSize.ofMegabytes(64);

    /// Of temporary files, besides the objects that are read.
    private static final long SPILL_BYTES = 10L << 30;

    @Override
    public CommandSpec spec() {
        CommandSpec spec =
                Options.command(
                        "cold",
                        "Asks archived partitions where they lie, in SQL; nothing is restored. A table's name means its archive."
                                + " Of unencrypted files only the parts that the query needs are read. The SQL is DuckDB's, one"
                                + " SELECT, WITH or VALUES.",
                        "  kalends cold query 'SELECT count(*) FROM \"Message\"'",
                        "  kalends cold query 'SELECT * FROM \"Message\" WHERE id = 42' --output json",
                        "  kalends cold query 'SELECT * FROM \"Message\"' --output parquet --to messages.parquet",
                        "  kalends cold query 'SELECT * FROM \"Message\" WHERE id = 42' --explain");
        spec.addPositional(
                PositionalParamSpec.builder()
                        .paramLabel("query")
                        .index("0")
                        .arity("1")
                        .required(true)
                        .type(String.class)
                        .description("What to do: query.")
                        .build());
        spec.addPositional(
                PositionalParamSpec.builder()
                        .paramLabel("SQL")
                        .index("1")
                        .arity("1")
                        .required(true)
                        .type(String.class)
                        .description(
                                "One SELECT, WITH or VALUES. Names are quoted as in PostgreSQL; without a schema they mean public."
                                        + " --output may be table (the default), csv, json or parquet.")
                        .build());
        Options.addFlag(
                spec,
                EXPLAIN,
                "Says which partitions, row groups and bytes would be read. Reads footers, runs nothing.");
        Options.add(spec, TO, "FILE", Path.class, Path::of, "Writes the rows to this file.");
        Options.addFlag(spec, FORCE, "Replaces the file if it is there.");
        Options.add(
                spec,
                TIMEOUT,
                "DURATION",
                Duration.class,
                ColdCommand::timeout,
                "Longest time for all of it (default: 5m).");
        Options.add(
                spec,
                MEMORY,
                "SIZE",
                ByteSize.class,
                ColdCommand::memory,
                "Memory of DuckDB, 64MB or more, beside the JVM's (default: 512MB). What does not fit goes to temporary files.");
        return spec;
    }

    private static Duration timeout(String text) {
        Duration timeout = Durations.parse(text);
        if (timeout.isZero() || timeout.compareTo(TIMEOUT_MAX) > 0) {
            throw new IllegalArgumentException(
                    "Cannot use %s as timeout: it must be more than 0 and at most 1 d"
                            .formatted(text));
        }
        return timeout;
    }

    private static ByteSize memory(String text) {
        ByteSize memory = ByteSize.parse(text);
        if (memory.compareTo(MEMORY_MIN) < 0) {
            throw new IllegalArgumentException(
                    "Cannot use %s as memory: it must be 64 MB or more".formatted(text));
        }
        return memory;
    }

    @Override
    public Set<Output> outputs() {
        return EnumSet.allOf(Output.class);
    }

    @Override
    public int run(Call call) throws ConfigException, IOException {
        if (!call.word(0).equals("query")) {
            throw usage(
                    "\"%s\" is nothing to be done with cold data.".formatted(call.word(0)),
                    "Write kalends cold query 'SELECT …'.");
        }
        @Nullable Path file = file(call);
        Config config = call.config();
        StopSignal stop = new StopSignal();
        ColdLimits limits =
                new ColdLimits(
                        call.option(MEMORY, ByteSize.class, MEMORY_DEFAULT).bytes(),
                        SPILL_BYTES,
                        call.option(TIMEOUT, Duration.class, TIMEOUT_DEFAULT));
        try (Interrupts _ = new Interrupts(stop, call.console().err());
                ArchiveAccess access = call.archive(config)) {
            Instant begin = call.console().clock().instant();
            ColdArchive cold = new ColdQueries(call.target(config), access, stop).open();
            String sql = call.word(1);
            if (call.has(EXPLAIN)) {
                tell(call, cold.explain(sql, limits));
                return 0;
            }
            ColdArchive.Read read =
                    call.output() == Output.PARQUET && file != null
                            ? cold.write(sql, limits, whole -> move(call, whole, file))
                            : cold.ask(sql, limits, answer -> print(call, answer, file));
            tell(call, read, Duration.between(begin, call.console().clock().instant()));
            return 0;
        }
    }

    private static @Nullable Path file(Call call) {
        Path given = call.option(TO, Path.class);
        if (given == null) {
            if (call.output() == Output.PARQUET && !call.has(EXPLAIN)) {
                throw usage("Nothing says where the Parquet file goes.", "Give --to FILE.");
            }
            return null;
        }
        Path file = call.console().directory().resolve(given);
        if (Files.exists(file) && !call.has(FORCE)) {
            throw exists(file);
        }
        return file;
    }

    private static KalendsException exists(Path file) {
        return new KalendsException(
                FailureCode.CONFIRMATION_NEEDED,
                file + " is there already.",
                Call.UNCHANGED,
                "Choose another place with --to, or replace it with --force.");
    }

    private static KalendsException usage(String what, String next) {
        return new KalendsException(FailureCode.USAGE, what, Call.UNCHANGED, next);
    }

    private static void print(Call call, Answer answer, @Nullable Path file) {
        if (file == null) {
            new ColdText(answer, call.console().out()).print(call.output());
            return;
        }
        try {
            Path unfinished = Files.createTempFile("kalends-cold-", null);
            try {
                try (PrintStream out =
                        new PrintStream(unfinished.toFile(), StandardCharsets.UTF_8)) {
                    new ColdText(answer, out).print(call.output());
                    if (out.checkError()) {
                        throw new IOException("the disk may be full");
                    }
                }
                move(call, unfinished, file);
            } finally {
                Files.deleteIfExists(unfinished);
            }
        } catch (IOException e) {
            throw unwritten(file, e);
        }
    }

    /// Beside its place first, so that it is there wholly or not at all.
    private static void move(Call call, Path whole, Path file) {
        Path unfinished = file.resolveSibling(".%s.unfinished".formatted(file.getFileName()));
        try {
            try {
                Files.copy(whole, unfinished, StandardCopyOption.REPLACE_EXISTING);
                if (Files.exists(file) && !call.has(FORCE)) {
                    throw exists(file);
                }
                Files.move(unfinished, file, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(unfinished);
            }
        } catch (IOException e) {
            throw unwritten(file, e);
        }
    }

    private static KalendsException unwritten(Path file, IOException cause) {
        return new KalendsException(
                FailureCode.USAGE,
                "Cannot write %s: %s.".formatted(file, cause),
                Call.UNCHANGED,
                "Choose another place with --to.",
                cause);
    }

    private static void tell(Call call, ColdArchive.Read read, Duration took) {
        call.console()
                .err()
                .println(
                        "%,d rows. Read %d of %d partitions, %s of %s, in %.1f s."
                                .formatted(
                                        read.rows(),
                                        read.partitionsRead(),
                                        read.partitionsAll(),
                                        new ByteSize(read.bytesRead()).display(),
                                        new ByteSize(read.bytesAll()).display(),
                                        took.toMillis() / 1000.0));
    }

    /// What a program reads of a plan.
    private record PartitionView(
            String table,
            String partition,
            String location,
            String reading,
            @Nullable Integer groups,
            @Nullable Integer groupsAll,
            long bytes,
            long bytesAll) {
        static PartitionView of(PartitionRead each) {
            boolean parts = each.reading() == Reading.PARTS;
            return new PartitionView(
                    each.table().display(),
                    each.partition().display(),
                    each.location(),
                    each.reading().name(),
                    parts ? each.groups() : null,
                    parts ? each.groupsAll() : null,
                    each.bytes(),
                    each.bytesAll());
        }
    }

    private static void tell(Call call, ColdPlan plan) {
        if (call.json()) {
            call.print(
                    Map.of(
                            "partitions",
                            plan.partitions().stream().map(PartitionView::of).toList()));
            return;
        }
        call.screen()
                .table(
                        List.of("partition", "read", "row groups", "bytes", "of", "location"),
                        plan.partitions().stream().map(ColdCommand::row).toList());
        call.screen()
                .line(
                        "%d of %d partitions, %s of %s. Nothing was run."
                                .formatted(
                                        plan.partitionsRead(),
                                        plan.partitions().size(),
                                        new ByteSize(plan.bytes()).display(),
                                        new ByteSize(plan.bytesAll()).display()));
    }

    private static List<String> row(PartitionRead each) {
        return List.of(
                each.partition().display(),
                switch (each.reading()) {
                    case NOTHING -> "nothing";
                    case PARTS -> "parts";
                    case WHOLE -> "whole";
                },
                each.reading() == Reading.PARTS
                        ? "%d of %d".formatted(each.groups(), each.groupsAll())
                        : "—",
                new ByteSize(each.bytes()).display(),
                new ByteSize(each.bytesAll()).display(),
                each.location());
    }
}
