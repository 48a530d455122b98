package dev.kalends.pg.catalog;

import dev.kalends.catalog.Feature;
import dev.kalends.catalog.FeatureKind;
import dev.kalends.catalog.Inventory;
import dev.kalends.pg.Session;
import dev.kalends.sql.Sql;

/// Reads everything a table carries, in one statement.
///
/// What belongs to Kalends itself (triggers whose function is in schema `kalends`) is left out, so
/// that the inventory of a table under conversion equals the one before it.
public final class InventoryReader {
    private InventoryReader() {}

    private static final Sql INVENTORY =
            Sql.of(
                    """
                    WITH t AS MATERIALIZED (SELECT c.*, c.oid AS toid FROM pg_class c WHERE c.oid = ?),
                    read AS MATERIALIZED (
                        SELECT c.* FROM t JOIN pg_class c ON c.oid = t.toid
                        UNION ALL
                        SELECT m.* FROM t CROSS JOIN LATERAL (
                            SELECT DISTINCT r.ev_class FROM pg_depend d JOIN pg_rewrite r ON r.oid = d.objid
                             WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid = t.toid AND d.classid = 'pg_rewrite'::regclass) e
                          JOIN pg_class m ON m.oid = e.ev_class AND m.relkind = 'm'),
                    readers AS MATERIALIZED (
                        SELECT DISTINCT v.oid AS of, r.oid, r.rulename, r.ev_class, r.ev_enabled
                          FROM read v JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = v.oid AND d.classid = 'pg_rewrite'::regclass
                          JOIN pg_rewrite r ON r.oid = d.objid AND r.ev_class <> v.oid)
                    SELECT 'COLUMN', a.attname::text,
                           concat_ws(' ', format_type(a.atttypid, a.atttypmod),
                             CASE WHEN a.attcollation <> y.typcollation
                                  THEN 'COLLATE ' || a.attcollation::regcollation END,
                             CASE WHEN a.attnotnull THEN 'NOT NULL' END,
                             CASE a.attgenerated WHEN '' THEN 'DEFAULT ' ELSE 'GENERATED ' || a.attgenerated::text || ' ' END
                                  || pg_get_expr(d.adbin, d.adrelid),
                             'STORAGE ' || a.attstorage::text, nullif(a.attcompression::text, ''))
                      FROM t JOIN pg_attribute a ON a.attrelid = t.toid AND a.attnum > 0 AND NOT a.attisdropped
                      JOIN pg_type y ON y.oid = a.atttypid
                      LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
                    UNION ALL
                    SELECT v.kind, a.attname::text, v.definition
                      FROM t JOIN pg_attribute a ON a.attrelid = t.toid AND a.attnum > 0 AND NOT a.attisdropped
                      CROSS JOIN LATERAL (VALUES
                        ('COLUMN_STATISTICS', CASE WHEN a.attstattarget >= 0 THEN a.attstattarget::text END),
                        ('COLUMN_OPTION', (SELECT string_agg(o, ', ' ORDER BY o) FROM unnest(a.attoptions) o WHERE o LIKE 'n\\_distinct%'))
                        ) v(kind, definition)
                     WHERE v.definition IS NOT NULL
                    UNION ALL
                    SELECT 'COLUMN_GRANT', a.attname || ' TO ' || CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(g.grantee)) END,
                           g.privilege_type || CASE WHEN g.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END
                      FROM t JOIN pg_attribute a ON a.attrelid = t.toid AND a.attnum > 0 AND NOT a.attisdropped, aclexplode(a.attacl) g
                    UNION ALL
                    SELECT 'IDENTITY', a.attname::text,
                           concat_ws(' ', CASE a.attidentity WHEN 'a' THEN 'ALWAYS' ELSE 'BY DEFAULT' END, s.oid::regclass, q.seqstart, q.seqincrement,
                             q.seqmin, q.seqmax, q.seqcache, q.seqcycle, pg_get_userbyid(s.relowner),
                             (SELECT string_agg(concat_ws(' ', g.grantee::regrole, g.privilege_type, g.is_grantable), ', ' ORDER BY g.grantee, g.privilege_type)
                                FROM aclexplode(coalesce(s.relacl, acldefault('s', s.relowner))) g),
                             obj_description(s.oid, 'pg_class'))
                      FROM t JOIN pg_attribute a ON a.attrelid = t.toid AND a.attidentity <> '' AND NOT a.attisdropped
                      JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = t.toid AND d.refobjsubid = a.attnum
                       AND d.classid = 'pg_class'::regclass AND d.deptype = 'i'
                      JOIN pg_class s ON s.oid = d.objid
                      JOIN pg_sequence q ON q.seqrelid = s.oid
                    UNION ALL
                    SELECT 'INDEX_STATISTICS', i.relname || ', column ' || a.attnum, a.attstattarget::text
                      FROM t JOIN pg_index x ON x.indrelid = t.toid
                      JOIN pg_class i ON i.oid = x.indexrelid
                      JOIN pg_attribute a ON a.attrelid = i.oid AND a.attstattarget >= 0
                    UNION ALL
                    SELECT 'CLUSTERING', i.relname::text, ''
                      FROM t JOIN pg_index x ON x.indrelid = t.toid AND x.indisclustered
                      JOIN pg_class i ON i.oid = x.indexrelid
                    UNION ALL
                    SELECT 'OWNED_SEQUENCE', s.oid::regclass::text, a.attname::text
                      FROM t JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = t.toid
                       AND d.refobjsubid > 0 AND d.classid = 'pg_class'::regclass AND d.deptype = 'a'
                      JOIN pg_class s ON s.oid = d.objid AND s.relkind = 'S'
                      JOIN pg_attribute a ON a.attrelid = t.toid AND a.attnum = d.refobjsubid
                    UNION ALL
                    SELECT CASE WHEN c.contype = 'f' AND c.confrelid = c.conrelid THEN 'INCOMING_FOREIGN_KEY'
                                ELSE CASE c.contype WHEN 'p' THEN 'PRIMARY_KEY' WHEN 'u' THEN 'UNIQUE'
                                     WHEN 'c' THEN 'CHECK' WHEN 'f' THEN 'FOREIGN_KEY' WHEN 'x' THEN 'EXCLUSION'
                                     ELSE 'CONSTRAINT_TRIGGER' END END,
                           c.conname::text, pg_get_constraintdef(c.oid) || CASE WHEN c.contype IN ('p', 'u') THEN
                             (SELECT coalesce(' WITH (' || array_to_string(i.reloptions, ', ') || ')', '') FROM pg_class i WHERE i.oid = c.conindid)
                             ELSE '' END
                      FROM t JOIN pg_constraint c ON c.conrelid = t.toid AND c.contype <> 'n'
                       AND (c.contype <> 'f' OR c.conparentid = 0)
                    UNION ALL
                    SELECT 'FOREIGN_KEY', c.conname::text, 'COMMENT ' || quote_literal(obj_description(c.oid, 'pg_constraint'))
                      FROM t JOIN pg_constraint c ON c.conrelid = t.toid AND c.contype = 'f' AND c.conparentid = 0
                     WHERE obj_description(c.oid, 'pg_constraint') IS NOT NULL
                    UNION ALL
                    SELECT 'INCOMING_FOREIGN_KEY', c.conname || ' of ' || rn.nspname || '.' || r.relname, pg_get_constraintdef(c.oid)
                      FROM t JOIN pg_constraint c ON c.confrelid = t.toid AND c.contype = 'f'
                       AND c.conparentid = 0 AND c.conrelid <> t.toid
                      JOIN pg_class r ON r.oid = c.conrelid JOIN pg_namespace rn ON rn.oid = r.relnamespace
                    UNION ALL
                    SELECT 'INDEX', i.relname::text,
                           regexp_replace(pg_get_indexdef(x.indexrelid), ' ON ONLY ', ' ON ') || CASE WHEN x.indisvalid THEN '' ELSE ' INVALID' END
                      FROM t JOIN pg_index x ON x.indrelid = t.toid
                      JOIN pg_class i ON i.oid = x.indexrelid
                     WHERE NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = x.indexrelid AND c.contype IN ('p', 'u', 'x'))
                    UNION ALL
                    SELECT 'TRIGGER', g.tgname::text, pg_get_triggerdef(g.oid) || ' ' || g.tgenabled::text
                      FROM t JOIN pg_trigger g ON g.tgrelid = t.toid AND NOT g.tgisinternal
                      JOIN pg_proc p ON p.oid = g.tgfoid
                      JOIN pg_namespace n ON n.oid = p.pronamespace AND n.nspname <> 'kalends'
                       AND NOT starts_with(n.nspname, 'kalends_guard_')
                    UNION ALL
                    SELECT 'RULE', r.rulename::text, pg_get_ruledef(r.oid)
                      FROM t JOIN pg_rewrite r ON r.ev_class = t.toid AND r.rulename <> '_RETURN'
                    UNION ALL
                    SELECT 'POLICY', p.polname::text,
                           concat_ws(' ', p.polcmd::text, p.polpermissive,
                             (SELECT string_agg(r::regrole::text, ', ' ORDER BY r::regrole::text) FROM unnest(p.polroles) r),
                             'USING ' || pg_get_expr(p.polqual, p.polrelid), 'WITH CHECK ' || pg_get_expr(p.polwithcheck, p.polrelid))
                      FROM t JOIN pg_policy p ON p.polrelid = t.toid
                    UNION ALL
                    SELECT DISTINCT 'VIEW', v.oid::regclass::text, concat_ws(' ', 'owner', pg_get_userbyid(v.relowner), v.reloptions, pg_get_viewdef(v.oid))
                      FROM readers r JOIN pg_class v ON v.oid = r.ev_class AND v.relkind = 'v' AND r.rulename = '_RETURN'
                    UNION ALL
                    SELECT 'MATERIALIZED_VIEW', v.oid::regclass::text,
                           concat_ws(' ', 'owner', pg_get_userbyid(v.relowner), v.reloptions, (SELECT x.reloptions FROM pg_class x WHERE x.oid = v.reltoastrelid),
                             CASE WHEN NOT v.relispopulated THEN 'not populated' END, (SELECT s.spcname FROM pg_tablespace s WHERE s.oid = v.reltablespace),
                             (SELECT string_agg(concat_ws(' ', g.grantee::regrole, g.privilege_type, g.is_grantable), ', ' ORDER BY g.grantee, g.privilege_type)
                                FROM aclexplode(coalesce(v.relacl, acldefault('r', v.relowner))) g),
                             (SELECT string_agg(concat_ws(' ', a.attname, nullif(a.attstattarget, -1), (SELECT string_agg(o, ', ' ORDER BY o) FROM unnest(a.attoptions) o
                                                 WHERE o LIKE 'n\\_distinct%'), a.attacl), ', ' ORDER BY a.attnum) FROM pg_attribute a WHERE a.attrelid = v.oid AND a.attnum > 0),
                             (SELECT string_agg(concat_ws(' ', pg_get_indexdef(x.indexrelid), (SELECT s.spcname FROM pg_tablespace s WHERE s.oid = i.reltablespace),
                                                 CASE WHEN x.indisclustered THEN 'clustered' END, obj_description(i.oid, 'pg_class')), ', ' ORDER BY i.relname)
                                FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid WHERE x.indrelid = v.oid),
                             (SELECT string_agg(d.description, ', ' ORDER BY d.objsubid) FROM pg_description d
                               WHERE d.classoid = 'pg_class'::regclass AND d.objoid = v.oid), pg_get_viewdef(v.oid))
                      FROM t JOIN read v ON v.oid <> t.toid
                    UNION ALL
                    SELECT DISTINCT CASE v.relkind WHEN 'v' THEN 'VIEW_RULE' ELSE 'DEPENDENT' END, r.rulename || ' of ' || v.oid::regclass,
                           pg_get_ruledef(r.oid) || ' ' || r.ev_enabled::text
                      FROM readers r JOIN pg_class v ON v.oid = r.ev_class
                     WHERE r.rulename <> '_RETURN' OR v.relkind = 'm' AND r.of <> (SELECT toid FROM t)
                    UNION ALL
                    SELECT DISTINCT 'DEPENDENT', (SELECT o.type || ' ' || o.identity FROM pg_identify_object(d.classid, d.objid, d.objsubid) o), ''
                      FROM t CROSS JOIN read v CROSS JOIN LATERAL (
                             SELECT 'pg_class'::regclass::oid AS classid, v.oid AS objid
                             UNION ALL SELECT 'pg_class'::regclass, x.indexrelid FROM pg_index x WHERE x.indrelid = v.oid
                             UNION ALL SELECT 'pg_constraint'::regclass, c.oid FROM pg_constraint c WHERE c.conrelid = v.oid
                             UNION ALL SELECT 'pg_type'::regclass, y.oid FROM pg_type y WHERE y.oid = v.reltype
                             UNION ALL SELECT 'pg_type'::regclass, y.typarray FROM pg_type y WHERE y.oid = v.reltype) o
                      JOIN pg_depend d ON d.refclassid = o.classid AND d.refobjid = o.objid AND d.deptype IN ('n', 'a')
                      LEFT JOIN pg_class r ON d.classid = 'pg_class'::regclass AND r.oid = d.objid
                     WHERE CASE d.classid
                             WHEN 'pg_class'::regclass THEN NOT (d.objid = v.oid OR r.relkind IN ('S', 't') OR d.objsubid > 0 AND v.oid = t.toid
                               OR EXISTS (SELECT FROM pg_index x WHERE x.indexrelid = d.objid AND x.indrelid = v.oid)
                               OR EXISTS (SELECT FROM pg_inherits h WHERE h.inhrelid = d.objid))
                             WHEN 'pg_constraint'::regclass THEN NOT EXISTS (SELECT FROM pg_constraint c
                               WHERE c.oid = d.objid AND v.oid IN (c.conrelid, c.confrelid))
                             WHEN 'pg_attrdef'::regclass THEN NOT EXISTS (SELECT FROM pg_attrdef f WHERE f.oid = d.objid AND f.adrelid = v.oid)
                             WHEN 'pg_trigger'::regclass THEN NOT EXISTS (SELECT FROM pg_trigger g
                               WHERE g.oid = d.objid AND (g.tgrelid = v.oid OR g.tgisinternal))
                             WHEN 'pg_policy'::regclass THEN NOT EXISTS (SELECT FROM pg_policy p WHERE p.oid = d.objid AND p.polrelid = v.oid)
                             WHEN 'pg_statistic_ext'::regclass THEN NOT EXISTS (SELECT FROM pg_statistic_ext s
                               WHERE s.oid = d.objid AND s.stxrelid = t.toid)
                             WHEN 'pg_type'::regclass THEN NOT EXISTS (SELECT FROM pg_type y WHERE y.oid = v.reltype AND d.objid IN (y.oid, y.typarray))
                             WHEN 'pg_proc'::regclass THEN v.oid <> t.toid
                             ELSE d.classid NOT IN ('pg_rewrite'::regclass, 'pg_publication_rel'::regclass)
                           END
                    UNION ALL
                    SELECT DISTINCT 'FUNCTION', p.oid::regprocedure::text,
                           concat_ws(' ', CASE WHEN p.prokind IN ('f', 'p', 'w') THEN pg_get_functiondef(p.oid) END, 'owner', pg_get_userbyid(p.proowner),
                             (SELECT string_agg(concat_ws(' ', g.grantee::regrole, g.is_grantable), ', ' ORDER BY g.grantee)
                                FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) g), obj_description(p.oid, 'pg_proc'))
                      FROM t JOIN pg_type y ON y.oid = t.reltype
                      JOIN pg_depend d ON d.classid = 'pg_proc'::regclass
                       AND (d.refclassid = 'pg_class'::regclass AND d.refobjid = t.toid
                            OR d.refclassid = 'pg_type'::regclass AND d.refobjid IN (y.oid, y.typarray))
                      JOIN pg_proc p ON p.oid = d.objid
                    UNION ALL
                    SELECT DISTINCT 'ROW_TYPE_USE', a.attrelid::regclass || '.' || a.attname, ''
                      FROM t JOIN pg_type y ON y.oid = t.reltype
                      JOIN pg_attribute a ON a.atttypid IN (y.oid, y.typarray) AND a.attnum > 0 AND NOT a.attisdropped
                    UNION ALL
                    SELECT 'PUBLICATION', p.pubname::text,
                           concat_ws(' ', to_jsonb(b) - 'oid' - 'pubname', to_jsonb(p) -> 'attnames', to_jsonb(p) ->> 'rowfilter')
                      FROM t JOIN pg_namespace n ON n.oid = t.relnamespace
                      JOIN pg_publication_tables p ON p.schemaname = n.nspname AND p.tablename = t.relname
                      JOIN pg_publication b ON b.pubname = p.pubname
                    UNION ALL
                    SELECT 'INHERITANCE', h.inhparent::regclass || ', ' || h.inhrelid::regclass, ''
                      FROM t JOIN pg_inherits h ON t.toid IN (h.inhrelid, h.inhparent)
                    UNION ALL
                    SELECT 'EXTENDED_STATISTICS', s.stxname::text,
                           concat_ws(' ', pg_get_statisticsobjdef(s.oid), CASE WHEN s.stxstattarget >= 0 THEN 'target ' || s.stxstattarget END,
                             'owner ' || pg_get_userbyid(s.stxowner))
                      FROM t JOIN pg_statistic_ext s ON s.stxrelid = t.toid
                    UNION ALL
                    SELECT 'TABLESPACE', c.oid::regclass::text, s.spcname::text
                      FROM t JOIN pg_class c ON c.oid = t.toid
                          OR c.oid IN (SELECT x.indexrelid FROM pg_index x WHERE x.indrelid = t.toid)
                      JOIN pg_tablespace s ON s.oid = c.reltablespace
                    UNION ALL
                    SELECT 'STORAGE_OPTION', o, '' FROM t, unnest(t.reloptions) o
                    UNION ALL
                    SELECT 'STORAGE_OPTION', 'toast.' || o, ''
                      FROM t JOIN pg_class x ON x.oid = t.reltoastrelid, unnest(x.reloptions) o
                    UNION ALL
                    SELECT 'OWNER', pg_get_userbyid(t.relowner)::text, '' FROM t
                    UNION ALL
                    SELECT 'GRANT', CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(g.grantee)) END,
                           g.privilege_type || CASE WHEN g.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END
                      FROM t, aclexplode(coalesce(t.relacl, acldefault('r', t.relowner))) g
                    UNION ALL
                    SELECT CASE WHEN d.classoid = 'pg_class'::regclass AND d.objoid = t.toid THEN 'COMMENT' ELSE 'OBJECT_COMMENT' END,
                           (SELECT o.type || ' ' || o.identity FROM pg_identify_object(d.classoid, d.objoid, d.objsubid) o), d.description
                      FROM t JOIN pg_description d
                        ON d.classoid = 'pg_class'::regclass AND d.objoid = t.toid
                        OR d.classoid = 'pg_class'::regclass AND d.objoid IN (SELECT x.indexrelid FROM pg_index x WHERE x.indrelid = t.toid)
                        OR d.classoid = 'pg_constraint'::regclass AND d.objoid IN
                             (SELECT c.oid FROM pg_constraint c WHERE c.conrelid = t.toid AND c.contype NOT IN ('c', 'f'))
                        OR d.classoid = 'pg_trigger'::regclass AND d.objoid IN (SELECT g.oid FROM pg_trigger g WHERE g.tgrelid = t.toid)
                        OR d.classoid = 'pg_policy'::regclass AND d.objoid IN (SELECT p.oid FROM pg_policy p WHERE p.polrelid = t.toid)
                        OR d.classoid = 'pg_statistic_ext'::regclass AND d.objoid IN
                             (SELECT s.oid FROM pg_statistic_ext s WHERE s.stxrelid = t.toid)
                    UNION ALL
                    SELECT 'SECURITY_LABEL', l.provider, l.label
                      FROM t JOIN pg_seclabel l ON l.classoid = 'pg_class'::regclass AND l.objoid = t.toid
                    UNION ALL
                    SELECT 'EXTENSION_MEMBER', e.extname::text, ''
                      FROM t JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = t.toid AND d.deptype = 'e'
                      JOIN pg_extension e ON e.oid = d.refobjid
                    UNION ALL
                    SELECT v.kind, v.name, v.definition
                      FROM t CROSS JOIN LATERAL (VALUES
                        ('ROW_SECURITY', 'row level security', nullif(concat_ws(' and ',
                             CASE WHEN t.relrowsecurity THEN 'enabled' END, CASE WHEN t.relforcerowsecurity THEN 'forced' END), '')),
                        ('REPLICA_IDENTITY', 'replica identity', CASE t.relreplident WHEN 'f' THEN 'FULL' WHEN 'n' THEN 'NOTHING' WHEN 'i' THEN
                             'USING INDEX ' || (SELECT i.relname FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid
                                                 WHERE x.indrelid = t.toid AND x.indisreplident) END),
                        ('TYPED_TABLE', 'row type', CASE WHEN t.reloftype <> 0 THEN t.reloftype::regtype::text END),
                        ('PERSISTENCE', 'persistence', CASE t.relpersistence WHEN 'u' THEN 'unlogged' WHEN 't' THEN 'temporary' END),
                        ('ACCESS_METHOD', 'access method', (SELECT m.amname::text FROM pg_am m WHERE m.oid = t.relam AND m.amname <> 'heap'))
                        ) v(kind, name, definition)
                     WHERE v.definition IS NOT NULL
                    ORDER BY 1, 2, 3
                    """);

    public static Inventory read(Session session, long tableOid) {
        return new Inventory(
                session.query(
                        INVENTORY,
                        row ->
                                new Feature(
                                        FeatureKind.valueOf(row.text(1)), row.text(2), row.text(3)),
                        tableOid));
    }
}
