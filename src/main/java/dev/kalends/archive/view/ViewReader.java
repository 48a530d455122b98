package dev.kalends.archive.view;

import dev.kalends.archive.view.ViewedTable.Column;
import dev.kalends.archive.view.ViewedTable.Part;
import dev.kalends.execute.ArchiveViews.Place;
import dev.kalends.pg.Session;
import dev.kalends.sql.Identifier;
import dev.kalends.sql.QualifiedName;
import dev.kalends.sql.Sql;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Reads what a view is made of.
final class ViewReader {
    private final Session session;

    ViewReader(Session session) {
        this.session = session;
    }

    private static final Sql TABLE =
            Sql.of(
                    """
                    SELECT n.nspname, c.relname, pg_get_userbyid(c.relowner),
                           (SELECT array_agg(a.attname::text ORDER BY k.i)
                              FROM pg_partitioned_table p CROSS JOIN LATERAL unnest(p.partattrs::int2[]) WITH ORDINALITY k(attnum, i)
                              JOIN pg_attribute a ON a.attrelid = p.partrelid AND a.attnum = k.attnum
                             WHERE p.partrelid = c.oid AND NOT 0 = ANY (p.partattrs::int2[]))
                      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = ?::bigint::oid
                    """);
    private static final Sql COLUMNS =
            Sql.of(
                    """
                    SELECT a.attname, format_type(a.atttypid, a.atttypmod),
                           (SELECT quote_ident(n.nspname) || '.' || quote_ident(l.collname)
                              FROM pg_collation l JOIN pg_namespace n ON n.oid = l.collnamespace
                             WHERE l.oid = a.attcollation AND a.attcollation <> t.typcollation)
                      FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
                     WHERE a.attrelid = ?::bigint::oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
                    """);

    ViewedTable table(long oid) {
        List<Column> columns =
                session.query(
                        COLUMNS,
                        row ->
                                new Column(
                                        Identifier.of(row.text(1)), row.text(2), row.textOrNull(3)),
                        oid);
        return session.one(
                TABLE,
                row ->
                        new ViewedTable(
                                oid,
                                QualifiedName.of(row.text(1), row.text(2)),
                                Identifier.of(row.text(3)),
                                columns,
                                row.texts(4).stream().map(Identifier::of).toList()),
                oid);
    }

    private static final Sql PARTS =
            Sql.of(
                    """
                    SELECT a.id, coalesce(r.oid, a.leaf_oid)::bigint, a.leaf_schema, a.leaf_name, a.bounds, a.location,
                           CASE WHEN EXISTS (SELECT FROM pg_inherits h WHERE h.inhparent = s.table_oid AND NOT h.inhdetachpending
                                                AND h.inhrelid IN (a.leaf_oid, r.oid)) THEN 'TABLE'
                                WHEN a.left_at IS NULL AND r.oid IS NULL AND l.oid IS NOT NULL THEN 'ASIDE'
                                ELSE 'ARCHIVE' END,
                           n.nspname, l.relname
                      FROM kalends.archive a JOIN kalends.partition_set s ON s.id = a.set_id
                      LEFT JOIN pg_class r ON r.oid = a.restored_oid
                      LEFT JOIN pg_class l ON l.oid = a.leaf_oid AND a.left_at IS NULL
                      LEFT JOIN pg_namespace n ON n.oid = l.relnamespace
                     WHERE a.expired_at IS NULL AND s.table_oid = ?::bigint::oid ORDER BY a.id
                    """);

    /// All that is in the archive of a table.
    List<Part> parts(long tableOid) {
        return session.query(
                PARTS,
                row -> {
                    Place place = Place.valueOf(row.text(7));
                    return new Part(
                            row.number(1),
                            row.number(2),
                            place == Place.ASIDE
                                    ? QualifiedName.of(row.text(8), row.text(9))
                                    : QualifiedName.of(row.text(3), row.text(4)),
                            row.text(5),
                            row.text(6),
                            place);
                },
                tableOid);
    }

    private static final Sql RELATION = Sql.of("SELECT to_regclass(?) IS NOT NULL");

    boolean exists(QualifiedName relation) {
        return session.one(RELATION, row -> row.truth(1), relation.render());
    }

    private static final Sql SCHEMA =
            Sql.of("SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = ?)");

    boolean schemaExists(long tableOid) {
        return session.one(SCHEMA, row -> row.truth(1), ArchiveViewSql.schema(tableOid).value());
    }

    private static final Sql NAMES =
            Sql.of(
                    "SELECT attname FROM pg_attribute WHERE attrelid = to_regclass(?) AND attnum > 0 AND NOT attisdropped ORDER BY attnum");

    /// Names of a relation's columns, in their order; empty if it is not there.
    List<Identifier> columns(QualifiedName relation) {
        return session.query(NAMES, row -> Identifier.of(row.text(1)), relation.render());
    }

    /// A foreign table of a view.
    ///
    /// @param archive the id of what it reads
    /// @param domains of its columns, in the order of these
    record Foreign(Identifier name, long archive, List<String> columns, List<String> domains) {
        Foreign {
            columns = List.copyOf(columns);
            domains = List.copyOf(domains);
        }
    }

    private static final Sql FOREIGN =
            Sql.of(
                    """
                    SELECT c.relname, (SELECT substr(o, strpos(o, '=') + 1) FROM unnest(f.ftoptions) o WHERE o LIKE 'table_name=%')::bigint,
                           coalesce(a.names, '{}'), coalesce(a.types, '{}')
                      FROM pg_foreign_table f JOIN pg_class c ON c.oid = f.ftrelid JOIN pg_namespace n ON n.oid = c.relnamespace
                     CROSS JOIN LATERAL (SELECT array_agg(b.attname::text ORDER BY b.attnum) AS names, array_agg(t.typname::text ORDER BY b.attnum) AS types
                                           FROM pg_attribute b JOIN pg_type t ON t.oid = b.atttypid
                                          WHERE b.attrelid = c.oid AND b.attnum > 0 AND NOT b.attisdropped) a
                     WHERE n.nspname = ? ORDER BY c.relname
                    """);

    /// All of a view, by their names.
    Map<Identifier, Foreign> foreignTables(long tableOid) {
        Map<Identifier, Foreign> tables = new LinkedHashMap<>();
        session.query(
                        FOREIGN,
                        row ->
                                new Foreign(
                                        Identifier.of(row.text(1)),
                                        row.number(2),
                                        row.texts(3),
                                        row.texts(4)),
                        ArchiveViewSql.schema(tableOid).value())
                .forEach(each -> tables.put(each.name(), each));
        return tables;
    }

    private static final Sql DOMAINS =
            Sql.of(
                    """
                    SELECT t.typname FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
                     WHERE n.nspname = ? AND t.typtype = 'd' ORDER BY t.typname
                    """);

    List<Identifier> domains(long tableOid) {
        return session.query(
                DOMAINS,
                row -> Identifier.of(row.text(1)),
                ArchiveViewSql.schema(tableOid).value());
    }

    private static final Sql VIEWS =
            Sql.of(
                    """
                    SELECT DISTINCT n.nspname, c.relname
                      FROM pg_depend d JOIN pg_rewrite w ON w.oid = d.objid AND d.classid = 'pg_rewrite'::regclass
                      JOIN pg_class c ON c.oid = w.ev_class JOIN pg_namespace n ON n.oid = c.relnamespace
                     WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid = to_regclass(?) AND c.oid <> d.refobjid
                     ORDER BY 1, 2
                    """);

    /// The views that read the view behind.
    List<QualifiedName> views(long tableOid) {
        return session.query(
                VIEWS,
                row -> QualifiedName.of(row.text(1), row.text(2)),
                ArchiveViewSql.rows(tableOid).render());
    }

    private static final Sql GRANTEES =
            Sql.of(
                    """
                    SELECT DISTINCT CASE WHEN x.grantee = 0 THEN '' ELSE pg_get_userbyid(x.grantee) END
                      FROM pg_class c, aclexplode(c.relacl) x
                     WHERE c.oid = ?::bigint::oid AND x.privilege_type = 'SELECT' AND x.grantee <> c.relowner
                    """);

    /// Roles that may read the table; an empty name is everybody.
    List<String> readers(long tableOid) {
        return session.query(GRANTEES, row -> row.text(1), tableOid);
    }

    private static final Sql ROW_SECURITY =
            Sql.of("SELECT relrowsecurity FROM pg_class WHERE oid = ?::bigint::oid");

    boolean rowSecurity(long tableOid) {
        return session.one(ROW_SECURITY, row -> row.truth(1), tableOid);
    }

    private static final Sql ENCODING = Sql.of("SELECT current_setting('server_encoding')");

    String encoding() {
        return session.one(ENCODING, row -> row.text(1));
    }

    private static final Sql TABLE_OID =
            Sql.of(
                    "SELECT s.table_oid::bigint FROM kalends.partition_set s JOIN pg_class c ON c.oid = s.table_oid WHERE s.table_schema = ? AND s.table_name = ?");

    /// Of a table under maintenance; null if it is not.
    @Nullable Long tableOid(QualifiedName table) {
        return session.oneOrNull(
                TABLE_OID, row -> row.number(1), table.schema().value(), table.name().value());
    }
}
