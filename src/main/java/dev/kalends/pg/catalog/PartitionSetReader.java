package dev.kalends.pg.catalog;

import dev.kalends.catalog.PartitionBounds;
import dev.kalends.catalog.PartitionSet;
import dev.kalends.pg.Session;
import dev.kalends.sql.Identifier;
import dev.kalends.sql.QualifiedName;
import dev.kalends.sql.Sql;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Reads partitioned tables with all their partitions: three queries for any number of tables and
/// partitions.
public final class PartitionSetReader {
    private PartitionSetReader() {}

    private static final Sql ROOTS =
            Sql.of(
                    """
                    SELECT c.oid, n.nspname, c.relname, pg_get_userbyid(c.relowner),
                           CASE p.partstrat WHEN 'r' THEN 'RANGE' WHEN 'l' THEN 'LIST' ELSE 'HASH' END, p.partnatts,
                           (SELECT array_agg(u.part ORDER BY k.place, u.side)
                              FROM unnest(p.partattrs::int2[]) WITH ORDINALITY k(attnum, place)
                              JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.attnum
                              CROSS JOIN LATERAL unnest(ARRAY[a.attname::text, format_type(a.atttypid, a.atttypmod)])
                                   WITH ORDINALITY u(part, side))
                      FROM pg_partitioned_table p
                      JOIN pg_class c ON c.oid = p.partrelid
                      JOIN pg_namespace n ON n.oid = c.relnamespace
                      JOIN unnest(?::text[], ?::text[]) w(schema, name) ON w.schema = n.nspname AND w.name = c.relname
                    """);
    private static final Sql MEMBERS =
            Sql.of(
                    """
                    SELECT h.inhparent, c.oid, n.nspname, c.relname,
                           CASE c.relkind WHEN 'p' THEN 'PARTITIONED' WHEN 'f' THEN 'FOREIGN' ELSE 'TABLE' END,
                           pg_get_expr(c.relpartbound, 0), h.inhdetachpending, c.reltuples::bigint, c.relpages
                      FROM pg_inherits h
                      JOIN pg_class c ON c.oid = h.inhrelid
                      JOIN pg_namespace n ON n.oid = c.relnamespace
                     WHERE h.inhparent = ANY (?::oid[])
                    """);
    // A key between two partitions is one of its own where they are paired; all others that a
    // partition has are parts of its table's.
    private static final Sql REFERENCES =
            Sql.of(
                    """
                    WITH member AS (SELECT h.inhrelid AS oid FROM pg_inherits h WHERE h.inhparent = ANY (?::oid[])),
                         concerned AS (SELECT oid FROM member UNION ALL SELECT unnest(?::oid[]) UNION ALL
                                       SELECT to_regclass(g)::oid FROM unnest(?::text[]) g)
                    SELECT c.conname, t.oid, n.nspname, t.relname, r.oid, rn.nspname, r.relname,
                           (SELECT array_agg(a.attname::text ORDER BY k.place) FROM unnest(c.conkey) WITH ORDINALITY k(attnum, place)
                              JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.attnum),
                           (SELECT array_agg(a.attname::text ORDER BY k.place) FROM unnest(c.confkey) WITH ORDINALITY k(attnum, place)
                              JOIN pg_attribute a ON a.attrelid = c.confrelid AND a.attnum = k.attnum),
                           CASE c.confdeltype WHEN 'c' THEN 'CASCADE' WHEN 'n' THEN 'SET_NULL' WHEN 'd' THEN 'SET_DEFAULT'
                                WHEN 'r' THEN 'RESTRICT' ELSE 'NO_ACTION' END
                      FROM pg_constraint c
                      JOIN pg_class t ON t.oid = c.conrelid JOIN pg_namespace n ON n.oid = t.relnamespace
                      JOIN pg_class r ON r.oid = c.confrelid JOIN pg_namespace rn ON rn.oid = r.relnamespace
                     WHERE c.contype = 'f' AND c.conparentid = 0
                       AND (c.conrelid IN (SELECT oid FROM concerned) OR c.confrelid IN (SELECT oid FROM concerned))
                     ORDER BY c.oid
                    """);

    private record Root(
            long oid,
            QualifiedName name,
            Identifier owner,
            PartitionSet.Method method,
            int keyCount,
            List<String> keys) {}

    private record Found(long parent, PartitionSet.Member member) {}

    /// Those of the tables that are partitioned, by name.
    ///
    /// @param guards tables that foreign keys point at instead of each of them
    public static Map<QualifiedName, PartitionSet> read(
            Session session,
            List<QualifiedName> tables,
            Map<QualifiedName, List<QualifiedName>> guards) {
        List<Root> roots = roots(session, tables);
        if (roots.isEmpty()) {
            return Map.of();
        }
        List<String> oids = roots.stream().map(root -> Long.toString(root.oid())).toList();
        Map<Long, List<PartitionSet.Member>> members = new HashMap<>();
        Map<Long, Long> parents = new HashMap<>();
        for (Found each : members(session, oids)) {
            members.computeIfAbsent(each.parent(), _ -> new ArrayList<>()).add(each.member());
            parents.put(each.member().oid(), each.parent());
        }
        Map<QualifiedName, Long> guarded = new HashMap<>();
        for (Root root : roots) {
            parents.put(root.oid(), root.oid());
            guards.getOrDefault(root.name(), List.of())
                    .forEach(guard -> guarded.put(guard, root.oid()));
        }
        Map<Long, List<PartitionSet.Reference>> references = new HashMap<>();
        for (PartitionSet.Reference each : references(session, oids, guarded)) {
            Long from = parents.get(each.referencingOid());
            Long to = parents.get(each.referencedOid());
            Long guard = guarded.get(each.referenced());
            for (Long set : java.util.stream.Stream.of(from, to, guard).distinct().toList()) {
                if (set != null) {
                    references.computeIfAbsent(set, _ -> new ArrayList<>()).add(each);
                }
            }
        }
        Map<QualifiedName, PartitionSet> sets = new LinkedHashMap<>();
        for (Root root : roots) {
            List<PartitionSet.KeyColumn> keys = new ArrayList<>();
            for (int i = 0; i + 1 < root.keys().size(); i += 2) {
                keys.add(
                        new PartitionSet.KeyColumn(
                                Identifier.of(root.keys().get(i)), root.keys().get(i + 1)));
            }
            sets.put(
                    root.name(),
                    new PartitionSet(
                            root.oid(),
                            root.name(),
                            root.owner(),
                            root.method(),
                            keys,
                            root.keyCount(),
                            members.getOrDefault(root.oid(), List.of()),
                            references.getOrDefault(root.oid(), List.of())));
        }
        return sets;
    }

    private static List<Root> roots(Session session, List<QualifiedName> tables) {
        return session.query(
                ROOTS,
                row ->
                        new Root(
                                row.number(1),
                                QualifiedName.of(row.text(2), row.text(3)),
                                Identifier.of(row.text(4)),
                                PartitionSet.Method.valueOf(row.text(5)),
                                (int) row.number(6),
                                row.texts(7)),
                tables.stream().map(table -> table.schema().value()).toList(),
                tables.stream().map(table -> table.name().value()).toList());
    }

    private static List<Found> members(Session session, List<String> oids) {
        return session.query(
                MEMBERS,
                row -> {
                    String text = row.text(6);
                    return new Found(
                            row.number(1),
                            new PartitionSet.Member(
                                    row.number(2),
                                    QualifiedName.of(row.text(3), row.text(4)),
                                    PartitionSet.Place.valueOf(row.text(5)),
                                    PartitionBounds.parse(text),
                                    text,
                                    row.truth(7)
                                            ? PartitionSet.Standing.DETACHING
                                            : PartitionSet.Standing.ATTACHED,
                                    row.number(8),
                                    row.number(9)));
                },
                oids);
    }

    private static List<PartitionSet.Reference> references(
            Session session, List<String> oids, Map<QualifiedName, Long> guards) {
        return session.query(
                REFERENCES,
                row ->
                        new PartitionSet.Reference(
                                Identifier.of(row.text(1)),
                                row.number(2),
                                QualifiedName.of(row.text(3), row.text(4)),
                                row.number(5),
                                QualifiedName.of(row.text(6), row.text(7)),
                                row.texts(8).stream().map(Identifier::of).toList(),
                                row.texts(9).stream().map(Identifier::of).toList(),
                                PartitionSet.Action.valueOf(row.text(10))),
                oids,
                oids,
                guards.keySet().stream().map(QualifiedName::render).toList());
    }
}
