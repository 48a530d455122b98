package dev.kalends.carry;

import dev.kalends.plan.MigrationSpec;
import dev.kalends.sql.Identifier;
import dev.kalends.sql.QualifiedName;
import dev.kalends.sql.Sql;
import java.util.List;
import java.util.function.Function;

/// Everything a table carries besides columns, indexes, foreign keys and grants, as statements by
/// the moment at which they run. The plan prints the same ones.
public final class Carry {
    private final List<Family> families;

    public Carry(MigrationSpec spec) {
        families =
                List.of(
                        new Tablespaces(spec),
                        new Columns(spec),
                        new Identities(spec),
                        new Statistics(spec),
                        new ReplicaIdentities(spec),
                        new IndexUses(spec),
                        new ConstraintComments(spec),
                        new Triggers(spec),
                        new Policies(spec),
                        new MaterializedViews(spec),
                        new Views(spec),
                        new Functions(spec),
                        new Publications(spec));
    }

    private List<Sql> all(Function<Family, List<Sql>> moment) {
        return families.stream().flatMap(family -> moment.apply(family).stream()).toList();
    }

    /// On the empty partitioned twin, before it has partitions.
    public List<Sql> onTwin() {
        return all(Family::onTwin);
    }

    /// On a partition just made, before it is attached.
    public List<Sql> onLeaf(QualifiedName leaf) {
        return all(family -> family.onLeaf(leaf));
    }

    /// On a partition that has all its indexes; may run again.
    public List<Sql> onIndexedLeaf(QualifiedName leaf, Function<Identifier, QualifiedName> index) {
        IndexedLeaf indexed = new IndexedLeaf(leaf, index);
        return all(family -> family.onIndexedLeaf(indexed));
    }

    /// On the twin when its indexes have been joined; may run again.
    public List<Sql> onIndexedTwin() {
        return all(Family::onIndexedTwin);
    }

    /// Beside the validated twin; may run again.
    public List<Sql> beforeReady() {
        return all(Family::beforeReady);
    }

    /// Before the old table is dropped.
    public List<Sql> dropWithOld() {
        return all(Family::dropWithOld);
    }

    /// Before the twin is dropped.
    public List<Sql> dropWithTwin() {
        return all(Family::dropWithTwin);
    }

    /// In the switch and on the way back, before the table itself is locked.
    public List<Sql> lock() {
        return all(Family::lock);
    }

    /// What those statements lock against readers.
    public List<QualifiedName> lockedViews() {
        return families.stream().flatMap(family -> family.lockedViews().stream()).toList();
    }

    /// In the switch, while the old table still has its name.
    public List<Sql> beforeSwap() {
        return all(Family::beforeSwap);
    }

    /// In the switch, when the twin has the table's name.
    public List<Sql> afterSwap() {
        return all(Family::afterSwap);
    }

    /// After the switch, when the foreign keys have been joined; may run again.
    public List<Sql> onForeignKeys() {
        return all(Family::onForeignKeys);
    }

    /// On the way back, while the partitioned table still has the name.
    public List<Sql> beforeSwapBack() {
        return all(Family::beforeSwapBack);
    }

    /// On the way back, when the old table has its name again.
    public List<Sql> afterSwapBack() {
        return all(Family::afterSwapBack);
    }
}
