package dev.kalends.maintain;

import dev.kalends.catalog.PartitionSet;
import dev.kalends.config.LifecycleConfig;
import dev.kalends.plan.SetSpec;
import dev.kalends.sql.Identifier;
import dev.kalends.sql.Literal;
import dev.kalends.sql.QualifiedName;
import dev.kalends.sql.Sql;
import dev.kalends.sql.SqlList;
import dev.kalends.sql.SqlPart;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Statements about rows that refer to rows of one partition, through the table or through a guard.
final class ReferrerSql {
    private static final Identifier REFERRING = Identifier.of("r");
    private static final Identifier HELD = Identifier.of("g");
    private static final int KEYS_PER_BATCH = 1_000;

    private final PartitionSet set;
    private final SetSpec spec;
    private final PartitionSet.Member member;
    private final Set<Long> leaving;

    /// @param leaving partitions of referring tables that leave before this one: their rows do not
    ///   count
    ReferrerSql(PartitionSet set, SetSpec spec, PartitionSet.Member member, Set<Long> leaving) {
        this.set = set;
        this.spec = spec;
        this.member = member;
        this.leaving = leaving;
    }

    /// The foreign keys by which rows elsewhere may refer to rows of the partition.
    List<PartitionSet.Reference> references() {
        return set.references().stream()
                .filter(each -> each.referencingOid() != member.oid())
                .filter(each ->
                        each.referencedOid() == set.oid()
                                || each.referencedOid() == member.oid()
                                || guard(each) != null)
                .toList();
    }

    /// Whether a partition of another table refers to this very partition.
    boolean paired(PartitionSet.Reference reference) {
        return reference.referencedOid() == member.oid();
    }

    private SetSpec.@Nullable Guard guard(PartitionSet.Reference reference) {
        return spec.guards().stream()
                .filter(guard -> guard.table().equals(reference.referenced()))
                .findFirst()
                .orElse(null);
    }

    private static final String COUNT =
            """
            SELECT count(*) FROM (SELECT FROM {referring} r JOIN {held} g ON {match}
                                   WHERE {within} AND {elsewhere} LIMIT {most}) x
            """;

    /// How many rows elsewhere refer to rows of the partition, counted up to a limit.
    Sql count(PartitionSet.Reference reference, int most) {
        return Sql.text(COUNT)
                .put("referring", reference.referencing())
                .put("held", held(reference))
                .put("match", match(reference))
                .put("within", within(reference))
                .put("elsewhere", elsewhere(reference))
                .put("most", Literal.of(most))
                .build();
    }

    private QualifiedName held(PartitionSet.Reference reference) {
        SetSpec.Guard guard = guard(reference);
        return guard == null ? member.name() : guard.table();
    }

    private static SqlPart match(PartitionSet.Reference reference) {
        return RangeSql.equal(REFERRING, reference.columns(), HELD, reference.referencedColumns());
    }

    private SqlPart within(PartitionSet.Reference reference) {
        SetSpec.Guard guard = guard(reference);
        return guard == null
                ? Sql.of("true")
                : RangeSql.within(HELD, guard.place().getFirst(), member);
    }

    private static final String ELSEWHERE =
            """
            r.tableoid <> {leaf} AND r.tableoid NOT IN (SELECT t.relid FROM pg_partition_tree({leaf}) t)
            """;

    /// Rows of the partition itself, and of partitions that leave before it, go along. Of other
    /// tables nothing is said, so that the planner's estimates are right.
    private SqlPart elsewhere(PartitionSet.Reference reference) {
        List<SqlPart> conditions = new ArrayList<>();
        if (reference.referencingOid() == set.oid()) {
            conditions.add(
                    member.place() == PartitionSet.Place.PARTITIONED
                            ? Sql.text(ELSEWHERE).put("leaf", Literal.of(member.oid())).build()
                            : Sql.text("r.tableoid <> {leaf}")
                                    .put("leaf", Literal.of(member.oid()))
                                    .build());
        }
        if (!leaving.isEmpty()) {
            conditions.add(
                    Sql.text("r.tableoid NOT IN ({leaving})")
                            .put(
                                    "leaving",
                                    SqlList.of(leaving.stream().sorted().map(Literal::of).toList()))
                            .build());
        }
        return conditions.isEmpty() ? Sql.of("true") : SqlList.and(conditions);
    }

    private static final String KEYS =
            """
            WITH k AS MATERIALIZED (SELECT DISTINCT {columns} FROM {referring} r JOIN {held} g ON {match}
                                     WHERE {within} AND {elsewhere} LIMIT {most})
            """;
    private static final String DELETE =
            "{keys} DELETE FROM {referring} r USING k WHERE {same} AND {elsewhere}";
    private static final String CLEAR =
            "{keys} UPDATE {referring} r SET {nulls} FROM k WHERE {same} AND {elsewhere}";

    /// Settles the rows that refer to some of the partition's; to be repeated until it finds none.
    Sql settle(PartitionSet.Reference reference, LifecycleConfig.Referrers way) {
        Sql keys =
                Sql.text(KEYS)
                        .put(
                                "columns",
                                SqlList.of(
                                        reference.columns().stream()
                                                .map(column -> new QualifiedName(REFERRING, column))
                                                .toList()))
                        .put("referring", reference.referencing())
                        .put("held", held(reference))
                        .put("match", match(reference))
                        .put("within", within(reference))
                        .put("elsewhere", elsewhere(reference))
                        .put("most", Literal.of(KEYS_PER_BATCH))
                        .build();
        SqlPart same =
                RangeSql.equal(
                        REFERRING, reference.columns(), Identifier.of("k"), reference.columns());
        return switch (way) {
            case DELETE ->
                    Sql.text(DELETE)
                            .put("keys", keys)
                            .put("referring", reference.referencing())
                            .put("same", same)
                            .put("elsewhere", elsewhere(reference))
                            .build();
            case CLEAR ->
                    Sql.text(CLEAR)
                            .put("keys", keys)
                            .put("referring", reference.referencing())
                            .put("nulls", SqlList.of(nulls(reference)))
                            .put("same", same)
                            .put("elsewhere", elsewhere(reference))
                            .build();
        };
    }

    private static List<Sql> nulls(PartitionSet.Reference reference) {
        return reference.columns().stream()
                .map(column -> Sql.text("{column} = NULL").put("column", column).build())
                .toList();
    }

    private static final String LOCK_KEYS =
            """
            SELECT count(*) FROM (SELECT FROM {guard} g WHERE {within}
                AND EXISTS (SELECT FROM {leaf} l WHERE {same}) FOR UPDATE OF g) x
            """;
    private static final String DELETE_KEYS =
            "DELETE FROM {guard} g WHERE {within} AND EXISTS (SELECT FROM {leaf} l WHERE {same}){unreferenced}";

    /// Locks the guard's rows for the partition's: a row that wants to refer to one of them waits,
    /// and one that was about to is committed by then.
    Sql lockKeys(SetSpec.Guard guard) {
        return Sql.text(LOCK_KEYS)
                .put("guard", guard.table())
                .put("within", RangeSql.within(HELD, guard.place().getFirst(), member))
                .put("leaf", member.name())
                .put("same", same(guard))
                .build();
    }

    /// Deletes the guard's rows for the partition's, but for those that anything refers to. Those
    /// stay, so that no action of a foreign key ever fires.
    Sql deleteKeys(SetSpec.Guard guard) {
        List<Sql> unreferenced =
                references().stream()
                        .filter(each -> each.referenced().equals(guard.table()))
                        .map(each ->
                                Sql.text(
                                                " AND NOT EXISTS (SELECT FROM {referring} r WHERE {match})")
                                        .put("referring", each.referencing())
                                        .put("match", match(each))
                                        .build())
                        .toList();
        return Sql.text(DELETE_KEYS)
                .put("guard", guard.table())
                .put("within", RangeSql.within(HELD, guard.place().getFirst(), member))
                .put("leaf", member.name())
                .put("same", same(guard))
                .put("unreferenced", new SqlList(List.copyOf(unreferenced), ""))
                .build();
    }

    private static SqlPart same(SetSpec.Guard guard) {
        Identifier leaf = Identifier.of("l");
        List<Identifier> columns = new ArrayList<>(guard.columns());
        guard.place().stream().filter(each -> !columns.contains(each)).forEach(columns::add);
        return RangeSql.equal(leaf, columns, HELD, columns);
    }
}
