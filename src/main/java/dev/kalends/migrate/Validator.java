package dev.kalends.migrate;

import dev.kalends.catalog.Index;
import dev.kalends.execute.Workers;
import dev.kalends.failure.FailureCode;
import dev.kalends.failure.KalendsException;
import dev.kalends.journal.Leaf;
import dev.kalends.pg.Session;
import dev.kalends.plan.Bounds;
import dev.kalends.plan.MigrationSpec;
import dev.kalends.plan.Partition;
import dev.kalends.sql.Identifier;
import dev.kalends.sql.QualifiedName;
import dev.kalends.sql.ServerText;
import dev.kalends.sql.Sql;
import dev.kalends.sql.SqlPart;
import java.math.BigDecimal;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/// Compares two tables partition by partition while both are written to.
///
/// Rows and an order-free checksum of their text are taken from both sides in one snapshot. Keys
/// that the log of unreplayed writes holds in the same snapshot are left out on both sides; what
/// differs after that is an error, not noise.
public final class Validator {
    /// Rows and checksum of one partition, on both sides.
    ///
    /// @param checksum sum of the rows' 64-bit hashes; a sum, because with an exclusive or two
    ///   equal rows would cancel each other
    public record Result(
            Partition partition,
            long rows,
            long otherRows,
            BigDecimal checksum,
            BigDecimal otherChecksum) {
        public boolean equal() {
            return rows == otherRows && checksum.compareTo(otherChecksum) == 0;
        }
    }

    private final Work work;
    private final QualifiedName live;
    private final QualifiedName other;
    private final QualifiedName log;

    private Validator(Work work, QualifiedName live, QualifiedName other, QualifiedName log) {
        this.work = work;
        this.live = live;
        this.other = other;
        this.log = log;
    }

    /// The table in use against its twin.
    static Validator beforeSwitch(Work work) {
        return new Validator(
                work, work.spec().table(), work.names().twin(), work.names().captureLog());
    }

    /// The partitioned table, now in use, against the old one.
    static Validator afterSwitch(Work work) {
        return new Validator(
                work, work.spec().table(), work.names().old(), work.names().reverseLog());
    }

    /// What is compared.
    enum Depth {
        ROWS,
        CONTENT
    }

    private static final String SUMS =
            """
            SELECT {number}, count(*), {checksum}
              FROM {table} s
             WHERE {here} AND NOT EXISTS (SELECT FROM {log} k WHERE {pending})
             GROUP BY 1
            """;

    static Sql sums(
            MigrationSpec spec,
            QualifiedName table,
            QualifiedName log,
            List<Partition> partitions,
            List<String> rules,
            Depth depth) {
        Identifier row = Identifier.of("s");
        SqlPart checksum =
                depth == Depth.ROWS
                        ? Sql.of("0::numeric")
                        : Sql.text("sum({hash}::numeric)").put("hash", hash(spec, row)).build();
        return Sql.text(SUMS)
                .put("number", Placement.number(spec, row, partitions, rules))
                .put("checksum", checksum)
                .put("table", table)
                .put("here", here(spec, partitions))
                .put("log", log)
                .put("pending", pending(spec))
                .build();
    }

    private static SqlPart here(MigrationSpec spec, List<Partition> partitions) {
        return Placement.byRange(spec)
                ? Placement.between(
                        spec,
                        partitions.getFirst(),
                        partitions.getLast(),
                        new QualifiedName(Identifier.of("s"), spec.key()))
                : Sql.of("true");
    }

    private static Sql hash(MigrationSpec spec, Identifier row) {
        return Sql.text("hashtextextended(ROW({columns})::text, 0)")
                .put("columns", ReplaySql.of(row, spec.allColumns()))
                .build();
    }

    /// Whether a row waits to be replayed. A row known by its place alone is in the table in use
    /// only, and its place says nothing in the other one, where the condition is never true.
    private static SqlPart pending(MigrationSpec spec) {
        if (spec.keyless()) {
            return KeylessSql.pending();
        }
        List<Identifier> identity = spec.identity();
        return ReplaySql.equal(
                Identifier.of("s"),
                identity,
                Identifier.of("k"),
                CaptureSql.keyColumns(spec).subList(0, identity.size()));
    }

    /// Compares the given partitions; returns all results, equal or not, in order of time.
    ///
    /// @param done told each result as soon as it is there, inside the snapshot's transaction
    List<Result> compare(List<Leaf> leaves, Depth depth, BiConsumer<Session, Result> done) {
        List<Partition> partitions = withoutGaps(leaves.stream().map(Leaf::partition).toList());
        List<String> rules = rules(partitions);
        Map<Partition, Result> results = new ConcurrentSkipListMap<>(Partition.ORDER);
        Workers.run(
                work.target(),
                "validate",
                work.spec().sessions(),
                session -> Copier.bulk(session, work.spec()),
                pieces(partitions),
                (session, piece) -> {
                    work.pacer().await();
                    session.transaction(
                            Session.Isolation.REPEATABLE_READ,
                            () -> {
                                for (Result result : compare(session, piece, rules, depth)) {
                                    results.put(result.partition(), result);
                                    done.accept(session, result);
                                }
                                return true;
                            });
                });
        return List.copyOf(results.values());
    }

    private static final Sql RULES =
            Sql.of(
                    """
                    SELECT coalesce(pg_get_partition_constraintdef(to_regclass(t.name)), 'true')
                      FROM unnest(?::text[]) WITH ORDINALITY t(name, place) ORDER BY t.place
                    """);

    /// What each partition holds, in the server's words; empty where ranges say it.
    private List<String> rules(List<Partition> partitions) {
        return Placement.byRange(work.spec())
                ? List.of()
                : work.session()
                        .query(
                                RULES,
                                row -> row.text(1),
                                partitions.stream()
                                        .map(each -> work.spec().leaf(each).render())
                                        .toList());
    }

    /// Adds a stand-in for each stretch that no range holds, so that no row of the live table
    /// escapes the comparison.
    private List<Partition> withoutGaps(List<Partition> partitions) {
        List<Partition> all = new ArrayList<>();
        for (Partition partition : partitions) {
            Bounds gap = all.isEmpty() ? null : gap(all.getLast().bounds(), partition.bounds());
            if (gap != null) {
                all.add(new Partition(Identifier.of("(no partition)"), gap));
            }
            all.add(partition);
        }
        return all;
    }

    private static @Nullable Bounds gap(Bounds before, Bounds after) {
        if (before instanceof Bounds.Times(LocalDateTime _, LocalDateTime end)
                && after instanceof Bounds.Times(LocalDateTime start, LocalDateTime _)) {
            return end.isBefore(start) ? new Bounds.Times(end, start) : null;
        }
        if (before instanceof Bounds.Numbers(long _, long end)
                && after instanceof Bounds.Numbers(long start, long _)) {
            return end < start ? new Bounds.Numbers(end, start) : null;
        }
        return null;
    }

    private static final String OUTSIDE =
            """
            SELECT count(*) FROM {live} s
             WHERE (NOT ({inside}) OR s.{key} IS NULL) AND NOT EXISTS (SELECT FROM {log} k WHERE {pending})
            """;

    /// @throws KalendsException VALIDATION_FAILED if the live table has rows before the first range
    ///   or after the last
    void refuseOutside(List<Leaf> leaves) {
        MigrationSpec spec = work.spec();
        if (!Placement.byRange(spec) || leaves.isEmpty()) {
            // Every row then counts for a partition, or for none, which compares unequal.
            return;
        }
        List<Partition> partitions = leaves.stream().map(Leaf::partition).toList();
        long outside =
                work.session()
                        .one(
                                Sql.text(OUTSIDE)
                                        .put("live", live)
                                        .put("key", spec.key())
                                        .put("inside", here(spec, partitions))
                                        .put("log", log)
                                        .put("pending", pending(spec))
                                        .build(),
                                row -> row.number(1));
        if (outside > 0) {
            throw new KalendsException(
                    FailureCode.VALIDATION_FAILED,
                    "%d rows of %s lie outside all partitions.".formatted(outside, live),
                    "The application goes on with " + live + ", which is complete.",
                    advice());
        }
    }

    /// With an index that leads with the key each partition has a snapshot of its own. Without one,
    /// reading the table once for all partitions is the only way whose work is linear.
    private List<List<Partition>> pieces(List<Partition> partitions) {
        if (partitions.isEmpty()) {
            return List.of();
        }
        boolean indexed =
                Placement.byRange(work.spec())
                        && work.spec().source().indexes().stream().anyMatch(this::leadsWithKey);
        return indexed ? partitions.stream().map(List::of).toList() : List.of(partitions);
    }

    private boolean leadsWithKey(Index index) {
        return !index.columns().isEmpty()
                && index.columns().getFirst().equals(work.spec().key())
                && !index.definition().contains(" WHERE ");
    }

    private List<Result> compare(
            Session session, List<Partition> partitions, List<String> rules, Depth depth) {
        Map<Long, Sums> here =
                read(session, sums(work.spec(), live, log, partitions, rules, depth));
        Map<Long, Sums> there =
                read(session, sums(work.spec(), other, log, partitions, rules, depth));
        List<Result> results = new ArrayList<>();
        for (int i = 0; i < partitions.size(); i++) {
            // Partitions are counted from 1.
            Sums a = here.getOrDefault((long) i + 1, Sums.NONE);
            Sums b = there.getOrDefault((long) i + 1, Sums.NONE);
            results.add(
                    new Result(partitions.get(i), a.rows(), b.rows(), a.checksum(), b.checksum()));
        }
        Sums nowhere = here.getOrDefault(0L, Sums.NONE);
        if (nowhere.rows() > 0) {
            results.add(
                    new Result(
                            new Partition(Identifier.of("(no partition)"), new Bounds.Rest()),
                            nowhere.rows(),
                            0,
                            nowhere.checksum(),
                            BigDecimal.ZERO));
        }
        return results;
    }

    private record Sums(long rows, BigDecimal checksum) {
        private static final Sums NONE = new Sums(0, BigDecimal.ZERO);
    }

    private static Map<Long, Sums> read(Session session, Sql sums) {
        Map<Long, Sums> byBucket = new HashMap<>();
        session.query(
                sums,
                row ->
                        byBucket.put(
                                row.number(1),
                                new Sums(row.number(2), new BigDecimal(row.text(3)))));
        return byBucket;
    }

    private static final String DIFFERENCES =
            """
            SELECT CASE WHEN b.id IS NULL THEN 'only in the live table: ' || a.id
                        WHEN a.id IS NULL THEN 'only in the other table: ' || b.id
                        ELSE 'different content: ' || a.id END
              FROM (SELECT concat_ws(', ', {rowKey}) AS id, {hash} AS hash FROM {live} s
                     WHERE {here} AND NOT EXISTS (SELECT FROM {log} k WHERE {pending})) a
              FULL JOIN (SELECT concat_ws(', ', {rowKey}) AS id, {hash} AS hash FROM {other} s
                     WHERE {here} AND NOT EXISTS (SELECT FROM {log} k WHERE {pending})) b
                ON a.id = b.id
             WHERE a.hash IS DISTINCT FROM b.hash
             ORDER BY 1 LIMIT 20
            """;

    /// The first rows that differ, at most 20.
    private List<String> differences(Partition partition) {
        MigrationSpec spec = work.spec();
        if (spec.keyless()) {
            return List.of();
        }
        Identifier row = Identifier.of("s");
        return work.session()
                .query(
                        Sql.text(DIFFERENCES)
                                .put("rowKey", ReplaySql.of(row, spec.rowKey()))
                                .put("hash", hash(spec, row))
                                .put("live", live)
                                .put("other", other)
                                .put("here", here(partition))
                                .put("log", log)
                                .put("pending", pending(spec))
                                .build(),
                        found -> found.text(1));
    }

    private SqlPart here(Partition partition) {
        if (Placement.byRange(work.spec())) {
            return here(work.spec(), List.of(partition));
        }
        boolean nowhere = partition.name().value().startsWith("(");
        return nowhere
                ? Sql.of("true")
                : Sql.text("({rule})")
                        .put("rule", ServerText.of(rules(List.of(partition)).getFirst()))
                        .build();
    }

    private String advice() {
        return other.equals(work.names().old())
                ? "Do not roll back. Report this with the lines above."
                : "Do not switch. Report this with the lines above; kalends migrate --abort removes the twin.";
    }

    /// @throws KalendsException VALIDATION_FAILED if a result is unequal
    void refuseUnequal(List<Result> results) {
        for (Result result : results) {
            if (!result.equal()) {
                throw new KalendsException(
                        FailureCode.VALIDATION_FAILED,
                        "Partition %s differs: %d rows in %s, %d in %s. %s"
                                .formatted(
                                        result.partition().name(),
                                        result.rows(),
                                        live,
                                        result.otherRows(),
                                        other,
                                        String.join("; ", differences(result.partition()))),
                        "The application goes on with " + live + ", which is complete.",
                        advice());
            }
        }
    }
}
