package dev.kalends.pg.catalog;

import dev.kalends.catalog.Column;
import dev.kalends.catalog.ForeignKey;
import dev.kalends.catalog.Grant;
import dev.kalends.catalog.Index;
import dev.kalends.catalog.Inventory;
import dev.kalends.catalog.Relation;
import dev.kalends.catalog.RoleFacts;
import dev.kalends.catalog.ServerFacts;
import dev.kalends.catalog.TableFacts;
import dev.kalends.pg.Row;
import dev.kalends.pg.Session;
import dev.kalends.sql.Identifier;
import dev.kalends.sql.QualifiedName;
import dev.kalends.sql.Sql;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Reads facts about one server and one table. Writes nothing, takes no lock a client would notice.
public final class CatalogReader {
    private final Session session;

    public CatalogReader(Session session) {
        this.session = session;
    }

    private static final Sql SERVER =
            Sql.of(
                    """
                    SELECT current_setting('server_version_num')::int / 10000, current_setting('server_version'),
                           current_database(), current_user,
                           (SELECT r.rolsuper FROM pg_roles r WHERE r.rolname = current_user),
                           pg_is_in_recovery(), pg_backend_pid(), current_setting('block_size')::int
                    """);

    public ServerFacts server() {
        return session.one(
                SERVER,
                row ->
                        new ServerFacts(
                                (int) row.number(1),
                                row.text(2),
                                row.text(3),
                                Identifier.of(row.text(4)),
                                row.truth(5)
                                        ? ServerFacts.Standing.SUPERUSER
                                        : ServerFacts.Standing.ORDINARY,
                                row.truth(6)
                                        ? ServerFacts.Writability.REPLICA
                                        : ServerFacts.Writability.PRIMARY,
                                row.number(7) == session.pid()
                                        ? ServerFacts.Path.DIRECT
                                        : ServerFacts.Path.POOLED,
                                (int) row.number(8)));
    }

    private static final Sql RELATION =
            Sql.of(
                    """
                    SELECT c.oid, c.relkind, c.relispartition
                      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                     WHERE n.nspname = ? AND c.relname = ?
                    """);

    public @Nullable Relation relation(QualifiedName name) {
        return session.oneOrNull(
                RELATION,
                row -> new Relation(row.number(1), name, kind(row.text(2), row.truth(3))),
                name.schema().value(),
                name.name().value());
    }

    // Both values come from one row of pg_class.
    @SuppressWarnings("BooleanParameter")
    private static Relation.Kind kind(String relkind, boolean partition) {
        return switch (relkind) {
            case "p" -> Relation.Kind.PARTITIONED_TABLE;
            case "r" -> partition ? Relation.Kind.PARTITION : Relation.Kind.TABLE;
            case "v" -> Relation.Kind.VIEW;
            case "m" -> Relation.Kind.MATERIALIZED_VIEW;
            case "f" -> Relation.Kind.FOREIGN_TABLE;
            default -> Relation.Kind.OTHER;
        };
    }

    private static final Sql TABLE_NAMES =
            Sql.of(
                    """
                    SELECT n.nspname, c.relname
                      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                     WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition
                       AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast', 'kalends')
                     ORDER BY 1, 2 LIMIT 5000
                    """);

    /// Names of ordinary and partitioned tables, for "did you mean".
    public List<QualifiedName> tableNames() {
        return session.query(TABLE_NAMES, row -> QualifiedName.of(row.text(1), row.text(2)));
    }

    private static final Sql TAKEN =
            Sql.of(
                    """
                    SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                     WHERE n.nspname = ? AND c.relname = ANY (?)
                    UNION
                    SELECT y.typname FROM pg_type y JOIN pg_namespace n ON n.oid = y.typnamespace
                     WHERE n.nspname = ? AND y.typname = ANY (?)
                    ORDER BY 1
                    """);

    /// Which of the wanted names are taken in a schema, by relations or types.
    public List<String> taken(Identifier schema, List<String> wanted) {
        return session.query(
                TAKEN, row -> row.text(1), schema.value(), wanted, schema.value(), wanted);
    }

    private static final Sql TABLE =
            Sql.of(
                    """
                    SELECT n.nspname, c.relname, pg_get_userbyid(c.relowner), c.reltuples::bigint,
                           pg_relation_size(c.oid), coalesce(pg_total_relation_size(nullif(c.reltoastrelid, 0)), 0),
                           pg_indexes_size(c.oid),
                           obj_description(c.oid, 'pg_class'),
                           c.reloptions || (SELECT array_agg('toast.' || o) FROM pg_class x, unnest(x.reloptions) o
                                             WHERE x.oid = c.reltoastrelid)
                      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                     WHERE c.oid = ?
                    """);

    /// @param oid of an ordinary or partitioned table that exists
    public TableFacts table(long oid, int blockBytes) {
        return table(oid, blockBytes, InventoryReader.read(session, oid));
    }

    /// The same without its inventory, which takes a second where a database has ten thousand
    /// partitions: of what is a model for another table.
    TableFacts model(long oid, int blockBytes) {
        return table(oid, blockBytes, new Inventory(List.of()));
    }

    private TableFacts table(long oid, int blockBytes, Inventory inventory) {
        return session.one(
                TABLE,
                row ->
                        new TableFacts(
                                oid,
                                QualifiedName.of(row.text(1), row.text(2)),
                                Identifier.of(row.text(3)),
                                columns(oid),
                                indexes(oid),
                                foreignKeys(oid, Side.OWN),
                                foreignKeys(oid, Side.INCOMING),
                                grants(oid),
                                row.texts(9),
                                row.textOrNull(8),
                                Math.max(0, row.number(4)),
                                row.number(5),
                                row.number(6),
                                row.number(7),
                                row.number(5) / blockBytes,
                                inventory,
                                CarriedReader.read(session, oid)),
                oid);
    }

    private static final Sql COLUMNS =
            Sql.of(
                    """
                    SELECT a.attname, format_type(a.atttypid, a.atttypmod),
                           CASE WHEN a.attcollation <> y.typcollation THEN a.attcollation::regcollation::text END,
                           a.attnotnull, a.attgenerated <> '', sn.nspname, s.relname
                      FROM pg_attribute a JOIN pg_type y ON y.oid = a.atttypid
                      LEFT JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = a.attrelid
                           AND d.refobjsubid = a.attnum AND d.classid = 'pg_class'::regclass AND d.deptype = 'a'
                           AND EXISTS (SELECT FROM pg_class q WHERE q.oid = d.objid AND q.relkind = 'S')
                      LEFT JOIN pg_class s ON s.oid = d.objid
                      LEFT JOIN pg_namespace sn ON sn.oid = s.relnamespace
                     WHERE a.attrelid = ? AND a.attnum > 0 AND NOT a.attisdropped
                     ORDER BY a.attnum
                    """);

    private List<Column> columns(long oid) {
        return session.query(
                COLUMNS,
                row ->
                        new Column(
                                Identifier.of(row.text(1)),
                                row.text(2),
                                row.textOrNull(3),
                                row.truth(4)
                                        ? Column.Nullability.NOT_NULL
                                        : Column.Nullability.NULLABLE,
                                row.truth(5) ? Column.Filling.GENERATED : Column.Filling.WRITTEN,
                                sequence(row)),
                oid);
    }

    private static @Nullable QualifiedName sequence(Row row) {
        String name = row.textOrNull(7);
        return name == null ? null : QualifiedName.of(row.text(6), name);
    }

    private static final Sql INDEXES =
            Sql.of(
                    """
                    SELECT i.relname,
                           CASE WHEN x.indisprimary THEN 'PRIMARY_KEY'
                                WHEN EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = x.indexrelid AND c.contype = 'u')
                                THEN 'UNIQUE_CONSTRAINT' WHEN x.indisexclusion THEN 'EXCLUSION' WHEN x.indisunique THEN 'UNIQUE' ELSE 'PLAIN' END,
                           (SELECT array_agg(a.attname::text ORDER BY k.place)
                              FROM unnest(x.indkey::int2[]) WITH ORDINALITY k(attnum, place)
                              JOIN pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = k.attnum
                             WHERE k.place <= x.indnkeyatts),
                           CASE WHEN x.indisexclusion
                                THEN (SELECT pg_get_constraintdef(c.oid) FROM pg_constraint c WHERE c.conindid = x.indexrelid AND c.contype = 'x')
                                ELSE substr(pg_get_indexdef(x.indexrelid), 1 + length(p.prefix)) END,
                           starts_with(pg_get_indexdef(x.indexrelid), p.prefix),
                           pg_relation_size(x.indexrelid), x.indnkeyatts, x.indpred IS NOT NULL,
                           (SELECT pg_get_constraintdef(c.oid) FROM pg_constraint c
                             WHERE c.conindid = x.indexrelid AND c.conrelid = x.indrelid AND c.contype IN ('p', 'u'))
                      FROM pg_index x
                      JOIN pg_class i ON i.oid = x.indexrelid
                      JOIN pg_class t ON t.oid = x.indrelid
                      JOIN pg_namespace n ON n.oid = t.relnamespace
                      CROSS JOIN LATERAL (SELECT 'CREATE ' || CASE WHEN x.indisunique THEN 'UNIQUE ' ELSE '' END || 'INDEX '
                             || quote_ident(i.relname) || ' ON ' || CASE t.relkind WHEN 'p' THEN 'ONLY ' ELSE '' END
                             || quote_ident(n.nspname) || '.' || quote_ident(t.relname) || ' USING ') p(prefix)
                     WHERE x.indrelid = ?
                     ORDER BY x.indisprimary DESC, i.relname
                    """);

    List<Index> indexes(long oid) {
        return session.query(
                INDEXES,
                row -> {
                    if (!row.truth(5)) {
                        throw new IllegalStateException(
                                "The server describes index "
                                        + row.text(1)
                                        + " in an unknown form");
                    }
                    return new Index(
                            Identifier.of(row.text(1)),
                            Index.Kind.valueOf(row.text(2)),
                            row.texts(3).stream().map(Identifier::of).toList(),
                            (int) row.number(7),
                            row.truth(8) ? Index.Rows.SOME : Index.Rows.ALL,
                            row.text(4),
                            row.textOrNull(9),
                            row.number(6));
                },
                oid);
    }

    // In the order in which they were made: their triggers fire in it.
    private static final Sql FOREIGN_KEYS =
            Sql.of(
                    """
                    SELECT c.conname, n.nspname, t.relname, rn.nspname, r.relname,
                           (SELECT array_agg(a.attname::text ORDER BY k.place)
                              FROM unnest(c.conkey) WITH ORDINALITY k(attnum, place)
                              JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.attnum),
                           (SELECT array_agg(a.attname::text ORDER BY k.place)
                              FROM unnest(c.confkey) WITH ORDINALITY k(attnum, place)
                              JOIN pg_attribute a ON a.attrelid = c.confrelid AND a.attnum = k.attnum),
                           (SELECT array_agg(u.name ORDER BY p.relid, u.place)
                              FROM pg_partition_tree(c.conrelid) p JOIN pg_class l ON l.oid = p.relid
                              JOIN pg_namespace ln ON ln.oid = l.relnamespace
                              CROSS JOIN LATERAL unnest(ARRAY[ln.nspname::text, l.relname::text])
                                   WITH ORDINALITY u(name, place)
                             WHERE p.isleaf AND p.relid <> c.conrelid),
                           left(d.text, d.place + 11), substr(d.text, d.place + 12 + length(d.name))
                      FROM pg_constraint c
                      JOIN pg_class t ON t.oid = c.conrelid
                      JOIN pg_namespace n ON n.oid = t.relnamespace
                      JOIN pg_class r ON r.oid = c.confrelid
                      JOIN pg_namespace rn ON rn.oid = r.relnamespace
                      CROSS JOIN LATERAL (SELECT x.text, x.name, strpos(x.text, ' REFERENCES ' || x.name || '(') AS place
                             FROM (SELECT pg_get_constraintdef(c.oid) AS text, c.confrelid::regclass::text AS name) x) d
                     WHERE CASE ?::int WHEN 0 THEN c.conrelid = ? ELSE c.confrelid = ? AND c.conrelid <> c.confrelid END
                       AND c.contype = 'f' AND c.conparentid = 0
                     ORDER BY c.oid
                    """);

    private enum Side {
        OWN,
        INCOMING
    }

    private List<ForeignKey> foreignKeys(long oid, Side side) {
        return session.query(
                FOREIGN_KEYS,
                row ->
                        new ForeignKey(
                                Identifier.of(row.text(1)),
                                QualifiedName.of(row.text(2), row.text(3)),
                                QualifiedName.of(row.text(4), row.text(5)),
                                row.texts(6).stream().map(Identifier::of).toList(),
                                row.texts(7).stream().map(Identifier::of).toList(),
                                names(row.texts(8)),
                                row.text(9),
                                row.text(10)),
                side == Side.OWN ? 0L : 1L,
                oid,
                oid);
    }

    /// Schema and name in turns.
    private static List<QualifiedName> names(List<String> parts) {
        List<QualifiedName> names = new ArrayList<>();
        for (int i = 0; i + 1 < parts.size(); i += 2) {
            names.add(QualifiedName.of(parts.get(i), parts.get(i + 1)));
        }
        return names;
    }

    private static final Sql GRANTS =
            Sql.of(
                    """
                    SELECT CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(g.grantee)) END,
                           g.privilege_type, CASE WHEN g.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END
                      FROM pg_class c, aclexplode(c.relacl) g
                     WHERE c.oid = ?
                     ORDER BY 1, 2
                    """);

    private List<Grant> grants(long oid) {
        return session.query(GRANTS, row -> new Grant(row.text(1), row.text(2), row.text(3)), oid);
    }

    private static final Sql RIGHTS =
            Sql.of(
                    """
                    SELECT pg_has_role(c.relowner, 'USAGE'),
                           has_database_privilege(current_database(), 'CREATE'),
                           has_schema_privilege(c.relowner, n.oid, 'CREATE') AND has_schema_privilege(n.oid, 'CREATE'),
                           ARRAY(SELECT f.confrelid::regclass::text FROM pg_constraint f
                                  WHERE f.conrelid = c.oid AND f.contype = 'f'
                                    AND NOT (has_table_privilege(c.relowner, f.confrelid, 'REFERENCES')
                                             AND has_table_privilege(f.confrelid, 'REFERENCES'))),
                           quote_ident(n.nspname), quote_ident(current_database()), quote_ident(current_user),
                           quote_ident(pg_get_userbyid(c.relowner)),
                           has_table_privilege(c.oid, 'SELECT'),
                           ARRAY(SELECT DISTINCT f.conrelid::regclass || ' TO ' || quote_ident(pg_get_userbyid(r.relowner))
                                   FROM pg_constraint f JOIN pg_class r ON r.oid = f.conrelid
                                  WHERE f.confrelid = c.oid AND f.contype = 'f' AND NOT pg_has_role(r.relowner, 'USAGE'))
                      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                     WHERE c.oid = ?
                    """);

    /// The rights a conversion of the table needs, for the role of the session.
    public RoleFacts role(long tableOid) {
        return session.one(
                RIGHTS,
                row -> {
                    String role = row.text(7);
                    List<String> missing = new ArrayList<>();
                    if (!row.truth(1)) {
                        missing.add(
                                "the rights of the table's owner: GRANT %s TO %s"
                                        .formatted(row.text(8), role));
                    }
                    if (!row.truth(2)) {
                        missing.add(
                                "CREATE on the database: GRANT CREATE ON DATABASE %s TO %s"
                                        .formatted(row.text(6), role));
                    }
                    if (!row.truth(3)) {
                        missing.add(
                                "CREATE on the schema, for the role and the table's owner: GRANT CREATE ON"
                                        + " SCHEMA %s TO %s, %s"
                                                .formatted(row.text(5), role, row.text(8)));
                    }
                    if (!row.truth(9)) {
                        missing.add("SELECT on the table");
                    }
                    for (String referenced : row.texts(4)) {
                        missing.add(
                                "REFERENCES on a referenced table: GRANT REFERENCES ON %s TO %s"
                                        .formatted(referenced, role));
                    }
                    for (String referencing : row.texts(10)) {
                        int at = referencing.lastIndexOf(" TO ");
                        missing.add(
                                "the rights of the owner of %s, whose foreign key points here: GRANT %s TO %s"
                                        .formatted(
                                                referencing.substring(0, at),
                                                referencing.substring(at + 4),
                                                role));
                    }
                    missing.addAll(CarryRights.missing(session, tableOid));
                    return new RoleFacts(missing);
                },
                tableOid);
    }

    private static final Sql BLOCKERS =
            Sql.of(
                    """
                    SELECT 'pid ' || a.pid || ' (' || coalesce(nullif(a.application_name, ''), a.backend_type, 'nameless') || ', '
                             || coalesce(a.state, 'unknown state') || coalesce(', in transaction for '
                             || extract(epoch FROM clock_timestamp() - a.xact_start)::int || ' s', '') || ')'
                      FROM (SELECT DISTINCT l.pid FROM pg_locks l
                             WHERE l.locktype = 'relation' AND l.granted
                               AND l.relation = ANY (?::oid[]) AND l.pid <> pg_backend_pid()) h
                      JOIN pg_stat_activity a ON a.pid = h.pid
                     ORDER BY a.xact_start NULLS LAST LIMIT 5
                    """);

    /// Who holds locks on the tables now, the oldest transaction first.
    public List<String> holders(List<Long> tableOids) {
        return session.query(
                BLOCKERS, row -> row.text(1), tableOids.stream().map(String::valueOf).toList());
    }
}
