package dev.kalends.prisma;

import dev.kalends.catalog.Column;
import dev.kalends.catalog.Index;
import dev.kalends.plan.Contract.Reference;
import dev.kalends.plan.Contract.UniqueKey;
import dev.kalends.plan.Contract.UniqueWay;
import dev.kalends.plan.MigrationSpec;
import dev.kalends.sql.Identifier;
import dev.kalends.sql.QualifiedName;
import dev.kalends.sql.ServerText;
import dev.kalends.sql.Sql;
import dev.kalends.sql.SqlList;
import dev.kalends.sql.SqlPart;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/// The migration that brings an ordinary table's keys into the shape that the partitioned one has.
/// Prisma runs it in its shadow database only, to know what the database should look like.
final class BaselineSql {
    private static final String WIDEN_PRIMARY =
            """
            ALTER TABLE {table} DROP CONSTRAINT {name} CASCADE;
            ALTER TABLE {table} ADD CONSTRAINT {name} PRIMARY KEY ({columns})
            """;
    private static final String WIDEN_UNIQUE =
            """
            ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {name} CASCADE;
            DROP INDEX IF EXISTS {index} CASCADE;
            CREATE UNIQUE INDEX {name} ON {table} ({columns})
            """;
    private static final String DROP =
            """
            ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {name} CASCADE;
            DROP INDEX IF EXISTS {index} CASCADE
            """;
    private static final String GUARD =
            """
            CREATE SCHEMA IF NOT EXISTS {schema};
            CREATE TABLE {guard} ({definitions}, CONSTRAINT {name} {kind} ({columns}));
            CREATE INDEX {index} ON {guard} ({keys})
            """;
    private static final String DROP_FOREIGN_KEY =
            "ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {name}";
    private static final String ADD_FOREIGN_KEY =
            "ALTER TABLE {table} ADD CONSTRAINT {name} {definition}";

    private final List<String> statements = new ArrayList<>();

    void begin(MigrationSpec spec) {
        statements.add(
                "-- %s is partitioned; this gives an ordinary table the same keys."
                        .formatted(spec.table()));
    }

    void widen(MigrationSpec spec, UniqueKey unique) {
        Index index = unique.index();
        SqlList columns = SqlList.of(spec.widened(index.columns()));
        if (index.kind() == Index.Kind.PRIMARY_KEY) {
            add(
                    Sql.text(WIDEN_PRIMARY)
                            .put("table", spec.table())
                            .put("name", index.name())
                            .put("columns", columns)
                            .build());
        } else {
            add(
                    Sql.text(WIDEN_UNIQUE)
                            .put("table", spec.table())
                            .put("name", index.name())
                            .put("index", spec.table().sibling(index.name().value()))
                            .put("columns", columns)
                            .build());
        }
        if (unique.way() == UniqueWay.GUARD) {
            guard(spec, index);
        }
    }

    private void guard(MigrationSpec spec, Index index) {
        QualifiedName guard = spec.migrationNames().guard(index);
        List<SqlPart> definitions = new ArrayList<>();
        for (Identifier name : spec.widened(index.columns())) {
            Column column = Objects.requireNonNull(spec.source().column(name), "a key column");
            String notNull = column.nullability() == Column.Nullability.NOT_NULL ? " NOT NULL" : "";
            definitions.add(
                    Sql.text("{name} {type}")
                            .put("name", name)
                            .put("type", ServerText.of(column.type() + notNull))
                            .build());
        }
        add(
                Sql.text(GUARD)
                        .put("schema", guard.schema())
                        .put("guard", guard)
                        .put("definitions", SqlList.of(definitions))
                        .put(
                                "kind",
                                index.kind() == Index.Kind.PRIMARY_KEY
                                        ? Sql.of("PRIMARY KEY")
                                        : Sql.of("UNIQUE"))
                        .put("index", Identifier.shortened(guard.name().value() + "_partition_idx"))
                        .put("keys", SqlList.of(spec.partitionKeys()))
                        .put("name", index.name())
                        .put("columns", SqlList.of(index.columns()))
                        .build());
    }

    void drop(MigrationSpec spec, Index index) {
        add(
                Sql.text(DROP)
                        .put("table", spec.table())
                        .put("name", index.name())
                        .put("index", spec.table().sibling(index.name().value()))
                        .build());
    }

    void dropForeignKey(Reference reference) {
        add(
                Sql.text(DROP_FOREIGN_KEY)
                        .put("table", reference.key().referencing())
                        .put("name", reference.key().name())
                        .build());
    }

    void repoint(Reference reference) {
        dropForeignKey(reference);
        add(
                Sql.text(ADD_FOREIGN_KEY)
                        .put("table", reference.key().referencing())
                        .put("name", reference.key().name())
                        .put("definition", reference.key().definition(reference.target()))
                        .build());
    }

    private void add(Sql sql) {
        statements.add(sql.render().strip() + ";");
    }

    /// Empty if there is nothing to record.
    String text() {
        return statements.isEmpty() ? "" : String.join("\n", statements) + "\n";
    }
}
