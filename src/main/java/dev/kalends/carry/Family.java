package dev.kalends.carry;

import dev.kalends.sql.QualifiedName;
import dev.kalends.sql.Sql;
import java.util.List;

/// One family of things that a table carries: its statements, by the moment at which they run.
///
/// Before the switch the twin stands in its own schema, after it under the table's name; the old
/// table the other way round.
interface Family {
    /// On the empty partitioned twin, before it has partitions.
    default List<Sql> onTwin() {
        return List.of();
    }

    /// On a partition just made, before it is attached.
    ///
    /// @param leaf its name
    default List<Sql> onLeaf(QualifiedName leaf) {
        return List.of();
    }

    /// On a partition that has all its indexes; may run again.
    default List<Sql> onIndexedLeaf(IndexedLeaf leaf) {
        return List.of();
    }

    /// On the twin when its indexes have been joined; may run again.
    default List<Sql> onIndexedTwin() {
        return List.of();
    }

    /// Beside the validated twin; may run again.
    default List<Sql> beforeReady() {
        return List.of();
    }

    /// Before the old table is dropped.
    default List<Sql> dropWithOld() {
        return List.of();
    }

    /// Before the twin is dropped.
    default List<Sql> dropWithTwin() {
        return List.of();
    }

    /// In the switch and on the way back, before the table itself is locked.
    default List<Sql> lock() {
        return List.of();
    }

    /// What those statements lock against readers.
    default List<QualifiedName> lockedViews() {
        return List.of();
    }

    /// In the switch, while the old table still has its name.
    default List<Sql> beforeSwap() {
        return List.of();
    }

    /// In the switch, when the twin has the table's name.
    default List<Sql> afterSwap() {
        return List.of();
    }

    /// After the switch, when the foreign keys have been joined; may run again.
    default List<Sql> onForeignKeys() {
        return List.of();
    }

    /// On the way back, while the partitioned table still has the name.
    default List<Sql> beforeSwapBack() {
        return List.of();
    }

    /// On the way back, when the old table has its name again.
    default List<Sql> afterSwapBack() {
        return List.of();
    }
}
