package dev.kalends.plan;

import dev.kalends.calendar.Interval;
import dev.kalends.calendar.PartitionNames;
import dev.kalends.catalog.Column;
import dev.kalends.catalog.ForeignKey;
import dev.kalends.catalog.Index;
import dev.kalends.catalog.TableFacts;
import dev.kalends.key.KeyType;
import dev.kalends.sql.Identifier;
import dev.kalends.sql.Literal;
import dev.kalends.sql.QualifiedName;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/// What one migration makes of one table, fixed when it is planned and kept in the journal: a run
/// that continues does what was printed, whatever the configuration and the clock say by then.
///
/// @param source the table as it was when the plan was made; its inventory is the fingerprint
/// @param partitions in order of time, without gaps
/// @param clusterBy the order of the rows within a chunk; empty to keep the order they lie in
/// @param sessions connections that copy and build indexes at once
/// @param chunkBytes table data copied in one transaction, counted with out-of-line values
/// @param sortMemoryBytes `maintenance_work_mem` and `work_mem` of each of these sessions
public record MigrationSpec(
        TableFacts source,
        Identifier key,
        KeyType keyType,
        ZoneId timeZone,
        Interval every,
        PartitionNames names,
        List<Partition> partitions,
        List<Identifier> clusterBy,
        int sessions,
        long chunkBytes,
        long sortMemoryBytes) {
    public MigrationSpec {
        partitions = List.copyOf(partitions);
        clusterBy = List.copyOf(clusterBy);
    }

    public QualifiedName table() {
        return source.name();
    }

    public MigrationNames migrationNames() {
        return new MigrationNames(source.oid(), table());
    }

    /// The columns of the primary key as the table has it.
    public List<Identifier> identity() {
        return primaryKey().columns();
    }

    /// The primary key widened by the partition key: what makes a row unique in the twin.
    public List<Identifier> rowKey() {
        Set<Identifier> columns = new LinkedHashSet<>(identity());
        columns.add(key);
        return List.copyOf(columns);
    }

    public Index primaryKey() {
        return Objects.requireNonNull(
                source.primaryKey(), "a table without primary key is refused");
    }

    /// The columns a row is written with: all but generated ones.
    public List<Identifier> writtenColumns() {
        return source.columns().stream()
                .filter(column -> column.filling() == Column.Filling.WRITTEN)
                .map(Column::name)
                .toList();
    }

    public List<Identifier> allColumns() {
        return source.columns().stream().map(Column::name).toList();
    }

    public List<QualifiedName> referencedTables() {
        return source.foreignKeys().stream().map(ForeignKey::referenced).distinct().toList();
    }

    /// A bound as the partition's definition has it.
    public Literal bound(LocalDateTime at) {
        return keyType.bound(at, timeZone);
    }

    /// A partition lies in the table's own schema, under its final name, from the beginning.
    public QualifiedName leaf(Partition partition) {
        return table().sibling(partition.name().value());
    }

    /// The partition that would hold a time, named by the migration's pattern.
    public Partition partitionFor(LocalDateTime at) {
        LocalDateTime from = every.floor(at);
        return new Partition(
                names.name(table().name().value(), every, from), from, every.next(from));
    }
}
