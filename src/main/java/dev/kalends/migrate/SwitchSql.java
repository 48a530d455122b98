package dev.kalends.migrate;

import dev.kalends.catalog.Column;
import dev.kalends.execute.LockRetry;
import dev.kalends.pg.Session;
import dev.kalends.plan.MigrationNames;
import dev.kalends.plan.MigrationSpec;
import dev.kalends.sql.QualifiedName;
import dev.kalends.sql.Sql;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Statements of the switch, of the way back, and of what follows each.
final class SwitchSql {
    private final MigrationSpec spec;
    private final MigrationNames names;
    private final References references;

    SwitchSql(MigrationSpec spec) {
        this.spec = spec;
        this.references = new References(spec);
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
    /// @param tables those of the migration
    /// @param others those of the other tables that the role may lock by name; of the others the
    ///   foreign keys take the lock
    static List<LockRetry.Wanted> locks(
            List<QualifiedName> tables, int attempt, List<LockRetry.Wanted> others) {
        List<LockRetry.Wanted> wanted =
                new ArrayList<>(
                        others.stream().filter(each -> !tables.contains(each.table())).toList());
        List<LockRetry.Wanted> own =
                tables.stream()
                        .map(table -> new LockRetry.Wanted(table, LockRetry.Mode.ACCESS_EXCLUSIVE))
                        .toList();
        wanted.addAll(attempt % 2 == 1 ? 0 : wanted.size(), own);
        return wanted;
    }

    /// The locks of several tables, each on its table once and as strong as any needs it.
    static List<LockRetry.Wanted> together(List<List<LockRetry.Wanted>> all) {
        Map<QualifiedName, LockRetry.Wanted> byTable = new LinkedHashMap<>();
        for (List<LockRetry.Wanted> each : all) {
            for (LockRetry.Wanted wanted : each) {
                byTable.merge(
                        wanted.table(),
                        wanted,
                        (a, b) -> a.mode() == LockRetry.Mode.ACCESS_EXCLUSIVE ? a : b);
            }
        }
        return List.copyOf(byTable.values());
    }

    /// Locks on other tables that the session's role may take by name.
    List<LockRetry.Wanted> lockable(Session session) {
        return LockRetry.lockable(session, references.locks());
    }

    References references() {
        return references;
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
