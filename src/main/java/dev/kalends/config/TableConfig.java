package dev.kalends.config;

import dev.kalends.sql.QualifiedName;
import java.util.Set;

/// What is wanted for one table.
///
/// @param lifecycle what becomes of its partitions as they grow old
/// @param acknowledged risks that the user takes
public record TableConfig(
        QualifiedName table,
        PartitionConfig partition,
        ContractConfig contract,
        LayoutConfig layout,
        LifecycleConfig lifecycle,
        Set<Acknowledgement> acknowledged) {
    public TableConfig {
        acknowledged = Set.copyOf(acknowledged);
    }

    public TableConfig(
            QualifiedName table,
            PartitionConfig partition,
            ContractConfig contract,
            LayoutConfig layout) {
        this(table, partition, contract, layout, LifecycleConfig.none(), Set.of());
    }

    public TableConfig(QualifiedName table, PartitionConfig partition, LayoutConfig layout) {
        this(table, partition, ContractConfig.defaults(), layout);
    }
}
