package dev.kalends.config;

import dev.kalends.sql.QualifiedName;

/// What is wanted for one table.
public record TableConfig(QualifiedName table, PartitionConfig partition, LayoutConfig layout) {}
