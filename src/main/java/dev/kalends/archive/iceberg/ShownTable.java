package dev.kalends.archive.iceberg;

import dev.kalends.archive.manifest.Manifest;
import dev.kalends.archive.manifest.Manifest.DataFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.HasTableOperations;
import org.apache.iceberg.OverwriteFiles;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableOperations;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.Transaction;
import org.apache.iceberg.UpdateSchema;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.mapping.MappingUtil;
import org.apache.iceberg.mapping.NameMappingParser;
import org.jspecify.annotations.Nullable;

/// One Iceberg table. Its data files are those of archived partitions: they belong to the archive,
/// and Iceberg only points at them.
final class ShownTable {
    /// Readers that began on an older state find its metadata this long.
    private static final Duration SNAPSHOTS_KEPT = Duration.ofDays(1);

    private final Catalog catalog;
    private final StoreFiles files;
    private final TableIdentifier name;

    /// A change of the set of files.
    ///
    /// @param table null if there is none yet
    /// @param adding manifests by the location of the partition
    /// @param removing data files
    private record Change(
            @Nullable Table table,
            Map<String, Manifest> adding,
            List<org.apache.iceberg.DataFile> removing) {}

    ShownTable(Catalog catalog, StoreFiles files, TableIdentifier name) {
        this.catalog = catalog;
        this.files = files;
        this.name = name;
    }

    /// Makes the set of files that of the partitions, in one commit.
    IcebergCatalog.Synced sync(List<IcebergCatalog.Part> parts, Manifests manifests) {
        Table table = catalog.tableExists(name) ? catalog.loadTable(name) : null;
        List<org.apache.iceberg.DataFile> present = present(table);
        Set<String> shown = new HashSet<>();
        present.forEach(each -> shown.add(folder(each)));
        Set<String> wanted = new HashSet<>();
        Map<String, Manifest> adding = new LinkedHashMap<>();
        List<String> leftOut = new ArrayList<>();
        List<Manifest.Column> columns = new ArrayList<>();
        for (IcebergCatalog.Part part : parts) {
            String folder = files.location(part.location());
            wanted.add(folder);
            if (part.rows() > 0 && !shown.contains(folder)) {
                Manifest manifest = manifests.at(part.location());
                String misfit = misfit(table, columns, manifest);
                if (misfit == null) {
                    adding.put(part.location(), manifest);
                    columns = merged(columns, manifest.columns());
                } else {
                    leftOut.add(part.partition() + " is left out: " + misfit + ".");
                }
            }
        }
        List<org.apache.iceberg.DataFile> removing =
                present.stream().filter(each -> !wanted.contains(folder(each))).toList();
        if (!adding.isEmpty() || !removing.isEmpty()) {
            commit(new Change(table, adding, removing), columns);
        }
        List<org.apache.iceberg.DataFile> now =
                catalog.tableExists(name) ? present(catalog.loadTable(name)) : List.of();
        return new IcebergCatalog.Synced(
                now.size(),
                now.stream().mapToLong(org.apache.iceberg.DataFile::recordCount).sum(),
                adding.size(),
                Math.toIntExact(removing.stream().map(ShownTable::folder).distinct().count()),
                leftOut);
    }

    /// Takes what is at a location out, if it is there.
    void withdraw(String location) {
        if (!catalog.tableExists(name)) {
            return;
        }
        Table table = catalog.loadTable(name);
        String folder = files.location(location);
        List<org.apache.iceberg.DataFile> removing =
                present(table).stream().filter(each -> folder(each).equals(folder)).toList();
        if (!removing.isEmpty()) {
            commit(new Change(table, Map.of(), removing), List.of());
        }
    }

    private static @Nullable String misfit(
            @Nullable Table table, List<Manifest.Column> before, Manifest manifest) {
        String misfit =
                table == null ? null : IcebergColumns.misfit(table.schema(), manifest.columns());
        return misfit == null && !before.isEmpty()
                ? IcebergColumns.misfit(IcebergColumns.schema(before), manifest.columns())
                : misfit;
    }

    /// The columns of both, each in the wider of its types.
    private static List<Manifest.Column> merged(
            List<Manifest.Column> before, List<Manifest.Column> more) {
        Map<String, Manifest.Column> merged = new LinkedHashMap<>();
        before.forEach(each -> merged.put(each.name(), each));
        Schema schema = IcebergColumns.schema(before);
        for (Manifest.Column each : more) {
            if (IcebergColumns.grows(schema, List.of(each))) {
                merged.put(each.name(), each);
            }
        }
        return List.copyOf(merged.values());
    }

    private void commit(Change change, List<Manifest.Column> columns) {
        Table table = change.table();
        Transaction transaction =
                table == null ? creation(IcebergColumns.schema(columns)) : table.newTransaction();
        if (table != null && IcebergColumns.grows(table.schema(), columns)) {
            UpdateSchema update = transaction.updateSchema();
            IcebergColumns.grow(table.schema(), columns, update);
            // The names that files are read by follow, as Iceberg does by itself.
            update.commit();
        }
        OverwriteFiles overwrite = transaction.newOverwrite();
        change.removing().forEach(overwrite::deleteFile);
        change.adding()
                .forEach((location, manifest) -> {
                    for (DataFile each : manifest.files()) {
                        if (each.rows() > 0) {
                            overwrite.addFile(file(location, each));
                        }
                    }
                });
        overwrite.commit();
        transaction.commitTransaction();
    }

    private Transaction creation(Schema schema) {
        return catalog.buildTable(name, schema)
                .withPartitionSpec(PartitionSpec.unpartitioned())
                .withProperties(
                        Map.of(
                                TableProperties.FORMAT_VERSION,
                                "2",
                                // Keeps other engines from deleting archived files.
                                TableProperties.GC_ENABLED,
                                "false",
                                // Archived files have no field ids.
                                TableProperties.DEFAULT_NAME_MAPPING,
                                NameMappingParser.toJson(MappingUtil.create(schema)),
                                TableProperties.METADATA_DELETE_AFTER_COMMIT_ENABLED,
                                "true",
                                TableProperties.METADATA_PREVIOUS_VERSIONS_MAX,
                                "10"))
                .createTransaction();
    }

    private org.apache.iceberg.DataFile file(String location, DataFile file) {
        return DataFiles.builder(PartitionSpec.unpartitioned())
                .withPath(files.location(location + "/" + file.name()))
                .withFormat("parquet")
                .withFileSizeInBytes(file.bytes())
                .withRecordCount(file.rows())
                .build();
    }

    private static List<org.apache.iceberg.DataFile> present(@Nullable Table table) {
        List<org.apache.iceberg.DataFile> present = new ArrayList<>();
        if (table != null) {
            try (CloseableIterable<FileScanTask> tasks = table.newScan().planFiles()) {
                tasks.forEach(each -> present.add(each.file()));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return present;
    }

    private static String folder(org.apache.iceberg.DataFile file) {
        return file.location().substring(0, file.location().lastIndexOf('/'));
    }

    /// Forgets states before the present one that are old, and removes metadata that no state
    /// needs. Iceberg's own way refuses tables whose data files it must not delete.
    void forget(Instant now) {
        if (!catalog.tableExists(name)) {
            return;
        }
        Table table = catalog.loadTable(name);
        TableOperations operations = ((HasTableOperations) table).operations();
        TableMetadata base = operations.current();
        long limit = now.minus(SNAPSHOTS_KEPT).toEpochMilli();
        Snapshot current = base.currentSnapshot();
        List<Long> old =
                base.snapshots().stream()
                        .filter(each ->
                                current == null || each.snapshotId() != current.snapshotId())
                        .filter(each -> each.timestampMillis() < limit)
                        .map(Snapshot::snapshotId)
                        .toList();
        if (old.isEmpty()) {
            return;
        }
        operations.commit(base, TableMetadata.buildFrom(base).removeSnapshots(old).build());
        Set<String> needed = new HashSet<>();
        for (Snapshot each : operations.refresh().snapshots()) {
            needed.add(each.manifestListLocation());
            each.allManifests(files).forEach(manifest -> needed.add(manifest.path()));
        }
        for (String each : files.list(table.location() + "/metadata/")) {
            if (each.endsWith(".avro") && !needed.contains(each)) {
                files.deleteFile(each);
            }
        }
    }
}
