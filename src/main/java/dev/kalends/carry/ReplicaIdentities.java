package dev.kalends.carry;

import dev.kalends.catalog.IndexTraits;
import dev.kalends.catalog.ReplicaIdentity;
import dev.kalends.plan.MigrationSpec;
import dev.kalends.sql.Identifier;
import dev.kalends.sql.QualifiedName;
import dev.kalends.sql.Sql;
import java.util.List;

/// What logical decoding tells of old rows. The partitions' own setting counts; the partitioned
/// table's is for whoever looks at it.
final class ReplicaIdentities implements Family {
    private final MigrationSpec spec;

    ReplicaIdentities(MigrationSpec spec) {
        this.spec = spec;
    }

    @Override
    public List<Sql> onTwin() {
        return onLeaf(spec.migrationNames().twin());
    }

    @Override
    public List<Sql> onLeaf(QualifiedName leaf) {
        return switch (spec.source().carried().replicaIdentity()) {
            case DEFAULT, INDEX -> List.of();
            case FULL ->
                    List.of(
                            Sql.text("ALTER TABLE {table} REPLICA IDENTITY FULL")
                                    .put("table", leaf)
                                    .build());
            case NOTHING ->
                    List.of(
                            Sql.text("ALTER TABLE {table} REPLICA IDENTITY NOTHING")
                                    .put("table", leaf)
                                    .build());
        };
    }

    @Override
    public List<Sql> onIndexedLeaf(IndexedLeaf leaf) {
        return index().stream()
                .map(index -> using(leaf.table(), leaf.index().apply(index).name()))
                .toList();
    }

    @Override
    public List<Sql> onIndexedTwin() {
        return index().stream().map(index -> using(spec.migrationNames().twin(), index)).toList();
    }

    /// The one index that is used, or none.
    private List<Identifier> index() {
        return spec.source().carried().replicaIdentity() != ReplicaIdentity.INDEX
                ? List.of()
                : spec.source().carried().indexes().stream()
                        .filter(each -> each.marks().contains(IndexTraits.Mark.REPLICA_IDENTITY))
                        .map(IndexTraits::index)
                        .toList();
    }

    private static Sql using(QualifiedName table, Identifier index) {
        return Sql.text("ALTER TABLE {table} REPLICA IDENTITY USING INDEX {index}")
                .put("table", table)
                .put("index", index)
                .build();
    }
}
