package dev.kalends.pg.catalog;

import dev.kalends.catalog.Access;
import dev.kalends.catalog.MaterializedView;
import dev.kalends.catalog.Reach;
import dev.kalends.pg.Session;
import dev.kalends.sql.Identifier;
import dev.kalends.sql.QualifiedName;
import dev.kalends.sql.Sql;
import java.util.List;

/// Reads the materialized views that read a table.
final class MaterializedViewReader {
    private final Session session;
    private final long oid;

    MaterializedViewReader(Session session, long tableOid) {
        this.session = session;
        this.oid = tableOid;
    }

    private static final Sql VIEWS =
            Sql.of(
                    """
                    SELECT m.oid, n.nspname, m.relname, pg_get_userbyid(m.relowner),
                           coalesce(m.reloptions, '{}') || ARRAY(SELECT 'toast.' || o FROM pg_class x, unnest(x.reloptions) o WHERE x.oid = m.reltoastrelid),
                           rtrim(pg_get_viewdef(m.oid), '; '), CASE WHEN m.relispopulated THEN 'POPULATED' ELSE 'EMPTY' END,
                           (SELECT s.spcname FROM pg_tablespace s WHERE s.oid = m.reltablespace), obj_description(m.oid, 'pg_class'),
                           CASE WHEN pg_has_role(m.relowner, 'USAGE') THEN 'WITHIN' ELSE 'BEYOND' END,
                           array_remove(ARRAY[
                             CASE WHEN EXISTS (SELECT FROM pg_depend k JOIN pg_constraint c ON c.oid = k.refobjid AND c.contype = 'p'
                                                WHERE k.classid = 'pg_rewrite'::regclass AND k.objid = r.oid
                                                  AND k.refclassid = 'pg_constraint'::regclass AND c.conrelid = t.oid) THEN 'NEEDS_PRIMARY_KEY' END,
                             CASE WHEN t.relrowsecurity AND NOT (o.rolsuper OR o.rolbypassrls
                                    OR NOT t.relforcerowsecurity AND pg_has_role(m.relowner, t.relowner, 'USAGE')) THEN 'FILTERED_BY_POLICIES' END,
                             CASE WHEN (SELECT a.amname FROM pg_am a WHERE a.oid = m.relam) <> 'heap' THEN 'OTHER_ACCESS_METHOD' END,
                             CASE WHEN EXISTS (SELECT FROM pg_attribute a JOIN pg_type y ON y.oid = a.atttypid
                                                WHERE a.attrelid = m.oid AND a.attnum > 0 AND (a.attstorage <> y.typstorage OR a.attcompression <> ''))
                                  THEN 'COLUMN_STORAGE' END,
                             CASE WHEN EXISTS (SELECT FROM pg_seclabel l WHERE l.classoid = 'pg_class'::regclass AND l.objoid = m.oid)
                                  THEN 'SECURITY_LABEL' END,
                             CASE WHEN EXISTS (SELECT FROM pg_depend x WHERE x.classid = 'pg_class'::regclass AND x.objid = m.oid AND x.deptype = 'e')
                                  THEN 'EXTENSION_MEMBER' END], NULL)
                      FROM pg_class t
                      JOIN (SELECT DISTINCT d.objid, d.refobjid FROM pg_depend d
                             WHERE d.refclassid = 'pg_class'::regclass AND d.classid = 'pg_rewrite'::regclass) d ON d.refobjid = t.oid
                      JOIN pg_rewrite r ON r.oid = d.objid
                      JOIN pg_class m ON m.oid = r.ev_class AND m.relkind = 'm'
                      JOIN pg_namespace n ON n.oid = m.relnamespace
                      JOIN pg_roles o ON o.oid = m.relowner
                     WHERE t.oid = ?
                     ORDER BY 2, 3
                    """);
    private static final Sql COLUMN_COMMENTS =
            Sql.of(
                    """
                    SELECT a.attname, d.description
                      FROM pg_attribute a JOIN pg_description d ON d.classoid = 'pg_class'::regclass AND d.objoid = a.attrelid AND d.objsubid = a.attnum
                     WHERE a.attrelid = ? AND a.attnum > 0
                     ORDER BY a.attnum
                    """);

    List<MaterializedView> read() {
        return session.query(
                VIEWS,
                row -> {
                    long view = row.number(1);
                    CarriedReader traits = new CarriedReader(session, view);
                    return new MaterializedView(
                            QualifiedName.of(row.text(2), row.text(3)),
                            new Access(Identifier.of(row.text(4)), traits.grants(view)),
                            row.texts(5),
                            row.text(6),
                            MaterializedView.Content.valueOf(row.text(7)),
                            CarriedReader.identifierOrNull(row.textOrNull(8)),
                            row.textOrNull(9),
                            traits.columns(),
                            session.query(
                                    COLUMN_COMMENTS,
                                    column ->
                                            new MaterializedView.ColumnComment(
                                                    Identifier.of(column.text(1)), column.text(2)),
                                    view),
                            new CatalogReader(session).indexes(view),
                            traits.indexes(),
                            Reach.valueOf(row.text(10)),
                            CarriedReader.enums(MaterializedView.Trait.class, row.texts(11)));
                },
                oid);
    }
}
