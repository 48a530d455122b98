package dev.kalends.migrate;

import dev.kalends.catalog.Column;
import dev.kalends.catalog.ForeignKey;
import dev.kalends.execute.LockRetry;
import dev.kalends.pg.Session;
import dev.kalends.plan.MigrationNames;
import dev.kalends.plan.MigrationSpec;
import dev.kalends.plan.Partition;
import dev.kalends.sql.QualifiedName;
import dev.kalends.sql.ServerText;
import dev.kalends.sql.Sql;
import java.util.ArrayList;
import java.util.List;

/// Statements of the switch, of the way back, and of what follows each.
final class SwitchSql {
    private final MigrationSpec spec;
    private final MigrationNames names;

    SwitchSql(MigrationSpec spec) {
        this.spec = spec;
        this.names = spec.migrationNames();
    }

    Sql createOldSchema() {
        return Sql.text("CREATE SCHEMA IF NOT EXISTS {schema}")
                .put("schema", names.oldSchema())
                .build();
    }

    Sql grantOldSchema() {
        return Sql.text("GRANT USAGE, CREATE ON SCHEMA {schema} TO {owner}")
                .put("schema", names.oldSchema())
                .put("owner", spec.source().owner())
                .build();
    }

    /// The locks on tables in use. Of the referenced tables only writers wait. Which comes first
    /// changes from try to try, because applications lock in either order.
    ///
    /// @param referenced those of the referenced tables that the role may lock by name; of the
    ///   others the foreign keys take the lock
    List<LockRetry.Wanted> locks(int attempt, List<QualifiedName> referenced) {
        LockRetry.Wanted table =
                new LockRetry.Wanted(spec.table(), LockRetry.Mode.ACCESS_EXCLUSIVE);
        List<LockRetry.Wanted> wanted = new ArrayList<>();
        for (QualifiedName each : referenced) {
            wanted.add(new LockRetry.Wanted(each, LockRetry.Mode.SHARE_ROW_EXCLUSIVE));
        }
        wanted.add(attempt % 2 == 1 ? 0 : wanted.size(), table);
        return wanted;
    }

    private static final Sql MAY_LOCK =
            Sql.of("SELECT has_table_privilege(?, 'UPDATE, DELETE, TRUNCATE')");

    /// The referenced tables that the session's role may lock by name: REFERENCES alone allows the
    /// foreign key but not the LOCK statement.
    List<QualifiedName> lockable(Session session) {
        return spec.referencedTables().stream()
                .filter(table -> session.one(MAY_LOCK, row -> row.truth(1), table.render()))
                .toList();
    }

    /// The old table leaves, the twin takes its place; indexes, constraints and the row type go
    /// along.
    List<Sql> swap() {
        List<Sql> statements = new ArrayList<>(detachSequences());
        statements.add(setSchema(spec.table(), names.old()));
        statements.add(setSchema(names.twin(), spec.table()));
        statements.addAll(attachSequences());
        return statements;
    }

    List<Sql> swapBack() {
        List<Sql> statements = new ArrayList<>(detachSequences());
        statements.add(setSchema(spec.table(), names.twin()));
        statements.add(setSchema(names.old(), spec.table()));
        statements.addAll(attachSequences());
        return statements;
    }

    private static Sql setSchema(QualifiedName from, QualifiedName to) {
        return Sql.text("ALTER TABLE {table} SET SCHEMA {schema}")
                .put("table", from)
                .put("schema", to.schema())
                .build();
    }

    /// A serial column's sequence is shared by both tables and must not move with either.
    private List<Sql> detachSequences() {
        List<Sql> statements = new ArrayList<>();
        for (Column column : spec.source().columns()) {
            if (column.ownedSequence() != null) {
                statements.add(
                        Sql.text("ALTER SEQUENCE {sequence} OWNED BY NONE")
                                .put("sequence", column.ownedSequence())
                                .build());
            }
        }
        return statements;
    }

    private List<Sql> attachSequences() {
        List<Sql> statements = new ArrayList<>();
        for (Column column : spec.source().columns()) {
            if (column.ownedSequence() != null) {
                statements.add(
                        Sql.text("ALTER SEQUENCE {sequence} OWNED BY {table}.{column}")
                                .put("sequence", column.ownedSequence())
                                .put("table", spec.table())
                                .put("column", column.name())
                                .build());
            }
        }
        return statements;
    }

    private static final String ADD_FOREIGN_KEY =
            "ALTER TABLE {table} ADD CONSTRAINT {name} {definition} NOT VALID";

    /// Per partition, because before version 18 a partitioned table takes no NOT VALID foreign key.
    /// They are enforced from the switch on; what is there already is validated afterwards.
    List<Sql> addLeafForeignKeys(List<Partition> partitions) {
        List<Sql> statements = new ArrayList<>();
        for (ForeignKey key : spec.source().foreignKeys()) {
            for (Partition partition : partitions) {
                statements.add(addForeignKey(spec.leaf(partition), key));
            }
        }
        return statements;
    }

    private static Sql addForeignKey(QualifiedName table, ForeignKey key) {
        return Sql.text(ADD_FOREIGN_KEY)
                .put("table", table)
                .put("name", key.name())
                .put("definition", ServerText.of(key.definition()))
                .build();
    }

    static Sql validate(QualifiedName table, ForeignKey key) {
        return Sql.text("ALTER TABLE {table} VALIDATE CONSTRAINT {name}")
                .put("table", table)
                .put("name", key.name())
                .build();
    }

    /// Joins the validated keys of the partitions without reading a row.
    Sql addRootForeignKey(ForeignKey key) {
        return Sql.text("ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")
                .put("table", spec.table())
                .put("name", key.name())
                .put("definition", ServerText.of(key.definition()))
                .build();
    }

    static Sql dropForeignKey(QualifiedName table, ForeignKey key) {
        return Sql.text("ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {name}")
                .put("table", table)
                .put("name", key.name())
                .build();
    }

    List<Sql> addOldForeignKeys() {
        return spec.source().foreignKeys().stream()
                .map(key -> addForeignKey(spec.table(), key))
                .toList();
    }

    /// What cleanup drops, never with CASCADE on a table: that would take along what is not ours.
    List<Sql> dropOld() {
        return List.of(
                Sql.text("DROP TABLE IF EXISTS {old}").put("old", names.old()).build(),
                dropSchema(names.oldSchema()),
                dropSchema(names.twinSchema()));
    }

    private static Sql dropSchema(dev.kalends.sql.Identifier schema) {
        return Sql.text("DROP SCHEMA IF EXISTS {schema}").put("schema", schema).build();
    }
}
