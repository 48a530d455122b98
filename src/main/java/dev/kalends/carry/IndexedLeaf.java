package dev.kalends.carry;

import dev.kalends.sql.Identifier;
import dev.kalends.sql.QualifiedName;
import java.util.function.Function;

/// A partition with its indexes.
///
/// @param index gives the partition's index that stands for an index of the table
public record IndexedLeaf(QualifiedName table, Function<Identifier, QualifiedName> index) {}
