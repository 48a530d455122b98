package dev.kalends.maintain;

import dev.kalends.catalog.LeafModel;
import dev.kalends.catalog.PartitionSet;
import dev.kalends.config.LifecycleConfig;
import dev.kalends.key.KeyCodec;
import dev.kalends.key.KeyType;
import dev.kalends.pg.Session;
import dev.kalends.pg.catalog.CatalogReader;
import dev.kalends.pg.catalog.LeafModelReader;
import dev.kalends.plan.Scheme;
import dev.kalends.plan.SetSpec;
import dev.kalends.sql.ConfiguredSql;
import dev.kalends.sql.Identifier;
import dev.kalends.sql.Literal;
import dev.kalends.sql.QualifiedName;
import dev.kalends.sql.Sql;
import dev.kalends.sql.SqlPart;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Looks at the rows, for what is due and nothing else.
final class Prober {
    /// Rows are counted up to here; what is more is "more than".
    static final int ROWS_COUNTED = 10_000;

    private final Session session;
    private final int blockBytes;

    Prober(Session session, int blockBytes) {
        this.session = session;
        this.blockBytes = blockBytes;
    }

    /// What a new partition is made after: the last of its siblings that is a table like it.
    LeafModel model(PartitionSet set, List<PartitionSet.Member> siblings) {
        long model = set.oid();
        for (PartitionSet.Member each : siblings) {
            if (each.place() != PartitionSet.Place.FOREIGN) {
                model = each.oid();
            }
        }
        return LeafModelReader.read(session, set.oid(), model, blockBytes);
    }

    Set<String> taken(Identifier schema, List<String> names) {
        return new HashSet<>(new CatalogReader(session).taken(schema, names));
    }

    private static final String GREATEST = "SELECT max({key}) FROM {table}";

    /// The greatest number in a table; null if it is empty.
    @Nullable Long greatest(PartitionSet set, Identifier key) {
        List<@Nullable Long> found = new ArrayList<>();
        session.query(
                        Sql.text(GREATEST).put("key", key).put("table", set.name()).build(),
                        row -> String.valueOf(row.numberOrNull(1)))
                .forEach(text -> found.add(text.equals("null") ? null : Long.valueOf(text)));
        return found.getFirst();
    }

    /// Rows elsewhere that refer to rows of a partition.
    ///
    /// @param rows up to [#ROWS_COUNTED] and one
    record Referrer(PartitionSet.Reference reference, long rows, Pairing pairing) {
        /// Whether it is a partition that goes with this one.
        enum Pairing {
            PAIRED,
            NONE
        }
    }

    /// @param leaving partitions that leave before it
    List<Referrer> referrers(
            PartitionSet set, SetSpec spec, PartitionSet.Member member, Set<Long> leaving) {
        ReferrerSql sql = new ReferrerSql(set, spec, member, leaving);
        List<Referrer> found = new ArrayList<>();
        for (PartitionSet.Reference reference : sql.references()) {
            boolean paired = sql.paired(reference);
            if (paired && leaving.contains(reference.referencingOid())) {
                continue;
            }
            long rows = session.one(sql.count(reference, ROWS_COUNTED + 1), row -> row.number(1));
            if (rows > 0 || paired) {
                found.add(
                        new Referrer(
                                reference,
                                rows,
                                paired ? Referrer.Pairing.PAIRED : Referrer.Pairing.NONE));
            }
        }
        return found;
    }

    private static final Sql BYTES = Sql.of("SELECT pg_relation_size(?::bigint::oid)");

    /// How much a partition holds; the statistics may never have seen it.
    long bytes(PartitionSet.Member member) {
        return session.one(BYTES, row -> row.number(1), member.oid());
    }

    /// The same in pages.
    long pages(PartitionSet.Member member) {
        return bytes(member) / Math.max(1, blockBytes);
    }

    private static final Sql ACTIONS =
            Sql.of(
                    """
                    SELECT DISTINCT c.conrelid::regclass::text FROM pg_constraint c
                     WHERE c.contype = 'f' AND c.conparentid = 0 AND c.confdeltype IN ('c', 'n', 'd')
                       AND (c.confrelid = ? OR c.confrelid IN (SELECT to_regclass(t)::oid FROM unnest(?::text[]) t))
                     ORDER BY 1
                    """);

    /// Tables whose foreign keys would do something if rows of a table were deleted.
    List<String> actions(long table, List<QualifiedName> guards) {
        return session.query(
                ACTIONS,
                row -> row.text(1),
                table,
                guards.stream().map(QualifiedName::render).toList());
    }

    /// The server looks for referring rows once for each key that leaves a guard.
    private static final Sql UNINDEXED =
            Sql.of(
                    """
                    SELECT c.conrelid::regclass::text,
                           (SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY k.place)
                              FROM unnest(c.conkey) WITH ORDINALITY k(column_number, place)
                              JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.column_number)
                      FROM pg_constraint c
                     WHERE c.contype = 'f' AND c.conparentid = 0
                       AND c.confrelid IN (SELECT to_regclass(t)::oid FROM unnest(?::text[]) t)
                       AND NOT EXISTS (SELECT FROM pg_index i
                                        WHERE i.indrelid = c.conrelid AND i.indisvalid AND i.indpred IS NULL
                                          AND (i.indkey::int2[])[0:cardinality(c.conkey) - 1] @> c.conkey)
                     ORDER BY 1, 2
                    """);

    /// Foreign keys without an index, by which keys leave the guards slowly: a sentence each.
    List<String> unindexed(List<QualifiedName> guards) {
        return session.query(
                UNINDEXED,
                row ->
                        "No index of %1$s begins with (%2$s): the server looks through all of %1$s for each key that leaves the guard. CREATE INDEX ON %1$s (%2$s) makes that quick."
                                .formatted(row.text(1), row.text(2)),
                guards.stream().map(QualifiedName::render).toList());
    }

    private static final String NOT_SATISFYING =
            "SELECT count(*) FROM (SELECT FROM {leaf} AS {name} WHERE NOT coalesce(({condition}), false) LIMIT {most}) x";
    private static final String SATISFYING =
            "SELECT count(*) FROM (SELECT FROM {leaf} AS {name} WHERE ({condition}) LIMIT {most}) x";

    /// Why the configured conditions keep a partition; empty if they do not.
    List<String> conditions(QualifiedName table, QualifiedName leaf, LifecycleConfig lifecycle) {
        List<String> reasons = new ArrayList<>();
        if (lifecycle.dropWhen() != null) {
            long rows = counted(Sql.text(NOT_SATISFYING), table, leaf, lifecycle.dropWhen());
            if (rows > 0) {
                reasons.add(
                        "%s of its rows do not satisfy dropWhen: %s"
                                .formatted(count(rows), lifecycle.dropWhen()));
            }
        }
        if (lifecycle.keepWhen() != null) {
            long rows = counted(Sql.text(SATISFYING), table, leaf, lifecycle.keepWhen());
            if (rows > 0) {
                reasons.add(
                        "%s of its rows satisfy keepWhen: %s"
                                .formatted(count(rows), lifecycle.keepWhen()));
            }
        }
        return reasons;
    }

    private long counted(
            Sql.Template query, QualifiedName table, QualifiedName leaf, String condition) {
        Sql sql =
                query.put("leaf", leaf)
                        .put("name", table.name())
                        .put("condition", new ConfiguredSql(condition))
                        .put("most", Literal.of(ROWS_COUNTED + 1))
                        .build();
        return session.transaction(
                Session.Isolation.READ_COMMITTED,
                () -> {
                    session.execute(userSqlIn(table));
                    return session.one(sql, row -> row.number(1));
                });
    }

    /// What the user wrote finds names where the table is. To be sent in a transaction.
    static Sql userSqlIn(QualifiedName table) {
        return Sql.text("SET LOCAL search_path = {schema}").put("schema", table.schema()).build();
    }

    /// "12" or "more than 10000"
    static String count(long rows) {
        return rows > ROWS_COUNTED ? "more than " + ROWS_COUNTED : Long.toString(rows);
    }

    private static final String BY_HOUR =
            """
            SELECT to_char(date_trunc('hour', {local}), 'YYYY-MM-DD"T"HH24:MI:SS'), count(*) FROM {rest} r
             WHERE {known} AND {local} > '0001-01-02' GROUP BY 1 ORDER BY 1 LIMIT 100000
            """;
    private static final String LOCAL = "(({time}) AT TIME ZONE 'UTC') AT TIME ZONE {zone}";
    private static final String ALL = "SELECT count(*) FROM {rest}";

    /// What a default partition holds.
    ///
    /// @param byHour rows by the hour that their key says, in local time of the scheme's zone
    /// @param others rows whose key says no time
    record Rest(Map<LocalDateTime, Long> byHour, long others) {}

    Rest rest(QualifiedName rest, Scheme.TimeRange scheme) {
        KeyCodec codec = scheme.codec();
        SqlPart value = new QualifiedName(Identifier.of("r"), scheme.key());
        Sql time = codec.time(value);
        Sql local =
                codec == KeyType.TIMESTAMP || codec == KeyType.DATE
                        ? time
                        : Sql.text(LOCAL)
                                .put("time", time)
                                .put("zone", Literal.of(scheme.timeZone().getId()))
                                .build();
        Map<LocalDateTime, Long> byHour = new LinkedHashMap<>();
        session.query(
                        Sql.text(BY_HOUR)
                                .put("local", local)
                                .put("rest", rest)
                                .put("known", codec.wellFormed(value))
                                .build(),
                        row -> Map.entry(LocalDateTime.parse(row.text(1)), row.number(2)))
                .forEach(each -> byHour.put(each.getKey(), each.getValue()));
        long all = session.one(Sql.text(ALL).put("rest", rest).build(), row -> row.number(1));
        long timed = byHour.values().stream().mapToLong(Long::longValue).sum();
        return new Rest(byHour, all - timed);
    }

    private static final Sql CHANGES =
            Sql.of(
                    """
                    SELECT o, coalesce(sum(pg_stat_get_tuples_inserted(t.relid) + pg_stat_get_tuples_updated(t.relid)
                                + pg_stat_get_tuples_deleted(t.relid)), 0)::bigint
                      FROM unnest(?::oid[]) o CROSS JOIN LATERAL
                           (SELECT o AS relid UNION SELECT x.relid FROM pg_partition_tree(o) x) t
                     GROUP BY o
                    """);

    /// How often rows of each partition were written, by its oid: another figure tells that some
    /// were.
    Map<Long, Long> changes(PartitionSet set) {
        return changes(session, set.members().stream().map(PartitionSet.Member::oid).toList());
    }

    static Map<Long, Long> changes(Session session, List<Long> oids) {
        Map<Long, Long> changes = new LinkedHashMap<>();
        session.query(
                        CHANGES,
                        row -> Map.entry(row.number(1), row.number(2)),
                        oids.stream().map(String::valueOf).toList())
                .forEach(each -> changes.put(each.getKey(), each.getValue()));
        return changes;
    }
}
