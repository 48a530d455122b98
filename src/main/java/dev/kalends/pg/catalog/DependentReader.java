package dev.kalends.pg.catalog;

import dev.kalends.catalog.DependentView;
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
                    SELECT n.nspname, v.relname, pg_get_userbyid(v.relowner), v.reloptions, rtrim(pg_get_viewdef(v.oid), '; '),
                           CASE WHEN pg_has_role(v.relowner, 'USAGE') THEN 'WITHIN' ELSE 'BEYOND' END,
                           array_remove(ARRAY[
                             CASE WHEN v.relpersistence = 't' THEN 'TEMPORARY' END,
                             CASE WHEN EXISTS (SELECT FROM pg_depend k JOIN pg_constraint c ON c.oid = k.refobjid AND c.contype = 'p'
                                                WHERE k.classid = 'pg_rewrite'::regclass AND k.objid = r.oid
                                                  AND k.refclassid = 'pg_constraint'::regclass AND c.conrelid = d.refobjid)
                                  THEN 'NEEDS_PRIMARY_KEY' END], NULL)
                      FROM (SELECT DISTINCT d.objid, d.refobjid FROM pg_depend d
                             WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid = ? AND d.classid = 'pg_rewrite'::regclass) d
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
                oid);
    }

    private static final Sql VIEW_RULES =
            Sql.of(
                    """
                    SELECT r.rulename, n.nspname, v.relname, pg_get_userbyid(v.relowner), rtrim(pg_get_ruledef(r.oid), '; '),
                           CASE WHEN pg_has_role(v.relowner, 'USAGE') THEN 'WITHIN' ELSE 'BEYOND' END
                      FROM (SELECT DISTINCT d.objid FROM pg_depend d
                             WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid = ? AND d.classid = 'pg_rewrite'::regclass) d
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
                oid);
    }
}
