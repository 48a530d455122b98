package dev.kalends.pg.catalog;

import dev.kalends.catalog.DependentFunction;
import dev.kalends.catalog.DependentView;
import dev.kalends.catalog.Membership;
import dev.kalends.catalog.Reach;
import dev.kalends.catalog.ViewRule;
import dev.kalends.pg.Session;
import dev.kalends.sql.Identifier;
import dev.kalends.sql.QualifiedName;
import dev.kalends.sql.Sql;
import java.util.List;

/// Reads what depends on a table.
final class DependentReader {
    private final Session session;
    private final long oid;

    DependentReader(Session session, long tableOid) {
        this.session = session;
        this.oid = tableOid;
    }

    private static final Sql VIEWS =
            Sql.of(
                    """
                    WITH read AS (
                        SELECT ?::oid AS oid
                        UNION SELECT m.oid FROM pg_depend d
                          JOIN pg_rewrite r ON r.oid = d.objid
                          JOIN pg_class m ON m.oid = r.ev_class AND m.relkind = 'm'
                         WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid = ?::oid AND d.classid = 'pg_rewrite'::regclass)
                    SELECT DISTINCT n.nspname, v.relname, pg_get_userbyid(v.relowner), v.reloptions, rtrim(pg_get_viewdef(v.oid), '; '),
                           CASE WHEN pg_has_role(v.relowner, 'USAGE') THEN 'WITHIN' ELSE 'BEYOND' END,
                           array_remove(ARRAY[
                             CASE WHEN v.relpersistence = 't' THEN 'TEMPORARY' END,
                             CASE WHEN EXISTS (SELECT FROM pg_depend k JOIN pg_constraint c ON c.oid = k.refobjid AND c.contype = 'p'
                                                WHERE k.classid = 'pg_rewrite'::regclass AND k.objid = r.oid
                                                  AND k.refclassid = 'pg_constraint'::regclass AND c.conrelid IN (SELECT oid FROM read))
                                  THEN 'NEEDS_PRIMARY_KEY' END], NULL)
                      FROM (SELECT DISTINCT d.objid FROM pg_depend d
                             WHERE d.refclassid = 'pg_class'::regclass AND d.classid = 'pg_rewrite'::regclass
                               AND d.refobjid IN (SELECT oid FROM read)) d
                      JOIN pg_rewrite r ON r.oid = d.objid AND r.rulename = '_RETURN'
                      JOIN pg_class v ON v.oid = r.ev_class AND v.relkind = 'v'
                      JOIN pg_namespace n ON n.oid = v.relnamespace
                     ORDER BY 1, 2
                    """);

    List<DependentView> views() {
        return session.query(
                VIEWS,
                row ->
                        new DependentView(
                                QualifiedName.of(row.text(1), row.text(2)),
                                Identifier.of(row.text(3)),
                                row.texts(4),
                                row.text(5),
                                Reach.valueOf(row.text(6)),
                                CarriedReader.enums(DependentView.Trait.class, row.texts(7))),
                oid,
                oid);
    }

    private static final Sql VIEW_RULES =
            Sql.of(
                    """
                    WITH read AS (
                        SELECT ?::oid AS oid
                        UNION SELECT m.oid FROM pg_depend d
                          JOIN pg_rewrite r ON r.oid = d.objid
                          JOIN pg_class m ON m.oid = r.ev_class AND m.relkind = 'm'
                         WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid = ?::oid AND d.classid = 'pg_rewrite'::regclass)
                    SELECT DISTINCT r.rulename, n.nspname, v.relname, pg_get_userbyid(v.relowner), rtrim(pg_get_ruledef(r.oid), '; '),
                           CASE WHEN pg_has_role(v.relowner, 'USAGE') THEN 'WITHIN' ELSE 'BEYOND' END
                      FROM (SELECT DISTINCT d.objid FROM pg_depend d
                             WHERE d.refclassid = 'pg_class'::regclass AND d.classid = 'pg_rewrite'::regclass
                               AND d.refobjid IN (SELECT oid FROM read)) d
                      JOIN pg_rewrite r ON r.oid = d.objid AND r.rulename <> '_RETURN'
                      JOIN pg_class v ON v.oid = r.ev_class AND v.relkind = 'v'
                      JOIN pg_namespace n ON n.oid = v.relnamespace
                     ORDER BY 2, 3, 1
                    """);

    List<ViewRule> viewRules() {
        return session.query(
                VIEW_RULES,
                row ->
                        new ViewRule(
                                Identifier.of(row.text(1)),
                                QualifiedName.of(row.text(2), row.text(3)),
                                Identifier.of(row.text(4)),
                                row.text(5),
                                Reach.valueOf(row.text(6))),
                oid,
                oid);
    }

    private static final Sql FUNCTIONS =
            Sql.of(
                    """
                    WITH y AS (SELECT y.oid, y.typarray FROM pg_type y WHERE y.typrelid = ?::oid)
                    SELECT p.oid::regprocedure::text, quote_ident(n.nspname),
                           quote_ident(n.nspname) || '.' || quote_ident(p.proname) || '(' || coalesce((SELECT string_agg(format_type(a.type, NULL), ', ' ORDER BY a.place)
                             FROM unnest(p.proargtypes::oid[]) WITH ORDINALITY a(type, place)), '') || ')',
                           CASE WHEN p.prokind IN ('f', 'p', 'w') THEN rtrim(pg_get_functiondef(p.oid), E' \\n') ELSE '' END,
                           quote_ident(pg_get_userbyid(p.proowner)),
                           CASE WHEN EXISTS (SELECT FROM y WHERE p.prorettype IN (y.oid, y.typarray) OR p.proargtypes::oid[] && ARRAY[y.oid, y.typarray]
                                                OR p.proallargtypes && ARRAY[y.oid, y.typarray]) THEN 'ROW_TYPE' ELSE 'BODY' END,
                           obj_description(p.oid, 'pg_proc'), CASE WHEN pg_has_role(p.proowner, 'USAGE') THEN 'WITHIN' ELSE 'BEYOND' END,
                           ARRAY(SELECT DISTINCT o.type || ' ' || o.identity FROM pg_depend x, pg_identify_object(x.classid, x.objid, 0) o
                                  WHERE x.refclassid = 'pg_proc'::regclass AND x.refobjid = p.oid
                                 UNION SELECT 'extension ' || e.extname FROM pg_depend x JOIN pg_extension e ON e.oid = x.refobjid
                                  WHERE x.classid = 'pg_proc'::regclass AND x.objid = p.oid AND x.refclassid = 'pg_extension'::regclass
                                 UNION SELECT 'security label of ' || l.provider FROM pg_seclabel l
                                  WHERE l.classoid = 'pg_proc'::regclass AND l.objoid = p.oid ORDER BY 1),
                           array_remove(ARRAY[
                             CASE WHEN p.prokind = 'a' THEN 'AGGREGATE' END,
                             CASE WHEN EXISTS (SELECT FROM pg_depend k JOIN pg_constraint c ON c.oid = k.refobjid AND c.contype = 'p'
                                                WHERE k.classid = 'pg_proc'::regclass AND k.objid = p.oid
                                                  AND k.refclassid = 'pg_constraint'::regclass AND c.conrelid = ?::oid)
                                  THEN 'NEEDS_PRIMARY_KEY' END], NULL), p.oid
                      FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
                     WHERE p.oid IN (SELECT d.objid FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass
                                        AND d.refclassid = 'pg_class'::regclass AND d.refobjid = ?::oid
                                     UNION SELECT d.objid FROM y JOIN pg_depend d ON d.refobjid IN (y.oid, y.typarray)
                                        AND d.classid = 'pg_proc'::regclass AND d.refclassid = 'pg_type'::regclass)
                     ORDER BY 1
                    """);
    private static final Sql FUNCTION_GRANTS =
            Sql.of(
                    """
                    SELECT CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(g.grantee)) END,
                           g.privilege_type, CASE WHEN g.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END
                      FROM pg_proc p, aclexplode(p.proacl) g
                     WHERE p.oid = ?::oid
                     ORDER BY 1, 2
                    """);

    List<DependentFunction> functions() {
        return session.query(
                FUNCTIONS,
                row ->
                        new DependentFunction(
                                row.text(1),
                                row.text(2),
                                row.text(3),
                                row.text(4),
                                row.text(5),
                                DependentFunction.Binding.valueOf(row.text(6)),
                                session.query(
                                        FUNCTION_GRANTS, CarriedReader::grant, row.number(11)),
                                row.textOrNull(7),
                                Reach.valueOf(row.text(8)),
                                row.texts(9),
                                CarriedReader.enums(DependentFunction.Trait.class, row.texts(10))),
                oid,
                oid,
                oid);
    }

    private static final Sql MEMBERSHIPS =
            Sql.of(
                    """
                    SELECT p.pubname,
                           CASE WHEN p.puballtables THEN 'ALL_TABLES' WHEN r.oid IS NULL THEN 'SCHEMA' ELSE 'TABLE' END,
                           CASE WHEN p.pubviaroot THEN 'PUBLISHED_AS_ROOT' ELSE 'PUBLISHED_AS_PARTITION' END,
                           ARRAY(SELECT a.attname::text FROM pg_attribute a
                                  WHERE a.attrelid = c.oid AND a.attnum > 0 AND to_jsonb(r) -> 'prattrs' @> to_jsonb(a.attnum) ORDER BY a.attnum),
                           to_jsonb(v) ->> 'rowfilter', pg_get_userbyid(p.pubowner),
                           CASE WHEN pg_has_role(p.pubowner, 'USAGE') THEN 'WITHIN' ELSE 'BEYOND' END
                      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                      JOIN pg_publication_tables v ON v.schemaname = n.nspname AND v.tablename = c.relname
                      JOIN pg_publication p ON p.pubname = v.pubname
                      LEFT JOIN pg_publication_rel r ON r.prpubid = p.oid AND r.prrelid = c.oid
                     WHERE c.oid = ?
                     ORDER BY 1
                    """);

    List<Membership> memberships() {
        return session.query(
                MEMBERSHIPS,
                row ->
                        new Membership(
                                Identifier.of(row.text(1)),
                                Membership.Scope.valueOf(row.text(2)),
                                Membership.Root.valueOf(row.text(3)),
                                row.texts(4).stream().map(Identifier::of).toList(),
                                row.textOrNull(5),
                                Identifier.of(row.text(6)),
                                Reach.valueOf(row.text(7))),
                oid);
    }
}
