package dev.kalends.migrate;

import dev.kalends.catalog.Index;
import dev.kalends.execute.Workers;
import dev.kalends.failure.FailureCode;
import dev.kalends.failure.KalendsException;
import dev.kalends.journal.Leaf;
import dev.kalends.pg.Session;
import dev.kalends.plan.MigrationSpec;
import dev.kalends.plan.Partition;
import dev.kalends.sql.Identifier;
import dev.kalends.sql.QualifiedName;
import dev.kalends.sql.ServerText;
import dev.kalends.sql.Sql;
import dev.kalends.sql.SqlList;
import dev.kalends.sql.SqlPart;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.BiConsumer;

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
            SELECT width_bucket(s.{key}, ARRAY[{bounds}]::{type}[]), count(*), {checksum}
              FROM {table} s
             WHERE s.{key} >= {from} AND s.{key} < {to}
               AND NOT EXISTS (SELECT FROM {log} k WHERE {pending})
             GROUP BY 1
            """;

    static Sql sums(
            MigrationSpec spec,
            QualifiedName table,
            QualifiedName log,
            List<Partition> partitions,
            Depth depth) {
        List<SqlPart> bounds = new ArrayList<>();
        partitions.forEach(partition -> bounds.add(spec.bound(partition.from())));
        Identifier row = Identifier.of("s");
        SqlPart checksum =
                depth == Depth.ROWS
                        ? Sql.of("0::numeric")
                        : Sql.text("sum({hash}::numeric)").put("hash", hash(spec, row)).build();
        return Sql.text(SUMS)
                .put("key", spec.key())
                .put("bounds", SqlList.of(bounds))
                .put("type", ServerText.of(spec.keyType().castName()))
                .put("checksum", checksum)
                .put("table", table)
                .put("from", spec.bound(partitions.getFirst().from()))
                .put("to", spec.bound(partitions.getLast().to()))
                .put("log", log)
                .put("pending", pending(spec))
                .build();
    }

    private static Sql hash(MigrationSpec spec, Identifier row) {
        return Sql.text("hashtextextended(ROW({columns})::text, 0)")
                .put("columns", ReplaySql.of(row, spec.allColumns()))
                .build();
    }

    private static SqlPart pending(MigrationSpec spec) {
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
        Map<Partition, Result> results =
                new ConcurrentSkipListMap<>(java.util.Comparator.comparing(Partition::from));
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
                                for (Result result : compare(session, piece, depth)) {
                                    results.put(result.partition(), result);
                                    done.accept(session, result);
                                }
                                return true;
                            });
                });
        return List.copyOf(results.values());
    }

    /// Adds a stand-in for each stretch of time that no partition holds, so that no row of the live
    /// table escapes the comparison.
    private List<Partition> withoutGaps(List<Partition> partitions) {
        List<Partition> all = new ArrayList<>();
        for (Partition partition : partitions) {
            if (!all.isEmpty() && all.getLast().to().isBefore(partition.from())) {
                all.add(
                        new Partition(
                                Identifier.of("(no partition)"),
                                all.getLast().to(),
                                partition.from()));
            }
            all.add(partition);
        }
        return all;
    }

    private static final String OUTSIDE =
            """
            SELECT count(*) FROM {live} s
             WHERE (s.{key} < {from} OR s.{key} >= {to} OR s.{key} IS NULL)
               AND NOT EXISTS (SELECT FROM {log} k WHERE {pending})
            """;

    /// @throws KalendsException VALIDATION_FAILED if the live table has rows before the first
    ///   partition or after the last
    void refuseOutside(List<Leaf> leaves) {
        MigrationSpec spec = work.spec();
        long outside =
                work.session()
                        .one(
                                Sql.text(OUTSIDE)
                                        .put("live", live)
                                        .put("key", spec.key())
                                        .put(
                                                "from",
                                                spec.bound(leaves.getFirst().partition().from()))
                                        .put("to", spec.bound(leaves.getLast().partition().to()))
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
        boolean indexed = work.spec().source().indexes().stream().anyMatch(this::leadsWithKey);
        return indexed ? partitions.stream().map(List::of).toList() : List.of(partitions);
    }

    private boolean leadsWithKey(Index index) {
        return !index.columns().isEmpty()
                && index.columns().getFirst().equals(work.spec().key())
                && !index.definition().contains(" WHERE ");
    }

    private List<Result> compare(Session session, List<Partition> partitions, Depth depth) {
        Map<Long, Sums> here = read(session, sums(work.spec(), live, log, partitions, depth));
        Map<Long, Sums> there = read(session, sums(work.spec(), other, log, partitions, depth));
        List<Result> results = new ArrayList<>();
        for (int i = 0; i < partitions.size(); i++) {
            // width_bucket counts from 1.
            Sums a = here.getOrDefault((long) i + 1, Sums.NONE);
            Sums b = there.getOrDefault((long) i + 1, Sums.NONE);
            results.add(
                    new Result(partitions.get(i), a.rows(), b.rows(), a.checksum(), b.checksum()));
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
                     WHERE s.{key} >= {from} AND s.{key} < {to}
                       AND NOT EXISTS (SELECT FROM {log} k WHERE {pending})) a
              FULL JOIN (SELECT concat_ws(', ', {rowKey}) AS id, {hash} AS hash FROM {other} s
                     WHERE s.{key} >= {from} AND s.{key} < {to}
                       AND NOT EXISTS (SELECT FROM {log} k WHERE {pending})) b
                ON a.id = b.id
             WHERE a.hash IS DISTINCT FROM b.hash
             ORDER BY 1 LIMIT 20
            """;

    /// The first rows that differ, at most 20.
    private List<String> differences(Partition partition) {
        MigrationSpec spec = work.spec();
        Identifier row = Identifier.of("s");
        return work.session()
                .query(
                        Sql.text(DIFFERENCES)
                                .put("rowKey", ReplaySql.of(row, spec.rowKey()))
                                .put("hash", hash(spec, row))
                                .put("live", live)
                                .put("other", other)
                                .put("key", spec.key())
                                .put("from", spec.bound(partition.from()))
                                .put("to", spec.bound(partition.to()))
                                .put("log", log)
                                .put("pending", pending(spec))
                                .build(),
                        found -> found.text(1));
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
