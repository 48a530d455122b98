package dev.kalends.analyze;

import dev.kalends.catalog.Column;
import dev.kalends.catalog.TableFacts;
import dev.kalends.pg.PgException;
import dev.kalends.pg.Row;
import dev.kalends.pg.Session;
import dev.kalends.sql.Identifier;
import dev.kalends.sql.QualifiedName;
import dev.kalends.sql.ServerText;
import dev.kalends.sql.Sql;
import dev.kalends.sql.SqlList;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Reads what the server has counted already, and small samples. Never reads a whole table.
final class StatisticsReader {
    /// How many rows of a table are looked at, and from about how many pages.
    static final int SAMPLE_ROWS = 300;

    private static final int SAMPLE_PAGES = 30;
    private static final int STATEMENTS_MAX = 1000;

    private final Session session;

    StatisticsReader(Session session) {
        this.session = session;
    }

    private static final Sql LARGEST =
            Sql.of(
                    """
                    SELECT n.nspname, c.relname
                      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                     WHERE c.relkind = 'r' AND NOT c.relispartition AND c.relpersistence <> 't'
                       AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast', 'kalends')
                       AND n.nspname NOT LIKE 'kalends\\_%'
                       AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
                     ORDER BY pg_total_relation_size(c.oid) DESC, 1, 2 LIMIT ?
                    """);

    /// The largest ordinary tables.
    List<QualifiedName> largest(int count) {
        return session.query(LARGEST, row -> QualifiedName.of(row.text(1), row.text(2)), count);
    }

    private static final Sql COLUMNS =
            Sql.of(
                    """
                    SELECT s.attname, s.null_frac, s.correlation, s.histogram_bounds::text::text[]
                      FROM pg_stats s
                     WHERE s.schemaname = ? AND s.tablename = ? AND NOT s.inherited
                    """);

    /// By column; one without statistics is missing.
    Map<Identifier, ColumnStatistics> columns(QualifiedName table) {
        Map<Identifier, ColumnStatistics> all = new LinkedHashMap<>();
        for (ColumnStatistics each :
                session.query(
                        COLUMNS,
                        row ->
                                new ColumnStatistics(
                                        Identifier.of(row.text(1)),
                                        Objects.requireNonNullElse(row.decimalOrNull(2), 0.0),
                                        row.decimalOrNull(3),
                                        row.texts(4)),
                        table.schema().value(),
                        table.name().value())) {
            all.put(each.column(), each);
        }
        return all;
    }

    private static final String SAMPLE =
            """
            SELECT {columns} FROM (SELECT * FROM ONLY {table} TABLESAMPLE SYSTEM ({percent})) s
             ORDER BY random() LIMIT 300
            """;

    /// @param columns whose values are wanted
    /// @return empty where the role may not read the table
    Sample sample(TableFacts table, List<Column> columns) {
        if (columns.isEmpty()) {
            return Sample.EMPTY;
        }
        double percent = Math.min(100, 100.0 * SAMPLE_PAGES / Math.max(1, table.heapPages()));
        List<Sql> texts = new ArrayList<>();
        for (Column column : columns) {
            texts.add(Sql.text("left({column}::text, 80)").put("column", column.name()).build());
        }
        try {
            return new Sample(
                    columns.stream().map(Column::name).toList(),
                    session.query(
                            Sql.text(SAMPLE)
                                    .put("columns", SqlList.of(texts))
                                    .put("table", table.name())
                                    .put("percent", ServerText.of(Double.toString(percent)))
                                    .build(),
                            row -> values(row, columns.size())));
        } catch (PgException e) {
            if (e.is("42501")) {
                return Sample.EMPTY;
            }
            throw e;
        }
    }

    // An unmodifiable list takes no null.
    private static List<@Nullable String> values(Row row, int count) {
        List<@Nullable String> values = new ArrayList<>();
        for (int i = 1; i <= count; i++) {
            values.add(row.textOrNull(i));
        }
        return values;
    }

    private static final String OUT_OF_ORDER =
            """
            SELECT count(*) FROM (SELECT row_number() OVER (ORDER BY k.v) AS own,
                                         row_number() OVER (ORDER BY k.v COLLATE "C") AS bytes
                                    FROM (SELECT x.v COLLATE {collation} AS v FROM unnest(?::text[]) AS x (v)) k) o
             WHERE o.own <> o.bytes
            """;

    private static final Sql COLLATION =
            Sql.of(
                    """
                    SELECT n.nspname, l.collname
                      FROM pg_attribute a JOIN pg_collation l ON l.oid = a.attcollation
                      JOIN pg_namespace n ON n.oid = l.collnamespace
                     WHERE a.attrelid = ?::bigint::oid AND a.attname = ?
                    """);

    /// How many of some keys of a column stand elsewhere under its collation than by their bytes.
    long outOfOrder(TableFacts table, Identifier column, List<String> keys) {
        QualifiedName collation =
                session.oneOrNull(
                        COLLATION,
                        row -> QualifiedName.of(row.text(1), row.text(2)),
                        table.oid(),
                        column.value());
        return collation == null
                ? 0
                : session.one(
                        Sql.text(OUT_OF_ORDER).put("collation", collation).build(),
                        row -> row.number(1),
                        keys.stream().distinct().toList());
    }

    /// What the server remembers of the application's statements.
    ///
    /// @param missing why it remembers none, and how to change that; null if it does
    record Remembered(List<StatementStatistics> statements, @Nullable Finding missing) {}

    private static final Sql EXTENSION =
            Sql.of(
                    """
                    SELECT n.nspname FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
                     WHERE e.extname = 'pg_stat_statements'
                    """);

    private static final String STATEMENTS =
            """
            SELECT left(s.query, 10000), sum(s.calls)::bigint, sum(s.total_exec_time) / greatest(sum(s.calls), 1)
              FROM {view} s
             WHERE s.dbid = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
               AND s.query NOT LIKE '%kalends%'
             GROUP BY s.query ORDER BY sum(s.total_exec_time) DESC LIMIT ?
            """;

    Remembered statements() {
        String schema = session.oneOrNull(EXTENSION, row -> row.text(1));
        String loses = "Which statements would fail or get slower is not known: ";
        if (schema == null) {
            return new Remembered(
                    List.of(),
                    Finding.note(
                            "statements",
                            loses + "extension pg_stat_statements is not in this database.",
                            "Set shared_preload_libraries = 'pg_stat_statements', restart the server, and"
                                    + " CREATE EXTENSION pg_stat_statements; or look for ON CONFLICT and for"
                                    + " lookups without the partition key in the application's code."));
        }
        try {
            List<StatementStatistics> all =
                    session.query(
                            Sql.text(STATEMENTS)
                                    .put("view", QualifiedName.of(schema, "pg_stat_statements"))
                                    .build(),
                            row ->
                                    new StatementStatistics(
                                            row.text(1),
                                            row.number(2),
                                            Objects.requireNonNullElse(row.decimalOrNull(3), 0.0)),
                            STATEMENTS_MAX);
            return new Remembered(all, null);
        } catch (PgException e) {
            // 55000: not loaded; 42501: not allowed.
            if (!e.is("55000") && !e.is("42501")) {
                throw e;
            }
            return new Remembered(
                    List.of(),
                    Finding.note(
                            "statements",
                            loses + e.serverMessage() + ".",
                            "Set shared_preload_libraries = 'pg_stat_statements' and restart the server."));
        }
    }
}
