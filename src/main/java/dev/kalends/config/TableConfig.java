package dev.kalends.config;

import dev.kalends.sql.QualifiedName;

/// What is wanted for one table.
public record TableConfig(
        QualifiedName table,
        PartitionConfig partition,
        ContractConfig contract,
        LayoutConfig layout) {
    public TableConfig(QualifiedName table, PartitionConfig partition, LayoutConfig layout) {
        this(table, partition, ContractConfig.defaults(), layout);
    }
}
