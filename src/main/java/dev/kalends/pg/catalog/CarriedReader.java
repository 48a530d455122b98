package dev.kalends.pg.catalog;

import dev.kalends.catalog.Access;
import dev.kalends.catalog.Carried;
import dev.kalends.catalog.ColumnTraits;
import dev.kalends.catalog.ConstraintComment;
import dev.kalends.catalog.ExclusionConstraint;
import dev.kalends.catalog.Grant;
import dev.kalends.catalog.IdentityColumn;
import dev.kalends.catalog.IndexTraits;
import dev.kalends.catalog.Policy;
import dev.kalends.catalog.ReplicaIdentity;
import dev.kalends.catalog.RowSecurity;
import dev.kalends.catalog.SequenceOptions;
import dev.kalends.catalog.StatisticsObject;
import dev.kalends.catalog.Trigger;
import dev.kalends.pg.Row;
import dev.kalends.pg.Session;
import dev.kalends.sql.Identifier;
import dev.kalends.sql.QualifiedName;
import dev.kalends.sql.Sql;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Reads what a table has besides columns, indexes, foreign keys and grants.
final class CarriedReader {
    private final Session session;
    private final long oid;

    CarriedReader(Session session, long oid) {
        this.session = session;
        this.oid = oid;
    }

    static Carried read(Session session, long tableOid) {
        CarriedReader reader = new CarriedReader(session, tableOid);
        DependentReader dependents = new DependentReader(session, tableOid);
        return session.one(
                TABLE,
                row ->
                        new Carried(
                                reader.identities(),
                                reader.columns(),
                                reader.indexes(),
                                reader.constraintComments(),
                                reader.exclusions(),
                                reader.statistics(),
                                identifierOrNull(row.textOrNull(1)),
                                ReplicaIdentity.valueOf(row.text(2)),
                                reader.triggers(),
                                new RowSecurity(
                                        RowSecurity.State.valueOf(row.text(3)),
                                        RowSecurity.Force.valueOf(row.text(4))),
                                reader.policies(),
                                dependents.views(),
                                dependents.viewRules(),
                                new MaterializedViewReader(session, tableOid).read(),
                                dependents.functions(),
                                dependents.memberships()),
                tableOid);
    }

    static @Nullable Identifier identifierOrNull(@Nullable String name) {
        return name == null ? null : Identifier.of(name);
    }

    private static final Sql TABLE =
            Sql.of(
                    """
                    SELECT (SELECT s.spcname FROM pg_tablespace s WHERE s.oid = c.reltablespace),
                           CASE c.relreplident WHEN 'd' THEN 'DEFAULT' WHEN 'f' THEN 'FULL' WHEN 'n' THEN 'NOTHING' ELSE 'INDEX' END,
                           CASE WHEN c.relrowsecurity THEN 'ENABLED' ELSE 'DISABLED' END,
                           CASE WHEN NOT c.relforcerowsecurity THEN 'OWNER_EXEMPT'
                                WHEN (SELECT r.rolsuper OR r.rolbypassrls FROM pg_roles r WHERE r.rolname = current_user)
                                THEN 'FORCED' ELSE 'FORCED_ON_SESSION' END
                      FROM pg_class c WHERE c.oid = ?
                    """);

    private static final Sql IDENTITIES =
            Sql.of(
                    """
                    SELECT a.attname, CASE a.attidentity WHEN 'a' THEN 'ALWAYS' ELSE 'BY_DEFAULT' END, n.nspname, s.relname,
                           q.seqstart, q.seqincrement, q.seqmin, q.seqmax, q.seqcache,
                           CASE WHEN q.seqcycle THEN 'CYCLE' ELSE 'STOP' END,
                           pg_get_userbyid(s.relowner), s.oid, obj_description(s.oid, 'pg_class')
                      FROM pg_attribute a
                      JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = a.attrelid
                       AND d.refobjsubid = a.attnum AND d.classid = 'pg_class'::regclass AND d.deptype = 'i'
                      JOIN pg_class s ON s.oid = d.objid AND s.relkind = 'S'
                      JOIN pg_namespace n ON n.oid = s.relnamespace
                      JOIN pg_sequence q ON q.seqrelid = s.oid
                     WHERE a.attrelid = ? AND a.attidentity <> ''
                     ORDER BY a.attnum
                    """);

    private List<IdentityColumn> identities() {
        return session.query(
                IDENTITIES,
                row ->
                        new IdentityColumn(
                                Identifier.of(row.text(1)),
                                IdentityColumn.Generation.valueOf(row.text(2)),
                                QualifiedName.of(row.text(3), row.text(4)),
                                new SequenceOptions(
                                        row.number(5),
                                        row.number(6),
                                        row.number(7),
                                        row.number(8),
                                        row.number(9),
                                        SequenceOptions.End.valueOf(row.text(10))),
                                new Access(Identifier.of(row.text(11)), grants(row.number(12))),
                                row.textOrNull(13)),
                oid);
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

    List<Grant> grants(long relation) {
        return session.query(GRANTS, CarriedReader::grant, relation);
    }

    static Grant grant(Row row) {
        return new Grant(row.text(1), row.text(2), row.text(3));
    }

    private static final Sql COLUMNS =
            Sql.of(
                    """
                    SELECT a.attname, CASE WHEN a.attstattarget >= 0 THEN a.attstattarget END,
                           ARRAY(SELECT o FROM unnest(a.attoptions) o WHERE o LIKE 'n\\_distinct%' ORDER BY 1), a.attnum
                      FROM pg_attribute a
                     WHERE a.attrelid = ? AND a.attnum > 0 AND NOT a.attisdropped
                       AND (a.attstattarget >= 0 OR a.attoptions IS NOT NULL OR a.attacl IS NOT NULL)
                     ORDER BY a.attnum
                    """);
    private static final Sql COLUMN_GRANTS =
            Sql.of(
                    """
                    SELECT CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(g.grantee)) END,
                           g.privilege_type, CASE WHEN g.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END
                      FROM pg_attribute a, aclexplode(a.attacl) g
                     WHERE a.attrelid = ? AND a.attnum = ?
                     ORDER BY 1, 2
                    """);

    List<ColumnTraits> columns() {
        return session.query(
                COLUMNS,
                row ->
                        new ColumnTraits(
                                Identifier.of(row.text(1)),
                                row.numberOrNull(2),
                                row.texts(3),
                                session.query(
                                        COLUMN_GRANTS, CarriedReader::grant, oid, row.number(4))),
                oid);
    }

    private static final Sql INDEXES =
            Sql.of(
                    """
                    SELECT i.relname,
                           ARRAY(SELECT a.attname::text FROM unnest(x.indkey::int2[]) WITH ORDINALITY k(attnum, place)
                                   JOIN pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = k.attnum
                                  WHERE k.place > x.indnkeyatts ORDER BY k.place),
                           i.reloptions, (SELECT s.spcname FROM pg_tablespace s WHERE s.oid = i.reltablespace),
                           ARRAY(SELECT a.attnum || '=' || a.attstattarget FROM pg_attribute a
                                  WHERE a.attrelid = i.oid AND a.attstattarget >= 0 ORDER BY a.attnum),
                           obj_description(i.oid, 'pg_class'),
                           array_remove(ARRAY[CASE WHEN x.indisclustered THEN 'CLUSTERED' END,
                                              CASE WHEN x.indisreplident THEN 'REPLICA_IDENTITY' END], NULL)
                      FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid
                     WHERE x.indrelid = ?
                     ORDER BY i.relname
                    """);

    List<IndexTraits> indexes() {
        return session.query(
                INDEXES,
                row ->
                        new IndexTraits(
                                Identifier.of(row.text(1)),
                                row.texts(2).stream().map(Identifier::of).toList(),
                                row.texts(3),
                                identifierOrNull(row.textOrNull(4)),
                                row.texts(5).stream().map(CarriedReader::target).toList(),
                                row.textOrNull(6),
                                enums(IndexTraits.Mark.class, row.texts(7))),
                oid);
    }

    private static IndexTraits.Target target(String text) {
        int equals = text.indexOf('=');
        return new IndexTraits.Target(
                Integer.parseInt(text.substring(0, equals)),
                Integer.parseInt(text.substring(equals + 1)));
    }

    static <E extends Enum<E>> Set<E> enums(Class<E> type, List<String> names) {
        return names.stream()
                .map(name -> Enum.valueOf(type, name))
                .collect(Collectors.toCollection(() -> EnumSet.noneOf(type)));
    }

    private static final Sql CONSTRAINT_COMMENTS =
            Sql.of(
                    """
                    SELECT c.conname, CASE c.contype WHEN 'f' THEN 'FOREIGN_KEY' ELSE 'INDEX' END, d.description
                      FROM pg_constraint c
                      JOIN pg_description d ON d.classoid = 'pg_constraint'::regclass AND d.objoid = c.oid
                     WHERE c.conrelid = ? AND c.contype IN ('p', 'u', 'x', 'f')
                     ORDER BY c.conname
                    """);

    private List<ConstraintComment> constraintComments() {
        return session.query(
                CONSTRAINT_COMMENTS,
                row ->
                        new ConstraintComment(
                                Identifier.of(row.text(1)),
                                ConstraintComment.Kind.valueOf(row.text(2)),
                                row.text(3)),
                oid);
    }

    private static final Sql EXCLUSIONS =
            Sql.of(
                    """
                    SELECT c.conname,
                           ARRAY(SELECT a.attname::text
                                   FROM unnest(c.conkey, c.conexclop) k(attnum, operator)
                                   JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.attnum
                                   JOIN pg_operator o ON o.oid = k.operator AND o.oprname = '='),
                           CASE WHEN current_setting('server_version_num')::int >= 170000
                                THEN 'PARTITIONED_TABLES' ELSE 'PLAIN_TABLES_ONLY' END
                      FROM pg_constraint c
                     WHERE c.conrelid = ? AND c.contype = 'x'
                     ORDER BY c.conname
                    """);

    private List<ExclusionConstraint> exclusions() {
        return session.query(
                EXCLUSIONS,
                row ->
                        new ExclusionConstraint(
                                Identifier.of(row.text(1)),
                                row.texts(2).stream().map(Identifier::of).toList(),
                                ExclusionConstraint.Support.valueOf(row.text(3))),
                oid);
    }

    private static final Sql STATISTICS =
            Sql.of(
                    """
                    SELECT n.nspname, s.stxname,
                           ARRAY(SELECT CASE k WHEN 'd' THEN 'ndistinct' WHEN 'f' THEN 'dependencies' ELSE 'mcv' END
                                   FROM unnest(s.stxkind) k WHERE k <> 'e'),
                           pg_get_statisticsobjdef_columns(s.oid), CASE WHEN s.stxstattarget >= 0 THEN s.stxstattarget END,
                           pg_get_userbyid(s.stxowner), obj_description(s.oid, 'pg_statistic_ext')
                      FROM pg_statistic_ext s JOIN pg_namespace n ON n.oid = s.stxnamespace
                     WHERE s.stxrelid = ?
                     ORDER BY 1, 2
                    """);

    private List<StatisticsObject> statistics() {
        return session.query(
                STATISTICS,
                row ->
                        new StatisticsObject(
                                QualifiedName.of(row.text(1), row.text(2)),
                                row.texts(3),
                                row.text(4),
                                row.numberOrNull(5),
                                Identifier.of(row.text(6)),
                                row.textOrNull(7)),
                oid);
    }

    private static final Sql TRIGGERS =
            Sql.of(
                    """
                    SELECT g.tgname, pg_get_triggerdef(g.oid),
                           CASE g.tgenabled WHEN 'O' THEN 'ORIGIN' WHEN 'R' THEN 'REPLICA' WHEN 'A' THEN 'ALWAYS' ELSE 'DISABLED' END,
                           array_remove(ARRAY[
                             CASE WHEN g.tgtype & 1 <> 0 THEN 'ROW' END, CASE WHEN g.tgtype & 2 <> 0 THEN 'BEFORE' END,
                             CASE WHEN g.tgtype & 4 <> 0 THEN 'INSERT' END, CASE WHEN g.tgtype & 8 <> 0 THEN 'DELETE' END,
                             CASE WHEN g.tgtype & 16 <> 0 THEN 'UPDATE' END,
                             CASE WHEN coalesce(g.tgoldtable, g.tgnewtable) IS NOT NULL THEN 'TRANSITION_TABLES' END], NULL),
                           obj_description(g.oid, 'pg_trigger')
                      FROM pg_trigger g
                      JOIN pg_proc p ON p.oid = g.tgfoid
                      JOIN pg_namespace n ON n.oid = p.pronamespace AND n.nspname <> 'kalends'
                     WHERE g.tgrelid = ? AND NOT g.tgisinternal
                     ORDER BY g.tgname
                    """);

    private List<Trigger> triggers() {
        return session.query(
                TRIGGERS,
                row ->
                        new Trigger(
                                Identifier.of(row.text(1)),
                                row.text(2),
                                Trigger.Firing.valueOf(row.text(3)),
                                enums(Trigger.Trait.class, row.texts(4)),
                                row.textOrNull(5)),
                oid);
    }

    private static final Sql POLICIES =
            Sql.of(
                    """
                    SELECT p.polname, CASE WHEN p.polpermissive THEN 'PERMISSIVE' ELSE 'RESTRICTIVE' END,
                           CASE p.polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE'
                                         WHEN 'd' THEN 'DELETE' ELSE 'ALL' END,
                           ARRAY(SELECT CASE r WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(r)) END
                                   FROM unnest(p.polroles) r ORDER BY 1),
                           pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid),
                           obj_description(p.oid, 'pg_policy')
                      FROM pg_policy p WHERE p.polrelid = ?
                     ORDER BY p.polname
                    """);

    private List<Policy> policies() {
        return session.query(
                POLICIES,
                row ->
                        new Policy(
                                Identifier.of(row.text(1)),
                                row.text(2),
                                row.text(3),
                                row.texts(4),
                                row.textOrNull(5),
                                row.textOrNull(6),
                                row.textOrNull(7)),
                oid);
    }
}
