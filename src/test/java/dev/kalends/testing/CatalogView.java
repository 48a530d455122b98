package dev.kalends.testing;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// What the catalog says, read without the code under test.
public final class CatalogView {
    private CatalogView() {}

    /// All that a table has and its successor must have too: everything but the columns of its
    /// primary key, the storage parameters, which only partitions can have, and the mark of
    /// CLUSTER.
    ///
    /// @param table as SQL writes it, with its schema
    public static List<List<@Nullable String>> ofTable(TestDatabase database, String table) {
        return database.rows(OF_TABLE.replace("{table}", table.replace("'", "''")));
    }

    private static final String OF_TABLE =
            """
            WITH t AS (SELECT c.*, c.oid AS toid FROM pg_class c WHERE c.oid = '{table}'::regclass)
            SELECT 'column', row_number() OVER (ORDER BY a.attnum)::text, concat_ws(' ', a.attname, format_type(a.atttypid, a.atttypmod),
                   a.attcollation::regcollation, a.attnotnull, a.attgenerated, a.attidentity, a.attstorage, a.attcompression, pg_get_expr(d.adbin, d.adrelid),
                   col_description(a.attrelid, a.attnum), CASE WHEN a.attstattarget >= 0 THEN a.attstattarget END,
                   (SELECT string_agg(o, ',' ORDER BY o) FROM unnest(a.attoptions) o WHERE o LIKE 'n_distinct=%'),
                   (SELECT string_agg(concat_ws(' ', g.grantee, g.privilege_type, g.is_grantable), ',' ORDER BY g.grantee, g.privilege_type)
                      FROM aclexplode(a.attacl) g))
              FROM t JOIN pg_attribute a ON a.attrelid = t.toid AND a.attnum > 0 AND NOT a.attisdropped
              LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
            UNION ALL
            SELECT 'constraint', c.conname, concat_ws(' ', c.contype, CASE WHEN c.contype <> 'p' THEN pg_get_constraintdef(c.oid) END,
                   c.convalidated, c.condeferrable, c.condeferred, obj_description(c.oid, 'pg_constraint'))
              FROM t JOIN pg_constraint c ON c.conrelid = t.toid
            UNION ALL
            SELECT 'index', i.relname, concat_ws(' ', CASE WHEN x.indisprimary
                     THEN 'primary ' || array_to_string(i.reloptions, ',') || ' ' || array_to_string(ARRAY(SELECT a.attname FROM pg_attribute a
                            WHERE a.attrelid = x.indrelid AND a.attnum = ANY (x.indkey[x.indnkeyatts:]) ORDER BY 1), ',')
                     ELSE replace(pg_get_indexdef(i.oid), ' ON ONLY ', ' ON ') END,
                   x.indisvalid, x.indisreplident, (SELECT s.spcname FROM pg_tablespace s WHERE s.oid = i.reltablespace), obj_description(i.oid, 'pg_class'),
                   (SELECT string_agg(a.attnum || '=' || a.attstattarget, ',' ORDER BY a.attnum) FROM pg_attribute a
                     WHERE a.attrelid = i.oid AND a.attstattarget >= 0))
              FROM t JOIN pg_index x ON x.indrelid = t.toid JOIN pg_class i ON i.oid = x.indexrelid
            UNION ALL
            SELECT 'trigger', g.tgname, concat_ws(' ', pg_get_triggerdef(g.oid), g.tgenabled, obj_description(g.oid, 'pg_trigger'))
              FROM t JOIN pg_trigger g ON g.tgrelid = t.toid AND NOT g.tgisinternal AND g.tgname NOT LIKE 'kalends%'
            UNION ALL
            SELECT 'policy', p.polname, concat_ws(' ', p.polcmd, p.polpermissive, (SELECT string_agg(r::regrole::text, ',' ORDER BY r) FROM unnest(p.polroles) r),
                   pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid), obj_description(p.oid, 'pg_policy'))
              FROM t JOIN pg_policy p ON p.polrelid = t.toid
            UNION ALL
            SELECT 'statistics', s.stxnamespace::regnamespace || '.' || s.stxname, concat_ws(' ', pg_get_statisticsobjdef(s.oid),
                   CASE WHEN s.stxstattarget >= 0 THEN s.stxstattarget END, s.stxowner::regrole, obj_description(s.oid, 'pg_statistic_ext'))
              FROM t JOIN pg_statistic_ext s ON s.stxrelid = t.toid
            UNION ALL
            SELECT 'sequence', s.oid::regclass::text, concat_ws(' ', d.deptype, d.refobjsubid = 0, q.seqtypid::regtype, q.seqstart, q.seqincrement, q.seqmin,
                   q.seqmax, q.seqcache, q.seqcycle, s.relowner::regrole, obj_description(s.oid, 'pg_class'),
                   (SELECT string_agg(concat_ws(' ', g.grantee, g.privilege_type, g.is_grantable), ',' ORDER BY g.grantee, g.privilege_type)
                      FROM aclexplode(coalesce(s.relacl, acldefault('s', s.relowner))) g))
              FROM t JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = t.toid AND d.classid = 'pg_class'::regclass
              JOIN pg_class s ON s.oid = d.objid AND s.relkind = 'S' JOIN pg_sequence q ON q.seqrelid = s.oid
            UNION ALL
            SELECT DISTINCT 'rule', v.oid::regclass || '.' || r.rulename, concat_ws(' ', CASE WHEN v.relkind = 'v' THEN v.oid END, v.reloptions,
                   (SELECT string_agg(concat_ws(' ', g.grantee, g.privilege_type, g.is_grantable), ',' ORDER BY g.grantee, g.privilege_type) FROM aclexplode(v.relacl) g),
                   v.relowner::regrole, pg_get_ruledef(r.oid), r.ev_enabled, obj_description(v.oid, 'pg_class'), v.relispopulated)
              FROM t JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = t.toid AND d.classid = 'pg_rewrite'::regclass
              JOIN pg_rewrite r ON r.oid = d.objid JOIN pg_class v ON v.oid = r.ev_class
            UNION ALL
            SELECT DISTINCT 'function', p.oid::regprocedure::text, concat_ws(' ', CASE WHEN p.prokind <> 'a' THEN pg_get_functiondef(p.oid) END,
                   p.proowner::regrole, obj_description(p.oid, 'pg_proc'),
                   (SELECT string_agg(concat_ws(' ', g.grantee, g.privilege_type, g.is_grantable), ',' ORDER BY g.grantee, g.privilege_type)
                      FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) g))
              FROM t JOIN pg_type y ON y.oid = t.reltype JOIN pg_depend d ON d.refobjid IN (t.toid, y.oid, y.typarray)
               AND d.classid = 'pg_proc'::regclass JOIN pg_proc p ON p.oid = d.objid
            UNION ALL
            SELECT 'publication', p.pubname, concat_ws(' ', to_jsonb(p) ->> 'attnames', to_jsonb(p) ->> 'rowfilter')
              FROM t JOIN pg_publication_tables p ON p.schemaname = t.relnamespace::regnamespace::text AND p.tablename = t.relname
            UNION ALL
            SELECT 'grant', g.grantee::regrole::text, concat_ws(' ', g.privilege_type, g.is_grantable)
              FROM t, aclexplode(t.relacl) g
            UNION ALL
            SELECT 'table', pg_get_userbyid(t.relowner), concat_ws(' ', t.relpersistence, t.relrowsecurity, t.relforcerowsecurity, t.relreplident,
                   (SELECT s.spcname FROM pg_tablespace s WHERE s.oid = t.reltablespace), obj_description(t.toid, 'pg_class'))
              FROM t
            ORDER BY 1, 2, 3
            """;

    /// All that the catalog has outside the journal, by name.
    public static List<List<@Nullable String>> everything(TestDatabase database) {
        return database.rows(EVERYTHING);
    }

    private static final String EVERYTHING =
            """
            WITH n AS (SELECT oid, nspname, nspacl FROM pg_namespace
                        WHERE nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast', 'kalends') AND nspname !~ '^pg_.*temp_')
            SELECT 'schema', nspname::text, nspacl::text FROM n
            UNION ALL
            SELECT 'class', nspname || '.' || relname, concat_ws(' ', relkind, relowner::regrole, relacl, reloptions,
                   relrowsecurity, relforcerowsecurity, relreplident, relispopulated, reltablespace, obj_description(c.oid, 'pg_class'))
              FROM n JOIN pg_class c ON c.relnamespace = n.oid
            UNION ALL
            SELECT 'attribute', nspname || '.' || relname || '.' || attname, concat_ws(' ', format_type(atttypid, atttypmod), attnotnull,
                   pg_get_expr(adbin, adrelid), attstorage, attacl, attidentity, attstattarget, attoptions, col_description(c.oid, attnum))
              FROM n JOIN pg_class c ON c.relnamespace = n.oid JOIN pg_attribute a ON a.attrelid = c.oid AND NOT attisdropped
              LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
            UNION ALL
            SELECT 'constraint', conrelid::regclass || ' ' || conname, concat_ws(' ', pg_get_constraintdef(c.oid), convalidated,
                   obj_description(c.oid, 'pg_constraint'))
              FROM n JOIN pg_constraint c ON c.connamespace = n.oid
            UNION ALL
            SELECT 'index', indexrelid::regclass::text, concat_ws(' ', pg_get_indexdef(indexrelid), indisvalid, indisclustered, indisreplident)
              FROM n JOIN pg_class c ON c.relnamespace = n.oid JOIN pg_index x ON x.indexrelid = c.oid
            UNION ALL
            SELECT 'trigger', tgrelid::regclass || ' ' || CASE WHEN tgisinternal THEN 'internal' ELSE tgname::text END,
                   concat_ws(' ', tgfoid::regproc, tgenabled, tgtype, obj_description(g.oid, 'pg_trigger'))
              FROM n JOIN pg_class c ON c.relnamespace = n.oid JOIN pg_trigger g ON g.tgrelid = c.oid
            UNION ALL
            SELECT 'policy', polrelid::regclass || ' ' || polname, concat_ws(' ', polcmd, polroles, pg_get_expr(polqual, polrelid),
                   obj_description(p.oid, 'pg_policy'))
              FROM n JOIN pg_class c ON c.relnamespace = n.oid JOIN pg_policy p ON p.polrelid = c.oid
            UNION ALL
            SELECT 'statistics', nspname || '.' || stxname, concat_ws(' ', pg_get_statisticsobjdef(s.oid), stxstattarget, stxowner::regrole,
                   obj_description(s.oid, 'pg_statistic_ext'))
              FROM n JOIN pg_statistic_ext s ON s.stxnamespace = n.oid
            UNION ALL
            SELECT 'view', c.oid::regclass::text, pg_get_viewdef(c.oid)
              FROM n JOIN pg_class c ON c.relnamespace = n.oid AND c.relkind IN ('v', 'm')
            UNION ALL
            SELECT 'function', p.oid::regprocedure::text, concat_ws(' ', pg_get_functiondef(p.oid), proowner::regrole, obj_description(p.oid, 'pg_proc'),
                   (SELECT string_agg(concat_ws(' ', g.grantee, g.privilege_type, g.is_grantable), ',' ORDER BY g.grantee, g.privilege_type)
                      FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) g))
              FROM n JOIN pg_proc p ON p.pronamespace = n.oid AND p.prokind IN ('f', 'p')
            UNION ALL
            SELECT 'publication', p.pubname::text, concat_ws(' ', to_jsonb(p) - 'oid', r.prrelid::regclass, to_jsonb(r) - 'oid' - 'prpubid' - 'prrelid' - 'prqual')
              FROM pg_publication p LEFT JOIN pg_publication_rel r ON r.prpubid = p.oid
            UNION ALL
            SELECT 'sequence', c.oid::regclass::text, concat_ws(' ', d.refobjid::regclass, d.refobjsubid, d.deptype, to_jsonb(q) - 'seqrelid')
              FROM n JOIN pg_class c ON c.relnamespace = n.oid AND c.relkind = 'S' JOIN pg_sequence q ON q.seqrelid = c.oid
              LEFT JOIN pg_depend d ON d.objid = c.oid AND d.refclassid = 'pg_class'::regclass AND d.classid = 'pg_class'::regclass
            ORDER BY 1, 2, 3
            """;
}
