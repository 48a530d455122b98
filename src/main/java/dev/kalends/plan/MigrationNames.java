package dev.kalends.plan;

import dev.kalends.catalog.Index;
import dev.kalends.sql.Identifier;
import dev.kalends.sql.QualifiedName;

/// The names of what a migration makes beside the partitions. They follow from the table's oid, so
/// that a plan can be printed before it is stored, and no two tables share one.
public record MigrationNames(long tableOid, QualifiedName table) {
    /// The schema of Kalends' own tables and functions.
    public static final Identifier KALENDS = Identifier.of("kalends");

    /// Where the twin is built, under its final names.
    public Identifier twinSchema() {
        return Identifier.of("kalends_twin_" + tableOid);
    }

    /// Where the old table waits after the switch.
    public Identifier oldSchema() {
        return Identifier.of("kalends_old_" + tableOid);
    }

    public QualifiedName twin() {
        return table.in(twinSchema());
    }

    public QualifiedName old() {
        return table.in(oldSchema());
    }

    /// Keys of rows written to the table before the switch.
    public QualifiedName captureLog() {
        return own("capture_" + tableOid);
    }

    /// Keys of rows written to the partitioned table after the switch.
    public QualifiedName reverseLog() {
        return own("reverse_" + tableOid);
    }

    /// Keys that stand twice in the partitioned table and so have no place in the old one.
    public QualifiedName conflicts() {
        return own("conflict_" + tableOid);
    }

    /// Where the guards of unique keys live, as long as the table does. A schema of their own,
    /// because a guard's index has the name of the table's.
    public Identifier guardSchema() {
        return Identifier.of("kalends_guard_" + tableOid);
    }

    /// The narrow table that keeps one unique key unique across partitions. The primary key's has
    /// the table's own name, so that messages of foreign keys stay what they were.
    public QualifiedName guard(Index index) {
        return index.kind() == Index.Kind.PRIMARY_KEY
                ? table.in(guardSchema())
                : new QualifiedName(
                        guardSchema(), Identifier.shortened(index.name().value() + "_guard"));
    }

    public QualifiedName own(String name) {
        return new QualifiedName(KALENDS, Identifier.of(name));
    }
}
