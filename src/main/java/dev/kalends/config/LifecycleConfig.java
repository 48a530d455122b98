package dev.kalends.config;

import dev.kalends.sql.Identifier;
import dev.kalends.sql.QualifiedName;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What becomes of a table's partitions as they grow old. A partition is as old as its end.
///
/// @param exportAfter when it is exported, and stays
/// @param archiveAfter when it is exported and leaves the table
/// @param retain when it leaves the database
/// @param retainArchive when it leaves the archive
/// @param updates what is done to rows that stay, in this order
/// @param dropWhen a condition that all rows of a partition satisfy before it may go; null if none
/// @param keepWhen a condition: a partition with a row that satisfies it stays; null if none
/// @param ending what becomes of a partition whose time has come
/// @param schema where a partition that is kept goes; null for that of its table
/// @param referrers what becomes of rows of other tables that refer to rows of a partition whose
///   time has come; of those not named, the rows keep the partition
/// @param iceberg the Iceberg table that shows what is archived; null if there is none
public record LifecycleConfig(
        @Nullable Age exportAfter,
        @Nullable Age archiveAfter,
        @Nullable Age retain,
        @Nullable Age retainArchive,
        List<Update> updates,
        @Nullable String dropWhen,
        @Nullable String keepWhen,
        Ending ending,
        @Nullable Identifier schema,
        Map<QualifiedName, Referrers> referrers,
        @Nullable IcebergName iceberg) {
    static final Limits<Age> AGE = new Limits<>(Age.LEAST, Age.GREATEST, Age::display);

    public LifecycleConfig {
        updates = List.copyOf(updates);
        referrers = Map.copyOf(referrers);
    }

    /// What becomes of a partition whose time has come.
    public enum Ending {
        /// It is exported, the export verified, and dropped.
        ARCHIVED,
        /// It is dropped: its rows are gone.
        DROPPED,
        /// It is detached and stays in the database, as a table of its own.
        DETACHED
    }

    /// What becomes of rows that refer to rows which go.
    public enum Referrers {
        /// They are deleted.
        DELETE,
        /// Their referring columns become NULL.
        CLEAR
    }

    /// An update of rows of an age.
    ///
    /// @param set as after SQL's SET
    /// @param where as after SQL's WHERE; false for a row that has been updated
    public record Update(Age after, String set, String where) {}

    public static LifecycleConfig none() {
        return new LifecycleConfig(
                null,
                null,
                null,
                null,
                List.of(),
                null,
                null,
                Ending.ARCHIVED,
                null,
                Map.of(),
                null);
    }

    /// Whether nothing ever happens to a partition.
    public boolean isNone() {
        return equals(none());
    }

    /// What removes rows, as one text that changes with it: the first tick under another text waits
    /// for a yes.
    public String removal() {
        return "archiveAfter %s, retain %s, retainArchive %s, dropWhen %s, keepWhen %s, %s to %s, referrers %s"
                .formatted(
                        archiveAfter,
                        retain,
                        retainArchive,
                        dropWhen,
                        keepWhen,
                        ending,
                        schema,
                        new TreeMap<>(
                                referrers.entrySet().stream()
                                        .collect(
                                                Collectors.toMap(
                                                        each -> each.getKey().render(),
                                                        Map.Entry::getValue))));
    }
}
