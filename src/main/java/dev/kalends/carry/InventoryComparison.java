package dev.kalends.carry;

import dev.kalends.catalog.Feature;
import dev.kalends.catalog.FeatureKind;
import dev.kalends.catalog.Index;
import dev.kalends.catalog.Inventory;
import dev.kalends.plan.Contract;
import dev.kalends.plan.MigrationSpec;
import dev.kalends.sql.QualifiedName;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What became of everything that a table carried, when its partitioned successor has its name.
///
/// @param unchanged how many things are as they were
/// @param planned what is different because the table is partitioned, one sentence each
/// @param missing what the partitioned table does not have
/// @param added what it has and the plan does not give it: somebody's change since
public record InventoryComparison(
        int unchanged, List<String> planned, List<String> missing, List<String> added) {
    public InventoryComparison {
        planned = List.copyOf(planned);
        missing = List.copyOf(missing);
        added = List.copyOf(added);
    }

    private static final Set<FeatureKind> UNIQUE_KEYS =
            EnumSet.of(FeatureKind.UNIQUE, FeatureKind.INDEX);
    private static final Set<FeatureKind> FOREIGN_KEYS =
            EnumSet.of(FeatureKind.FOREIGN_KEY, FeatureKind.INCOMING_FOREIGN_KEY);

    /// @param now the inventory of the partitioned table, with its foreign keys joined
    public static InventoryComparison of(MigrationSpec spec, Inventory now) {
        Set<Feature> before = new LinkedHashSet<>(spec.source().inventory().features());
        Set<Feature> after = new LinkedHashSet<>(now.features());
        Set<Feature> same = new LinkedHashSet<>(before);
        same.retainAll(after);
        before.removeAll(same);
        after.removeAll(same);
        List<String> planned = new ArrayList<>();
        takePrimaryKey(spec, before, after, planned);
        takeContract(spec, before, after, planned);
        takeDistinct(before, after, planned);
        before.removeIf(feature -> taken(feature, onPartitions(feature), planned));
        long partitions = after.stream().filter(feature -> isPartition(spec, feature)).count();
        after.removeIf(feature -> isPartition(spec, feature));
        if (partitions > 0) {
            planned.add("%d partitions".formatted(partitions));
        }
        return new InventoryComparison(same.size(), planned, words(before), words(after));
    }

    private static List<String> words(Set<Feature> features) {
        return features.stream().map(Feature::toString).toList();
    }

    private static void takePrimaryKey(
            MigrationSpec spec, Set<Feature> before, Set<Feature> after, List<String> planned) {
        if (spec.keyless()) {
            return;
        }
        for (Feature was : List.copyOf(before)) {
            Feature is = counterpart(was, FeatureKind.PRIMARY_KEY, after);
            if (is != null
                    && unquoted(is.definition())
                            .startsWith("PRIMARY KEY (" + columns(spec) + ")")) {
                planned.add("%s becomes %s".formatted(was, is.definition()));
                before.remove(was);
                after.remove(is);
            }
        }
    }

    /// Unique keys and foreign keys of which the plan says that they change.
    private static void takeContract(
            MigrationSpec spec, Set<Feature> before, Set<Feature> after, List<String> planned) {
        for (Contract.UniqueKey unique : spec.contract().uniques()) {
            if (unique.way() != Contract.UniqueWay.KEPT
                    && unique.index().kind() != Index.Kind.PRIMARY_KEY) {
                String name = unique.index().name().value();
                take(UNIQUE_KEYS, name, unique.way().name(), before, after, planned);
            }
        }
        for (Contract.Reference reference : spec.contract().references()) {
            if (reference.way() != Contract.ReferenceWay.KEPT) {
                QualifiedName from = reference.key().referencing();
                String own = reference.key().name().value();
                String name =
                        reference.direction() == Contract.Direction.IN
                                ? own + " of " + from.schema().value() + "." + from.name().value()
                                : own;
                take(FOREIGN_KEYS, name, reference.way().name(), before, after, planned);
            }
        }
    }

    private static void take(
            Set<FeatureKind> kinds,
            String name,
            String way,
            Set<Feature> before,
            Set<Feature> after,
            List<String> planned) {
        for (Feature was : List.copyOf(before)) {
            if (kinds.contains(was.kind()) && was.name().equals(name)) {
                planned.add("%s: %s".formatted(was, way.toLowerCase(Locale.ROOT)));
                before.remove(was);
            }
        }
        after.removeIf(is -> kinds.contains(is.kind()) && is.name().equals(name));
    }

    private static String columns(MigrationSpec spec) {
        return spec.rowKey().stream()
                .map(column -> unquoted(column.value()))
                .collect(Collectors.joining(", "));
    }

    /// The server quotes keywords too, which nobody else can know.
    private static String unquoted(String text) {
        return text.replace("\"", "");
    }

    /// What `n_distinct` says of a plain table, `n_distinct_inherited` says of a partitioned one.
    private static void takeDistinct(
            Set<Feature> before, Set<Feature> after, List<String> planned) {
        for (Feature was : List.copyOf(before)) {
            Feature is = counterpart(was, FeatureKind.COLUMN_OPTION, after);
            String value = was.definition().replace("n_distinct=", "");
            if (is != null
                    && is.definition()
                            .equals(
                                    "n_distinct=%1$s, n_distinct_inherited=%1$s"
                                            .formatted(value))) {
                planned.add("%s becomes %s".formatted(was, is.definition()));
                before.remove(was);
                after.remove(is);
            }
        }
    }

    private static @Nullable Feature counterpart(
            Feature was, FeatureKind kind, Set<Feature> after) {
        return was.kind() != kind
                ? null
                : after.stream()
                        .filter(is -> is.kind() == kind && is.name().equals(was.name()))
                        .findFirst()
                        .orElse(null);
    }

    private static boolean taken(Feature feature, String sentence, List<String> planned) {
        if (sentence.isEmpty()) {
            return false;
        }
        planned.add(feature + " " + sentence);
        return true;
    }

    private static String onPartitions(Feature feature) {
        return switch (feature.kind()) {
            case STORAGE_OPTION, CLUSTERING -> "is on every partition";
            default -> "";
        };
    }

    private static boolean isPartition(MigrationSpec spec, Feature feature) {
        return feature.kind() == FeatureKind.INHERITANCE
                && feature.name().startsWith(spec.table().display() + ", ");
    }
}
