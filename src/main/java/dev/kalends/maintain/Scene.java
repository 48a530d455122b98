package dev.kalends.maintain;

import dev.kalends.catalog.PartitionSet;
import dev.kalends.journal.Archives;
import dev.kalends.journal.PartitionSets;
import dev.kalends.pg.Session;
import dev.kalends.pg.catalog.PartitionSetReader;
import dev.kalends.plan.SetSpec;
import dev.kalends.sql.QualifiedName;
import dev.kalends.sql.Sql;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Everything that the journal and the catalog say of the tables under maintenance: eight queries,
/// however many tables and partitions there are.
///
/// @param sets those of them that are partitioned tables
/// @param archives all that is in the archive
/// @param archived the same by the partition's oid
/// @param viewed oids of tables with a view over their archive
record Scene(
        List<PartitionSets.Maintained> maintained,
        Map<QualifiedName, PartitionSet> sets,
        List<PartitionSets.Retirement> retirements,
        List<Archives.Archived> archives,
        Map<Long, Archives.Archived> archived,
        List<PartitionSets.Updated> updated,
        Set<Long> viewed) {
    Scene {
        maintained = List.copyOf(maintained);
        retirements = List.copyOf(retirements);
        archives = List.copyOf(archives);
        updated = List.copyOf(updated);
        viewed = Set.copyOf(viewed);
    }

    private static final Sql VIEWED =
            Sql.of(
                    "SELECT substr(nspname, 17)::bigint FROM pg_namespace WHERE nspname ~ '^kalends_archive_[0-9]{1,10}$'");

    /// @param wanted whose partitions are read; empty for all
    static Scene read(Session session, Set<QualifiedName> wanted) {
        List<PartitionSets.Maintained> maintained = PartitionSets.all(session);
        Map<QualifiedName, List<QualifiedName>> guards = new HashMap<>();
        List<QualifiedName> tables = new ArrayList<>();
        for (PartitionSets.Maintained each : maintained) {
            guards.put(
                    each.table(), each.spec().guards().stream().map(SetSpec.Guard::table).toList());
            if (wanted.isEmpty() || wanted.contains(each.table())) {
                tables.add(each.table());
            }
        }
        List<Archives.Archived> archives = Archives.all(session);
        return new Scene(
                maintained,
                PartitionSetReader.read(session, tables, guards),
                PartitionSets.retirements(session),
                archives,
                Archives.byLeaf(archives),
                PartitionSets.updated(session),
                Set.copyOf(session.query(VIEWED, row -> row.number(1))));
    }

    PartitionSets.@Nullable Maintained maintained(QualifiedName table) {
        return maintained.stream()
                .filter(each -> each.table().equals(table))
                .findFirst()
                .orElse(null);
    }

    /// The tables whose partitions this one's foreign keys name, or that name its own.
    Set<QualifiedName> related(QualifiedName table) {
        Set<QualifiedName> related = new LinkedHashSet<>();
        related.add(table);
        PartitionSet set = sets.get(table);
        if (set != null) {
            for (PartitionSet.Reference each : set.references()) {
                for (Long oid : List.of(each.referencingOid(), each.referencedOid())) {
                    PartitionSet other = owner(oid);
                    if (other != null) {
                        related.add(other.name());
                    }
                }
            }
        }
        return related;
    }

    /// The table that an oid stands for, as itself or as one of its partitions.
    @Nullable PartitionSet owner(long oid) {
        for (PartitionSet each : sets.values()) {
            if (each.oid() == oid || each.member(oid) != null) {
                return each;
            }
        }
        return null;
    }

    /// The tables, those that are referred to before those that refer to them; where they refer to
    /// each other, in the order in which they were taken over.
    List<PartitionSets.Maintained> parentsFirst() {
        Map<QualifiedName, Set<QualifiedName>> parents = new HashMap<>();
        Map<Long, QualifiedName> owners = new HashMap<>();
        Map<QualifiedName, QualifiedName> guards = new HashMap<>();
        for (PartitionSets.Maintained each : maintained) {
            each.spec().guards().forEach(guard -> guards.put(guard.table(), each.table()));
        }
        for (PartitionSet set : sets.values()) {
            owners.put(set.oid(), set.name());
            set.members().forEach(member -> owners.put(member.oid(), set.name()));
        }
        for (PartitionSet set : sets.values()) {
            for (PartitionSet.Reference each : set.references()) {
                QualifiedName child = owners.get(each.referencingOid());
                QualifiedName parent =
                        owners.getOrDefault(each.referencedOid(), guards.get(each.referenced()));
                if (child != null && parent != null && !child.equals(parent)) {
                    parents.computeIfAbsent(child, _ -> new LinkedHashSet<>()).add(parent);
                }
            }
        }
        Map<QualifiedName, PartitionSets.Maintained> byName = new LinkedHashMap<>();
        maintained.stream()
                .sorted(Comparator.comparingLong(PartitionSets.Maintained::id))
                .forEach(each -> byName.put(each.table(), each));
        Set<QualifiedName> begun = new HashSet<>();
        List<PartitionSets.Maintained> ordered = new ArrayList<>();
        byName.keySet().forEach(table -> visit(table, parents, byName, begun, ordered));
        return ordered;
    }

    private static void visit(
            QualifiedName table,
            Map<QualifiedName, Set<QualifiedName>> parents,
            Map<QualifiedName, PartitionSets.Maintained> byName,
            Set<QualifiedName> begun,
            List<PartitionSets.Maintained> ordered) {
        PartitionSets.Maintained own = byName.get(table);
        // What was begun and not ended is part of a circle, which is entered once.
        if (own == null || !begun.add(table)) {
            return;
        }
        parents.getOrDefault(table, Set.of())
                .forEach(parent -> visit(parent, parents, byName, begun, ordered));
        ordered.add(own);
    }
}
