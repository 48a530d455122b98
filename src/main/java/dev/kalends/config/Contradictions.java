package dev.kalends.config;

import dev.kalends.key.IdKey;
import dev.kalends.key.KeyCodec;
import dev.kalends.sql.Identifier;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What settings say against each other, as far as that shows without a database.
final class Contradictions {
    /// A table and where it stands.
    record Entry(MappingReader in, TableConfig table) {}

    private Contradictions() {}

    static void report(List<Entry> entries) {
        for (Entry entry : entries) {
            uniques(entry.in(), entry.table());
            lifecycle(entry.in(), entry.table());
            if (entry.table().contract().references() == ContractConfig.References.PAIRED) {
                paired(entry, entries);
            }
        }
    }

    private static void uniques(MappingReader in, TableConfig table) {
        Set<Identifier> keys = keys(table.partition());
        Map<Set<Identifier>, ContractConfig.Unique> uniques = table.contract().uniques();
        for (Set<Identifier> columns : uniques.keySet()) {
            if (columns.containsAll(keys)) {
                in.report(
                        "unique",
                        "(%s) holds the partition key, so it stays as it is: leave it out"
                                .formatted(words(columns)));
            }
        }
        if (table.contract().references() == ContractConfig.References.GUARD
                && !uniques.containsValue(ContractConfig.Unique.GUARD)) {
            in.report("references", "guard needs a guard to point at, as in unique: {id: guard}");
        }
    }

    private static Set<Identifier> keys(PartitionConfig partition) {
        Set<Identifier> keys = new HashSet<>();
        keys.add(partition.key());
        if (partition instanceof PartitionConfig.ByTime times && times.then() != null) {
            keys.add(times.then().key());
        }
        return keys;
    }

    private static void lifecycle(MappingReader in, TableConfig table) {
        if (!table.lifecycle().isNone() && !(table.partition() instanceof PartitionConfig.ByTime)) {
            in.report(
                    "lifecycle",
                    "belongs to ranges of time: partitions of numbers, hashes and lists have no age");
        }
    }

    /// One Iceberg table shows one table, and what other engines can read.
    static void iceberg(List<Entry> entries, @Nullable ArchiveConfig archive) {
        Set<IcebergName> names = new HashSet<>();
        for (Entry entry : entries) {
            IcebergName name = entry.table().lifecycle().iceberg();
            if (name != null && archive != null && archive.encryption() != null) {
                entry.in()
                        .report(
                                "lifecycle",
                                "iceberg is for archives that other engines can read, and archive.encryption keeps them from it");
            }
            if (name != null && !names.add(name)) {
                entry.in().report("lifecycle", "iceberg: %s is another table's".formatted(name));
            }
        }
    }

    /// A child partition may go before its parent's, never after.
    private static void paired(Entry child, List<Entry> entries) {
        List<TableConfig> alike = new ArrayList<>();
        for (Entry each : entries) {
            if (!each.table().table().equals(child.table().table())
                    && cutAlike(child.table(), each.table())) {
                alike.add(each.table());
            }
        }
        if (alike.isEmpty()) {
            child.in()
                    .report(
                            "references",
                            "paired needs the table that is referenced in this file, cut by the same every and timeZone");
        } else if (alike.stream().noneMatch(parent -> outlives(parent, child.table()))) {
            child.in()
                    .report(
                            "references",
                            "paired rows cannot stay longer than the rows they point at: retain is longer than that of %s"
                                    .formatted(
                                            alike.stream()
                                                    .map(each -> each.table().display())
                                                    .collect(Collectors.joining(" and "))));
        }
    }

    private static boolean cutAlike(TableConfig one, TableConfig other) {
        return switch (one.partition()) {
            case PartitionConfig.ByTime child ->
                    other.partition() instanceof PartitionConfig.ByTime parent
                            && child.every() == parent.every()
                            && child.timeZone().equals(parent.timeZone());
            case PartitionConfig.ByNumber child ->
                    other.partition() instanceof PartitionConfig.ByNumber parent
                            && child.every() == parent.every();
            case PartitionConfig.ByHash child ->
                    other.partition() instanceof PartitionConfig.ByHash parent
                            && child.partitions() == parent.partitions();
            case PartitionConfig.ByList child ->
                    other.partition() instanceof PartitionConfig.ByList parent
                            && child.groups().equals(parent.groups());
        };
    }

    private static boolean outlives(TableConfig parent, TableConfig child) {
        Age parentEnd = end(parent);
        Age childEnd = end(child);
        return parentEnd == null || (childEnd != null && childEnd.compareTo(parentEnd) <= 0);
    }

    private static @Nullable Age end(TableConfig table) {
        LifecycleConfig lifecycle = table.lifecycle();
        return lifecycle.archiveAfter() == null ? lifecycle.retain() : lifecycle.archiveAfter();
    }

    /// Of the way a table is cut.
    static void partition(MappingReader in, PartitionConfig.ByTime times) {
        if (times.timeCheck() != null && times.timeCheck().column().equals(times.key())) {
            in.report("timeCheck", "names the key itself; it is for a timestamp beside an id");
        }
        if (times.then() != null && times.then().key().equals(times.key())) {
            in.report("then", "has the same key as the ranges of time; choose another column");
        }
        if (times.collation() == PartitionConfig.Collation.C
                && times.format() != null
                && !(KeyCodec.of(times.format()) instanceof IdKey)) {
            in.report("collate", "C is for ids in text, and the format is " + times.format());
        }
    }

    private static String words(Set<Identifier> columns) {
        return columns.stream().map(Identifier::display).sorted().collect(Collectors.joining(", "));
    }
}
