package dev.kalends.config;

import dev.kalends.sql.QualifiedName;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Reads what becomes of partitions as they grow old.
final class LifecycleReader {
    /// In the order in which a partition meets them.
    private static final List<String> AGES =
            List.of("exportAfter", "archiveAfter", "retain", "retainArchive");

    private LifecycleReader() {}

    static LifecycleConfig read(@Nullable MappingReader in) {
        if (in == null) {
            return LifecycleConfig.none();
        }
        List<LifecycleConfig.Update> updates = new ArrayList<>();
        for (MappingReader update : in.sections("update", Section.UPDATE)) {
            update(update, updates);
        }
        LifecycleConfig read =
                new LifecycleConfig(
                        age(in, "exportAfter"),
                        age(in, "archiveAfter"),
                        age(in, "retain"),
                        age(in, "retainArchive"),
                        updates,
                        in.optional("dropWhen", Scalar.SQL),
                        in.optional("keepWhen", Scalar.SQL),
                        ending(in),
                        in.optional("schema", Scalar.COLUMN),
                        referrers(in),
                        in.optional("iceberg", Scalar.ICEBERG));
        refuseContradictions(in, read);
        return read;
    }

    private static @Nullable Age age(MappingReader in, String key) {
        return in.limited(key, Scalar.AGE, LifecycleConfig.AGE);
    }

    private static LifecycleConfig.Ending ending(MappingReader in) {
        LifecycleConfig.Ending dropped =
                in.orDefault("drop", Scalar.ENDING, LifecycleConfig.Ending.ARCHIVED);
        LifecycleConfig.Ending kept = in.optional("keep", Scalar.KEEP);
        if (kept != null && dropped == LifecycleConfig.Ending.DROPPED) {
            in.report("keep", "contradicts drop: true");
        }
        return kept == null ? dropped : kept;
    }

    private static Map<QualifiedName, LifecycleConfig.Referrers> referrers(MappingReader in) {
        Map<QualifiedName, LifecycleConfig.Referrers> referrers = new LinkedHashMap<>();
        in.entries("referrers", Scalar.REFERRERS)
                .forEach((table, way) -> {
                    try {
                        referrers.put(TableNames.parse(table), way);
                    } catch (IllegalArgumentException e) {
                        in.report("referrers", String.valueOf(e.getMessage()));
                    }
                });
        return referrers;
    }

    private static void update(MappingReader in, List<LifecycleConfig.Update> updates) {
        Age after = in.required("after", Scalar.AGE);
        String set = in.required("set", Scalar.SQL);
        String where = in.required("where", Scalar.SQL);
        if (after != null && !LifecycleConfig.AGE.allow(after)) {
            in.report("after", "must be " + LifecycleConfig.AGE.words());
        } else if (after != null && set != null && where != null) {
            updates.add(new LifecycleConfig.Update(after, set, where));
        }
    }

    private static void refuseContradictions(MappingReader in, LifecycleConfig read) {
        refuseDisorder(in, read);
        Age end = read.archiveAfter() == null ? read.retain() : read.archiveAfter();
        for (LifecycleConfig.Update update : read.updates()) {
            if (end != null && update.after().compareTo(end) >= 0) {
                in.report(
                        "update",
                        "comes after %s, when the rows have left the table at %s"
                                .formatted(update.after().display(), end.display()));
            }
        }
        if (read.ending() == LifecycleConfig.Ending.DROPPED) {
            for (String each : List.of("exportAfter", "archiveAfter", "retainArchive", "iceberg")) {
                if (in.has(each)) {
                    in.report(each, "contradicts drop: true, which means that nothing is archived");
                }
            }
            if (!in.has("retain")) {
                in.report("drop", "needs retain, which says when partitions are dropped");
            }
        }
        if (in.has("dropWhen") && !in.has("retain")) {
            in.report("dropWhen", "needs retain, which says when partitions may go");
        }
        for (String each : List.of("keep", "keepWhen", "referrers", "iceberg")) {
            if (in.has(each) && !in.has("retain") && !in.has("archiveAfter")) {
                in.report(each, "needs retain or archiveAfter: without them every partition stays");
            }
        }
        if (in.has("schema") && !in.has("keep")) {
            in.report("schema", "needs keep: detached, which says that partitions are kept there");
        }
        if (read.ending() == LifecycleConfig.Ending.DETACHED) {
            for (String each : List.of("exportAfter", "archiveAfter", "retainArchive", "iceberg")) {
                if (in.has(each)) {
                    in.report(each, "contradicts keep: detached, by which nothing is archived");
                }
            }
        }
        if (in.has("retainArchive") && !in.has("retain") && !in.has("archiveAfter")) {
            in.report(
                    "retainArchive",
                    "needs retain or archiveAfter: an export may not go while its rows are live");
        }
    }

    /// Each step comes when the one before it has been, or with it.
    private static void refuseDisorder(MappingReader in, LifecycleConfig read) {
        List<@Nullable Age> ages = new ArrayList<>();
        ages.add(read.exportAfter());
        ages.add(read.archiveAfter());
        ages.add(read.retain());
        ages.add(read.retainArchive());
        for (int later = 1; later < ages.size(); later++) {
            Age age = ages.get(later);
            for (int sooner = later - 1; age != null && sooner >= 0; sooner--) {
                Age before = ages.get(sooner);
                if (before != null && age.compareTo(before) < 0) {
                    in.report(
                            AGES.get(later),
                            "%s is shorter than %s: %s"
                                    .formatted(age.display(), AGES.get(sooner), before.display()));
                    break;
                }
            }
        }
    }
}
