package dev.kalends.pg.catalog;

import dev.kalends.pg.Session;
import dev.kalends.sql.Sql;
import java.util.ArrayList;
import java.util.List;

/// Which rights the session's role lacks of those that carrying a table's things over needs.
final class CarryRights {
    private CarryRights() {}

    private static final Sql TABLESPACES =
            Sql.of(
                    """
                    WITH used AS (
                        SELECT ?::oid AS oid
                        UNION SELECT m.oid FROM pg_depend d
                          JOIN pg_rewrite r ON r.oid = d.objid
                          JOIN pg_class m ON m.oid = r.ev_class AND m.relkind = 'm'
                         WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid = ?::oid AND d.classid = 'pg_rewrite'::regclass)
                    SELECT DISTINCT quote_ident(s.spcname), quote_ident(current_user)
                      FROM pg_class c JOIN pg_tablespace s ON s.oid = c.reltablespace
                     WHERE c.oid IN (SELECT o.oid FROM used o UNION SELECT x.indexrelid FROM used o JOIN pg_index x ON x.indrelid = o.oid)
                       AND NOT has_tablespace_privilege(s.oid, 'CREATE')
                     ORDER BY 1
                    """);

    private static final Sql SCHEMAS =
            Sql.of(
                    """
                    SELECT DISTINCT quote_ident(n.nspname), quote_ident(current_user)
                      FROM (SELECT DISTINCT d.objid FROM pg_depend d
                             WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid = ? AND d.classid = 'pg_rewrite'::regclass) d
                      JOIN pg_rewrite r ON r.oid = d.objid
                      JOIN pg_class v ON v.oid = r.ev_class AND v.relkind IN ('v', 'm')
                      JOIN pg_namespace n ON n.oid = v.relnamespace
                     WHERE NOT has_schema_privilege(n.oid, 'CREATE') AND v.relpersistence <> 't'
                    UNION
                    SELECT quote_ident(n.nspname), quote_ident(current_user)
                      FROM pg_statistic_ext s JOIN pg_namespace n ON n.oid = s.stxnamespace
                     WHERE s.stxrelid = ? AND NOT has_schema_privilege(n.oid, 'CREATE')
                    UNION
                    SELECT quote_ident(n.nspname), quote_ident(current_user)
                      FROM pg_class t JOIN pg_type y ON y.oid = t.reltype
                      JOIN pg_depend d ON d.classid = 'pg_proc'::regclass AND d.refobjid IN (t.oid, y.oid, y.typarray)
                       AND d.refclassid IN ('pg_class'::regclass, 'pg_type'::regclass)
                      JOIN pg_proc p ON p.oid = d.objid
                      JOIN pg_namespace n ON n.oid = p.pronamespace
                     WHERE t.oid = ? AND NOT has_schema_privilege(n.oid, 'CREATE')
                     ORDER BY 1
                    """);

    /// One sentence per missing right, with the GRANT that gives it.
    static List<String> missing(Session session, long tableOid) {
        List<String> missing = new ArrayList<>();
        missing.addAll(
                session.query(
                        TABLESPACES,
                        row ->
                                "CREATE on a tablespace: GRANT CREATE ON TABLESPACE %s TO %s"
                                        .formatted(row.text(1), row.text(2)),
                        tableOid,
                        tableOid));
        missing.addAll(
                session.query(
                        SCHEMAS,
                        row ->
                                "CREATE on a schema with what depends on the table: GRANT CREATE ON SCHEMA %s TO %s"
                                        .formatted(row.text(1), row.text(2)),
                        tableOid,
                        tableOid,
                        tableOid));
        return missing;
    }
}
