package dev.kalends.plan;

import dev.kalends.catalog.Column;
import dev.kalends.catalog.Index;
import dev.kalends.catalog.TableFacts;
import dev.kalends.sql.Identifier;
import dev.kalends.sql.QualifiedName;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What one migration makes of one table, fixed when it is planned and kept in the journal: a run
/// that continues does what was printed, whatever the configuration and the clock say by then.
///
/// @param source the table as it was when the plan was made; its inventory is the fingerprint
/// @param scheme how the table is cut
/// @param second how each of its partitions is cut in turn; null if it is not
/// @param partitions of the table itself, in their order, ranges without gaps
/// @param contract what becomes of its unique keys and of the references to it
/// @param clusterBy the order of the rows within a chunk; empty to keep the order they lie in
/// @param sessions connections that copy and build indexes at once
/// @param chunkBytes table data copied in one transaction, counted with out-of-line values
/// @param sortMemoryBytes `maintenance_work_mem` and `work_mem` of each of these sessions
public record MigrationSpec(
        TableFacts source,
        Scheme scheme,
        @Nullable Scheme second,
        List<Partition> partitions,
        Contract contract,
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

    /// The partition key of the table itself.
    public Identifier key() {
        return scheme.key();
    }

    /// The partition keys of both levels.
    public List<Identifier> partitionKeys() {
        return second == null ? List.of(scheme.key()) : List.of(scheme.key(), second.key());
    }

    /// The columns of the primary key as the table has it.
    public List<Identifier> identity() {
        return primaryKey().columns();
    }

    /// The primary key widened by the partition keys: what makes a row unique in the twin.
    public List<Identifier> rowKey() {
        return widened(identity());
    }

    /// Columns, and the partition keys that are not among them.
    public List<Identifier> widened(List<Identifier> columns) {
        Set<Identifier> all = new LinkedHashSet<>(columns);
        all.addAll(partitionKeys());
        return List.copyOf(all);
    }

    /// Whether rows have no identity: then they are known by their place, and may only be inserted
    /// until the migration ends.
    public boolean keyless() {
        return source.primaryKey() == null;
    }

    /// Whether a row's values may be in the way of another row's besides its primary key, so that
    /// rows have to make room before others are written. Rows that are only inserted never are.
    public boolean contested() {
        if (keyless()) {
            return false;
        }
        return !source.carried().exclusions().isEmpty()
                || contract.uniques().stream()
                        .anyMatch(each ->
                                each.index().kind() != Index.Kind.PRIMARY_KEY
                                        && each.way() != Contract.UniqueWay.DROP);
    }

    /// As [#contested], on the way back: the old table has the unique keys that were given up too.
    public boolean contestedBack() {
        return contested()
                || (!keyless()
                        && contract.uniques().stream()
                                .anyMatch(each -> each.index().kind() != Index.Kind.PRIMARY_KEY));
    }

    /// Whether rows that are replayed in different batches can be in each other's way in the
    /// partitioned table: where they are [#contested], and where a guard knows the primary key by
    /// itself and not with the partition key.
    public boolean collidesInBatches() {
        return contested() || !contract.guarded().isEmpty();
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

    /// The default partition; null if there is none.
    public @Nullable Partition rest() {
        return partitions.stream()
                .filter(each -> each.bounds() instanceof Bounds.Rest)
                .findFirst()
                .orElse(null);
    }

    /// A partition lies in the table's own schema, under its final name, from the beginning.
    public QualifiedName leaf(Partition partition) {
        return table().sibling(partition.name().value());
    }

    /// A partition of a partition; empty if there is only one level.
    public List<Partition> below(Partition partition) {
        if (second == null || partition.bounds() instanceof Bounds.Rest) {
            return List.of();
        }
        return Partitions.of(second, partition.name().value());
    }

    /// The tables that hold a partition's rows: itself, or those it is cut into.
    public List<QualifiedName> holders(Partition partition) {
        List<Partition> below = below(partition);
        return below.isEmpty() ? List.of(leaf(partition)) : below.stream().map(this::leaf).toList();
    }

    /// All tables that hold rows of the given partitions.
    public List<QualifiedName> holders(List<Partition> all) {
        List<QualifiedName> holders = new ArrayList<>();
        all.forEach(partition -> holders.addAll(holders(partition)));
        return holders;
    }
}
