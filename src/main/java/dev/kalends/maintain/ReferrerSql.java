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
                .put("elsewhere", elsewhere())
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

    /// Rows of the partition itself, and of partitions that leave before it, go along.
    private SqlPart elsewhere() {
        Sql own = Sql.text(ELSEWHERE).put("leaf", Literal.of(member.oid())).build();
        if (leaving.isEmpty()) {
            return own;
        }
        return Sql.text("{own} AND r.tableoid NOT IN ({leaving})")
                .put("own", own)
                .put("leaving", SqlList.of(leaving.stream().sorted().map(Literal::of).toList()))
                .build();
    }

    private static final String KEYS =
            """
            (SELECT {columns} FROM {held} g WHERE {within}
                AND EXISTS (SELECT FROM {referring} r WHERE {match} AND {elsewhere}) LIMIT {most}) g
            """;
    private static final String DELETE =
            "DELETE FROM {referring} r USING {keys} WHERE {match} AND {elsewhere}";
    private static final String CLEAR =
            "UPDATE {referring} r SET {nulls} FROM {keys} WHERE {match} AND {elsewhere}";

    /// Settles the rows that refer to some of the partition's; to be repeated until it finds none.
    Sql settle(PartitionSet.Reference reference, LifecycleConfig.Referrers way) {
        List<Sql> columns =
                reference.referencedColumns().stream()
                        .map(column ->
                                Sql.text("{column}")
                                        .put("column", new QualifiedName(HELD, column))
                                        .build())
                        .toList();
        Sql keys =
                Sql.text(KEYS)
                        .put("columns", SqlList.of(columns))
                        .put("held", held(reference))
                        .put("within", within(reference))
                        .put("referring", reference.referencing())
                        .put("match", match(reference))
                        .put("elsewhere", elsewhere())
                        .put("most", Literal.of(KEYS_PER_BATCH))
                        .build();
        return switch (way) {
            case DELETE ->
                    Sql.text(DELETE)
                            .put("referring", reference.referencing())
                            .put("keys", keys)
                            .put("match", match(reference))
                            .put("elsewhere", elsewhere())
                            .build();
            case CLEAR ->
                    Sql.text(CLEAR)
                            .put("referring", reference.referencing())
                            .put(
                                    "nulls",
                                    SqlList.of(
                                            reference.columns().stream()
                                                    .map(column ->
                                                            Sql.text("{column} = NULL")
                                                                    .put("column", column)
                                                                    .build())
                                                    .toList()))
                            .put("keys", keys)
                            .put("match", match(reference))
                            .put("elsewhere", elsewhere())
                            .build();
        };
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
        List<Identifier> columns = new java.util.ArrayList<>(guard.columns());
        guard.place().stream().filter(each -> !columns.contains(each)).forEach(columns::add);
        return RangeSql.equal(leaf, columns, HELD, columns);
    }
}
