package dev.kalends.migrate;

import dev.kalends.catalog.Column;
import dev.kalends.plan.MigrationNames;
import dev.kalends.plan.MigrationSpec;
import dev.kalends.sql.Identifier;
import dev.kalends.sql.Literal;
import dev.kalends.sql.QualifiedName;
import dev.kalends.sql.Sql;
import dev.kalends.sql.SqlList;
import dev.kalends.sql.SqlPart;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;

/// Statements that bring one table in step with another from the log of the first.
///
/// One statement reads the log and the source under one snapshot, so every change whose log row it
/// takes is in the source it reads, and exactly the log rows it took are deleted. Each returns one
/// row: log rows taken, the greatest number among them, rows written, rows removed, conflicts
/// found.
final class ReplaySql {
    private static final Identifier SOURCE = Identifier.of("s");
    private static final Identifier KEYS = Identifier.of("k");
    private static final Identifier OLD = Identifier.of("o");
    private static final Identifier PRESENT = Identifier.of("p");
    private static final Identifier OTHER = Identifier.of("x");

    private final MigrationSpec spec;
    private final MigrationNames names;

    ReplaySql(MigrationSpec spec) {
        this.spec = spec;
        this.names = spec.migrationNames();
    }

    private static final String FORWARD =
            """
            WITH picked AS (
                DELETE FROM {log} WHERE n IN (SELECT n FROM {log} WHERE n > ? ORDER BY n LIMIT {limit})
                RETURNING n, {keys}),
            k AS MATERIALIZED (SELECT DISTINCT {keys} FROM picked),
            gone AS (
                DELETE FROM {twin} o USING k WHERE {oldIsKey} {unlessThere}
                RETURNING 1),
            put AS (
                INSERT INTO {twin} ({columns})
                SELECT {sourceColumns} FROM k JOIN ONLY {table} s ON {sourceIsKey}
                 WHERE (SELECT count(*) FROM gone) >= 0
                ON CONFLICT ({rowKey}) {action}
                RETURNING 1)
            SELECT (SELECT count(*) FROM picked), (SELECT max(n) FROM picked),
                   (SELECT count(*) FROM put), (SELECT count(*) FROM gone), 0
            """;

    private static final String UNLESS_THERE =
            "AND NOT EXISTS (SELECT FROM ONLY {table} s WHERE {sourceIsKey})";

    /// What is gone goes first, so that what takes its place in a unique key finds it free. Where
    /// there are unique keys besides the primary key, rows that stay make room as well.
    private Sql unlessThere() {
        return spec.contested()
                ? Sql.of("")
                : Sql.text(UNLESS_THERE)
                        .put("table", spec.table())
                        .put("sourceIsKey", isKey(SOURCE))
                        .build();
    }

    /// From the table to its twin. Bind the number after which to read. The limit is part of the
    /// text, so that the planner knows how few rows it is about.
    ///
    /// @param rowsMax log rows taken at most
    Sql forward(int rowsMax) {
        if (spec.keyless()) {
            return new KeylessSql(spec).forward(rowsMax);
        }
        return Sql.text(FORWARD)
                .put("limit", Literal.of(rowsMax))
                .put("log", names.captureLog())
                .put("keys", SqlList.of(CaptureSql.keyColumns(spec)))
                .put("twin", names.twin())
                .put("table", spec.table())
                .put("oldIsKey", isKey(OLD))
                .put("unlessThere", unlessThere())
                .put("sourceIsKey", isKey(SOURCE))
                .put("columns", SqlList.of(spec.writtenColumns()))
                .put("sourceColumns", columns(SOURCE))
                .put("rowKey", SqlList.of(spec.rowKey()))
                .put("action", onConflict(spec.rowKey()))
                .build();
    }

    private static final String REVERSE =
            """
            WITH picked AS (
                DELETE FROM {log} WHERE n IN (SELECT n FROM {log} WHERE n > ? ORDER BY n LIMIT {limit})
                RETURNING n, {keys}),
            k AS MATERIALIZED (SELECT DISTINCT {keys} FROM picked),
            p AS MATERIALIZED (
                SELECT {sourceColumns}, count(*) OVER (PARTITION BY {sourceIdentity}) AS kalends_copies
                  FROM k JOIN {table} s ON {sourceIsKey}),
            doubled AS MATERIALIZED (
                SELECT {presentKey} FROM p
                 WHERE p.kalends_copies > 1
                    OR EXISTS (SELECT FROM ONLY {old} o JOIN {table} x ON {otherIsOld}
                                WHERE {oldIsPresent} AND ({oldPlace}) <> ({presentPlace}))),
            noted AS (
                INSERT INTO {conflicts} ({keys}) SELECT {rowKey} FROM doubled
                UNION SELECT {oldKey} FROM ONLY {old} o JOIN doubled p ON {oldIsPresent}
                ON CONFLICT DO NOTHING
                RETURNING 1),
            gone AS (
                DELETE FROM ONLY {old} o USING (SELECT DISTINCT {identityKeys} FROM k) k
                 WHERE {oldIsIdentity} {unlessPresent}
                RETURNING 1),
            put AS (
                INSERT INTO {old} ({columns})
                SELECT {presentColumns} FROM p
                 WHERE NOT EXISTS (SELECT FROM doubled o WHERE {oldIsPresent})
                   AND (SELECT count(*) FROM gone) >= 0
                ON CONFLICT ({identity}) {action}
                RETURNING 1)
            SELECT (SELECT count(*) FROM picked), (SELECT max(n) FROM picked),
                   (SELECT count(*) FROM put), (SELECT count(*) FROM gone), (SELECT count(*) FROM noted)
            """;

    private static final String UNLESS_PRESENT =
            """
            AND NOT EXISTS (SELECT FROM {table} x WHERE {otherIsOld})
            AND NOT EXISTS (SELECT FROM p WHERE {oldIsPresent})
            """;

    private Sql unlessPresent() {
        return spec.contestedBack()
                ? Sql.of("")
                : Sql.text(UNLESS_PRESENT)
                        .put("table", spec.table())
                        .put("otherIsOld", isRow(OTHER, spec.rowKey(), OLD, spec.rowKey()))
                        .put("oldIsPresent", equal(OLD, spec.identity(), PRESENT, spec.identity()))
                        .build();
    }

    /// From the partitioned table back to the old one, whose primary key is narrower: a key that
    /// stands twice is noted as a conflict and neither row is written.
    ///
    /// @param rowsMax log rows taken at most
    Sql reverse(int rowsMax) {
        if (spec.keyless()) {
            return new KeylessSql(spec).reverse(rowsMax);
        }
        List<Identifier> identity = spec.identity();
        List<Identifier> keys = CaptureSql.keyColumns(spec).subList(0, identity.size());
        return Sql.text(REVERSE)
                .put("limit", Literal.of(rowsMax))
                .put("log", names.reverseLog())
                .put("keys", SqlList.of(CaptureSql.keyColumns(spec)))
                .put("identityKeys", SqlList.of(keys))
                .put("table", spec.table())
                .put("old", names.old())
                .put("conflicts", names.conflicts())
                .put("oldPlace", of(OLD, spec.partitionKeys()))
                .put("presentPlace", of(PRESENT, spec.partitionKeys()))
                .put("sourceColumns", columns(SOURCE))
                .put("sourceIdentity", of(SOURCE, identity))
                .put("sourceIsKey", isKey(SOURCE))
                .put("presentKey", of(PRESENT, spec.rowKey()))
                .put("oldKey", of(OLD, spec.rowKey()))
                .put("otherIsOld", isRow(OTHER, spec.rowKey(), OLD, spec.rowKey()))
                .put("oldIsPresent", equal(OLD, identity, PRESENT, identity))
                .put("unlessPresent", unlessPresent())
                .put("oldIsIdentity", equal(OLD, identity, KEYS, keys))
                .put("rowKey", SqlList.of(spec.rowKey()))
                .put("columns", SqlList.of(spec.writtenColumns()))
                .put("presentColumns", columns(PRESENT))
                .put("identity", SqlList.of(identity))
                .put("action", onConflict(identity))
                .build();
    }

    /// Whether rows of the table can exclude each other besides by the primary key.
    boolean rowsExclude() {
        return !spec.source().carried().exclusions().isEmpty();
    }

    private static final String CLEAR =
            """
            DELETE FROM {table} o USING (SELECT DISTINCT {keys} FROM {log}) k WHERE {isKey}
            """;

    /// Removes from the twin what waits to be replayed, which puts the present rows in. Rows that
    /// are not written in one batch can exclude each other in the twin though they never did in the
    /// table: each was changed to make room for the other.
    Sql clearForward() {
        return Sql.text(CLEAR)
                .put("table", names.twin())
                .put("keys", SqlList.of(CaptureSql.keyColumns(spec)))
                .put("log", names.captureLog())
                .put("isKey", isKey(OLD))
                .build();
    }

    /// The same for the old table and the way back.
    Sql clearReverse() {
        List<Identifier> identity = spec.identity();
        List<Identifier> keys = CaptureSql.keyColumns(spec).subList(0, identity.size());
        return Sql.text(CLEAR)
                .put("table", names.old())
                .put("keys", SqlList.of(keys))
                .put("log", names.reverseLog())
                .put("isKey", equal(OLD, identity, KEYS, keys))
                .build();
    }

    private static final String RETRY_CONFLICTS =
            """
            WITH back AS (DELETE FROM {conflicts} RETURNING {keys})
            INSERT INTO {log} ({keys}) SELECT {keys} FROM back
            """;

    /// Puts noted conflicts back into the log, to be looked at again.
    Sql retryConflicts() {
        return Sql.text(RETRY_CONFLICTS)
                .put("conflicts", names.conflicts())
                .put("keys", SqlList.of(CaptureSql.keyColumns(spec)))
                .put("log", names.reverseLog())
                .build();
    }

    private static final String CREATE_CONFLICTS =
            "CREATE TABLE {conflicts} ({definitions}, PRIMARY KEY ({keys}))";

    Sql createConflicts() {
        return Sql.text(CREATE_CONFLICTS)
                .put("conflicts", names.conflicts())
                .put("definitions", CaptureSql.keyDefinitions(spec))
                .put("keys", SqlList.of(CaptureSql.keyColumns(spec)))
                .build();
    }

    private static final String DOUBLED_IDS =
            """
            SELECT concat_ws(', ', {identity}) FROM (
                SELECT DISTINCT {keys} FROM {conflicts}
                UNION SELECT {keys} FROM (SELECT {keys} FROM {log} ORDER BY n LIMIT 50000) l) k
             WHERE (SELECT count(*) FROM {table} s WHERE {isIdentity}) > 1
             ORDER BY 1 LIMIT 20
            """;

    /// Identities that stand in the partitioned table more than once, of those written after the
    /// switch; at most 20. Of writes that wait to be replayed the first 50,000 are looked at:
    /// replay notes the others when it comes to them.
    Sql doubledIdentities() {
        List<Identifier> identity = spec.identity();
        List<Identifier> keys = CaptureSql.keyColumns(spec).subList(0, identity.size());
        return Sql.text(DOUBLED_IDS)
                .put("identity", of(KEYS, keys))
                .put("keys", SqlList.of(keys))
                .put("conflicts", names.conflicts())
                .put("log", names.reverseLog())
                .put("table", spec.table())
                .put("isIdentity", equal(SOURCE, identity, KEYS, keys))
                .build();
    }

    private SqlPart isKey(Identifier alias) {
        return isRow(alias, spec.rowKey(), KEYS, CaptureSql.keyColumns(spec));
    }

    /// Like [#equal], but a range's key beside the primary key is compared by two inequalities,
    /// which say the same. So partitions are pruned as well, but an index on the partition key
    /// alone does not look as if it led to one row: where many rows share a time it would lead to
    /// all of them.
    private SqlPart isRow(
            Identifier left,
            List<Identifier> leftColumns,
            Identifier right,
            List<Identifier> rightColumns) {
        boolean beside = spec.scheme().isRange() && !spec.identity().contains(spec.key());
        int at = beside ? leftColumns.indexOf(spec.key()) : -1;
        List<SqlPart> conditions = new ArrayList<>();
        for (int i = 0; i < leftColumns.size(); i++) {
            QualifiedName one = new QualifiedName(left, leftColumns.get(i));
            QualifiedName other = new QualifiedName(right, rightColumns.get(i));
            conditions.add(
                    i == at
                            ? Sql.text("{one} >= {other} AND {one} <= {other}")
                                    .put("one", one)
                                    .put("other", other)
                                    .build()
                            : Sql.text("{one} = {other}")
                                    .put("one", one)
                                    .put("other", other)
                                    .build());
        }
        return SqlList.and(conditions);
    }

    private SqlList columns(Identifier alias) {
        return of(alias, spec.writtenColumns());
    }

    static SqlList of(Identifier alias, List<Identifier> columns) {
        return SqlList.of(
                columns.stream().map(column -> new QualifiedName(alias, column)).toList());
    }

    /// `a.x = b.k1 AND a.y = b.k2`
    static SqlList equal(
            Identifier left,
            List<Identifier> leftColumns,
            Identifier right,
            List<Identifier> rightColumns) {
        List<SqlPart> conditions = new ArrayList<>();
        for (int i = 0; i < leftColumns.size(); i++) {
            conditions.add(
                    Sql.text("{left} = {right}")
                            .put("left", new QualifiedName(left, leftColumns.get(i)))
                            .put("right", new QualifiedName(right, rightColumns.get(i)))
                            .build());
        }
        return SqlList.and(conditions);
    }

    private SqlPart onConflict(List<Identifier> target) {
        List<SqlPart> assignments = new ArrayList<>();
        for (Identifier column : spec.writtenColumns()) {
            if (!target.contains(column) || !sameWhenEqual(column)) {
                assignments.add(
                        Sql.text("{column} = excluded.{column}").put("column", column).build());
            }
        }
        return assignments.isEmpty()
                ? Sql.of("DO NOTHING")
                : Sql.text("DO UPDATE SET {assignments}")
                        .put("assignments", SqlList.of(assignments))
                        .build();
    }

    private static final Pattern SAME_WHEN_EQUAL =
            Pattern.compile(
                    "(smallint|integer|bigint|uuid|text|character varying|character|date|timestamp)\\b.*");

    /// Whether two equal values of a column look the same, as `numeric` 1.0 and 1.00 do not. Other
    /// key columns have to be written too; these are not, because an index whose columns an update
    /// names is not cleaned of the versions it leaves.
    private boolean sameWhenEqual(Identifier name) {
        Column column = Objects.requireNonNull(spec.source().column(name), "a written column");
        return column.collation() == null && SAME_WHEN_EQUAL.matcher(column.type()).matches();
    }
}
