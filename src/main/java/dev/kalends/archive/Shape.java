package dev.kalends.archive;

import dev.kalends.archive.manifest.Manifest;
import dev.kalends.archive.manifest.Manifest.Column;
import dev.kalends.archive.manifest.Manifest.Form;
import dev.kalends.execute.PartitionArchive.Subject;
import dev.kalends.pg.Session;
import dev.kalends.sql.Identifier;
import dev.kalends.sql.QualifiedName;
import dev.kalends.sql.Sql;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// What a table that is to be written looks like.
///
/// @param rowBytes average of a row; 0 if it is not known
/// @param order whether the rows lie in the order of the key
record Shape(
        List<Column> columns,
        List<String> ddl,
        String database,
        String server,
        String encoding,
        long liveBytes,
        int rowBytes,
        Order order) {
    Shape {
        columns = List.copyOf(columns);
        ddl = List.copyOf(ddl);
    }

    /// Whether rows lie in the order of the key.
    enum Order {
        SORTED,
        MIXED
    }

    private static final int SMALLINT = 21;
    private static final int INTEGER = 23;
    private static final int BIGINT = 20;
    private static final int BOOLEAN = 16;
    private static final int REAL = 700;
    private static final int DOUBLE = 701;
    private static final int BYTEA = 17;
    private static final int TEXT = 25;
    private static final int CHAR = 1042;
    private static final int VARCHAR = 1043;
    private static final int DATE = 1082;
    private static final int TIMESTAMP = 1114;
    private static final int TIMESTAMPTZ = 1184;
    private static final int UUID = 2950;
    private static final int NUMERIC = 1700;
    private static final int PARQUET_DIGITS = 38;
    private static final double SORTED_FROM = 0.99;

    private static final Sql COLUMNS =
            Sql.of(
                    """
                    WITH RECURSIVE base AS (
                        SELECT a.attnum, a.attname, a.attgenerated, a.atttypid, a.atttypmod, a.atttypid AS of
                          FROM pg_attribute a
                         WHERE a.attrelid = to_regclass(?) AND a.attnum > 0 AND NOT a.attisdropped
                        UNION ALL
                        SELECT b.attnum, b.attname, b.attgenerated, b.atttypid, b.atttypmod, t.typbasetype
                          FROM base b JOIN pg_type t ON t.oid = b.of AND t.typtype = 'd')
                    SELECT b.attname, b.attgenerated::text, format_type(b.atttypid, b.atttypmod), b.of::bigint
                      FROM base b JOIN pg_type t ON t.oid = b.of AND t.typtype <> 'd'
                     ORDER BY b.attnum
                    """);

    private static final Sql FACTS =
            Sql.of(
                    """
                    SELECT current_database(), current_setting('server_version'), current_setting('server_encoding'),
                           (SELECT sum(pg_total_relation_size(p.relid)) FROM pg_partition_tree(to_regclass(?)) p),
                           (SELECT CASE WHEN sum(c.reltuples) > 0
                                        THEN (sum(pg_relation_size(c.oid)) + sum(CASE WHEN c.reltoastrelid <> 0 THEN pg_relation_size(c.reltoastrelid) ELSE 0 END))
                                             / sum(c.reltuples) ELSE 0 END
                              FROM pg_partition_tree(to_regclass(?)) p JOIN pg_class c ON c.oid = p.relid WHERE c.relkind = 'r')::bigint
                    """);

    private static final Sql CORRELATION =
            Sql.of(
                    """
                    SELECT coalesce((SELECT s.correlation FROM pg_stats s
                                      WHERE s.schemaname = ? AND s.tablename = ? AND s.attname = ? AND NOT s.inherited), 0) >= ?
                    """);

    private static final Sql DDL =
            Sql.of(
                    """
                    SELECT text FROM (
                    SELECT 0 AS kind, '' AS name,
                           'CREATE TABLE ' || c.oid::regclass || ' (' || (
                             SELECT string_agg(format('%I %s', a.attname, format_type(a.atttypid, a.atttypmod))
                                      || CASE WHEN a.attcollation <> t.typcollation
                                              THEN (SELECT format(' COLLATE %I.%I', n.nspname, l.collname) FROM pg_collation l
                                                      JOIN pg_namespace n ON n.oid = l.collnamespace WHERE l.oid = a.attcollation) ELSE '' END
                                      || CASE WHEN a.attgenerated = 's' THEN format(' GENERATED ALWAYS AS (%s) STORED', pg_get_expr(d.adbin, d.adrelid))
                                              WHEN a.attgenerated = 'v' THEN format(' GENERATED ALWAYS AS (%s) VIRTUAL', pg_get_expr(d.adbin, d.adrelid))
                                              WHEN d.adbin IS NOT NULL THEN format(' DEFAULT %s', pg_get_expr(d.adbin, d.adrelid)) ELSE '' END
                                      || CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END, ', ' ORDER BY a.attnum)
                               FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
                               LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
                              WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) || ')' AS text
                      FROM pg_class c WHERE c.oid = to_regclass(?)
                    UNION ALL
                    SELECT CASE o.contype WHEN 'f' THEN 3 ELSE 1 END, o.conname,
                           format('ALTER TABLE %s ADD CONSTRAINT %I %s', o.conrelid::regclass, o.conname, pg_get_constraintdef(o.oid))
                      FROM pg_constraint o WHERE o.conrelid = to_regclass(?) AND o.contype IN ('p', 'u', 'c', 'x', 'f')
                    UNION ALL
                    SELECT 2, i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid)
                      FROM pg_index i WHERE i.indrelid = to_regclass(?)
                       AND NOT EXISTS (SELECT FROM pg_constraint o WHERE o.conindid = i.indexrelid AND o.conrelid = i.indrelid)) s
                     ORDER BY kind, name
                    """);

    /// @param printed columns that are to be written as PostgreSQL prints them
    static Shape read(Session session, Subject subject, Set<Integer> printed) {
        String table = subject.partition().render();
        List<Column> columns = new ArrayList<>();
        session.query(
                        COLUMNS,
                        row ->
                                new Column(
                                        row.text(1),
                                        row.text(3),
                                        form(row.number(4), row.text(3)),
                                        generated(row.text(2))),
                        table)
                .forEach(each ->
                        columns.add(
                                printed.contains(columns.size())
                                        ? new Column(
                                                each.name(),
                                                each.type(),
                                                Form.PRINTED,
                                                each.generated())
                                        : each));
        List<String> ddl = session.query(DDL, row -> row.text(1), table, table, table);
        Order order = order(session, subject);
        return session.one(
                FACTS,
                row ->
                        new Shape(
                                columns,
                                ddl,
                                row.text(1),
                                row.text(2),
                                row.text(3),
                                row.number(4),
                                (int) Math.min(Integer.MAX_VALUE, row.number(5)),
                                order),
                table,
                table);
    }

    private static Order order(Session session, Subject subject) {
        if (subject.key().size() != 1) {
            return Order.MIXED;
        }
        QualifiedName partition = subject.partition();
        Identifier key = subject.key().getFirst();
        return session.one(
                        CORRELATION,
                        row -> row.truth(1),
                        partition.schema().value(),
                        partition.name().value(),
                        key.value(),
                        SORTED_FROM)
                ? Order.SORTED
                : Order.MIXED;
    }

    private static Manifest.Generated generated(String code) {
        return switch (code) {
            case "s" -> Manifest.Generated.STORED;
            case "v" -> Manifest.Generated.VIRTUAL;
            default -> Manifest.Generated.NO;
        };
    }

    /// @param base the type, or what the domain is over
    /// @param words the type as `format_type` prints it
    private static Form form(long base, String words) {
        return switch ((int) base) {
            case BOOLEAN -> Form.BOOLEAN;
            case SMALLINT -> Form.INT16;
            case INTEGER -> Form.INT32;
            case BIGINT -> Form.INT64;
            case REAL -> Form.FLOAT;
            case DOUBLE -> Form.DOUBLE;
            case TEXT, CHAR, VARCHAR -> Form.TEXT;
            case BYTEA -> Form.BYTES;
            case DATE -> Form.DATE;
            case TIMESTAMP -> Form.TIMESTAMP;
            case TIMESTAMPTZ -> Form.INSTANT;
            case UUID -> Form.UUID;
            case NUMERIC -> numeric(words);
            default -> Form.PRINTED;
        };
    }

    /// @param words `numeric`, `numeric(precision,scale)`, or the name of a domain, which does not
    ///   tell
    private static Form numeric(String words) {
        int open = words.indexOf('(');
        if (open < 0 || !words.startsWith("numeric")) {
            return Form.PRINTED;
        }
        String[] parts = words.substring(open + 1, words.length() - 1).split(",", -1);
        int precision = Integer.parseInt(parts[0]);
        int scale = parts.length == 1 ? 0 : Integer.parseInt(parts[1]);
        return precision <= PARQUET_DIGITS && scale >= 0 && scale <= precision
                ? Form.DECIMAL
                : Form.PRINTED;
    }
}
