package dev.kalends.migrate;

import dev.kalends.carry.Carry;
import dev.kalends.carry.IndexShape;
import dev.kalends.carry.Names;
import dev.kalends.carry.Rights;
import dev.kalends.catalog.Access;
import dev.kalends.catalog.Index;
import dev.kalends.plan.MigrationNames;
import dev.kalends.plan.MigrationSpec;
import dev.kalends.plan.Partition;
import dev.kalends.sql.Identifier;
import dev.kalends.sql.Literal;
import dev.kalends.sql.QualifiedName;
import dev.kalends.sql.ServerText;
import dev.kalends.sql.Sql;
import dev.kalends.sql.SqlList;
import dev.kalends.sql.SqlPart;
import java.util.ArrayList;
import java.util.List;

/// Statements that make the twin, its partitions and their indexes.
public final class TwinSql {
    private final MigrationSpec spec;
    private final MigrationNames names;
    private final Carry carry;

    TwinSql(MigrationSpec spec) {
        this.spec = spec;
        this.names = spec.migrationNames();
        this.carry = new Carry(spec);
    }

    /// All names a migration needs in the table's own schema: partitions and their indexes.
    public static List<String> namesInTableSchema(MigrationSpec spec) {
        TwinSql sql = new TwinSql(spec);
        List<String> names = new ArrayList<>();
        for (Partition partition : spec.partitions()) {
            names.add(partition.name().value());
            for (Index index : spec.source().indexes()) {
                names.add(sql.leafIndex(partition, index).name().value());
            }
        }
        return names;
    }

    private static final String CREATE_TWIN =
            """
            CREATE TABLE {twin} (LIKE {table} INCLUDING DEFAULTS INCLUDING GENERATED INCLUDING STORAGE
                INCLUDING COMPRESSION INCLUDING CONSTRAINTS INCLUDING COMMENTS)
                PARTITION BY RANGE ({key})
            """;

    /// The schema and the partitioned table, without partitions.
    List<Sql> root() {
        List<Sql> statements = new ArrayList<>();
        statements.add(
                Sql.text("CREATE SCHEMA {schema}").put("schema", names.twinSchema()).build());
        statements.add(
                Sql.text("GRANT USAGE, CREATE ON SCHEMA {schema} TO {owner}")
                        .put("schema", names.twinSchema())
                        .put("owner", spec.source().owner())
                        .build());
        statements.add(
                Sql.text(CREATE_TWIN)
                        .put("twin", names.twin())
                        .put("table", spec.table())
                        .put("key", spec.key())
                        .build());
        String comment = spec.source().comment();
        if (comment != null) {
            statements.add(
                    Sql.text("COMMENT ON TABLE {twin} IS {comment}")
                            .put("twin", names.twin())
                            .put("comment", Literal.of(comment))
                            .build());
        }
        statements.add(owner(names.twin()));
        statements.addAll(
                Rights.on(names.twin(), new Access(spec.source().owner(), spec.source().grants())));
        statements.addAll(carry.onTwin());
        return statements;
    }

    private Sql owner(QualifiedName table) {
        return Sql.text("ALTER TABLE {table} OWNER TO {owner}")
                .put("table", table)
                .put("owner", spec.source().owner())
                .build();
    }

    private static final String CREATE_LEAF =
            """
            CREATE TABLE {leaf} (LIKE {twin} INCLUDING DEFAULTS INCLUDING GENERATED INCLUDING STORAGE
                INCLUDING COMPRESSION INCLUDING CONSTRAINTS)
                WITH ({options})
            """;

    /// A partition, empty and attached. `LIKE` and ATTACH, because `PARTITION OF` would lock out
    /// the sessions that fill the others.
    ///
    /// Autovacuum stays off until the switch: it would hold a lock that the switch needs, and
    /// Kalends vacuums and analyzes every partition itself.
    List<Sql> leaf(Partition partition) {
        QualifiedName leaf = spec.leaf(partition);
        List<Sql> statements = new ArrayList<>();
        statements.add(
                Sql.text(CREATE_LEAF)
                        .put("leaf", leaf)
                        .put("twin", names.twin())
                        .put("options", SqlList.of(buildingOptions()))
                        .build());
        statements.add(owner(leaf));
        statements.add(Rights.revokeDefaults(leaf));
        statements.addAll(carry.onLeaf(leaf));
        return statements;
    }

    private static final String ATTACH =
            "ALTER TABLE {twin} ATTACH PARTITION {leaf} FOR VALUES FROM ({from}) TO ({to})";

    Sql attach(Partition partition) {
        return Sql.text(ATTACH)
                .put("twin", names.twin())
                .put("leaf", spec.leaf(partition))
                .put("from", spec.bound(partition.from()))
                .put("to", spec.bound(partition.to()))
                .build();
    }

    private static final String AUTOVACUUM = "autovacuum_enabled";

    private List<SqlPart> buildingOptions() {
        List<SqlPart> options = new ArrayList<>(options(AUTOVACUUM));
        options.add(option(Identifier.of(AUTOVACUUM), "false"));
        return options;
    }

    /// The source's storage options without one.
    private List<SqlPart> options(String except) {
        List<SqlPart> options = new ArrayList<>();
        for (String option : spec.source().storageOptions()) {
            int equals = option.indexOf('=');
            String name = option.substring(0, equals);
            if (!name.equals(except)) {
                SqlPart part =
                        name.startsWith("toast.")
                                ? QualifiedName.of("toast", name.substring("toast.".length()))
                                : Identifier.of(name);
                options.add(option(part, option.substring(equals + 1)));
            }
        }
        return options;
    }

    private static Sql option(SqlPart name, String value) {
        return Sql.text("{name} = {value}")
                .put("name", name)
                .put("value", Literal.of(value))
                .build();
    }

    /// Gives a partition the source's own autovacuum setting back.
    Sql autovacuumAsBefore(Partition partition) {
        String before =
                spec.source().storageOptions().stream()
                        .filter(option -> option.startsWith(AUTOVACUUM + "="))
                        .map(option -> option.substring(AUTOVACUUM.length() + 1))
                        .findFirst()
                        .orElse("");
        QualifiedName leaf = spec.leaf(partition);
        return before.isEmpty()
                ? Sql.text("ALTER TABLE {leaf} RESET (autovacuum_enabled)")
                        .put("leaf", leaf)
                        .build()
                : Sql.text("ALTER TABLE {leaf} SET (autovacuum_enabled = {value})")
                        .put("leaf", leaf)
                        .put("value", Literal.of(before))
                        .build();
    }

    /// The partition's index that stands for an index of the table.
    QualifiedName leafIndex(Partition partition, Index index) {
        String suffix = suffix(index);
        boolean shared =
                spec.source().indexes().stream()
                        .anyMatch(other -> !other.equals(index) && suffix(other).equals(suffix));
        String distinct = shared ? "_" + index.name().value() : suffix;
        return new QualifiedName(
                spec.table().schema(), Names.shortened(partition.name().value() + distinct));
    }

    /// An index that is named after the table is named after the partition there.
    private String suffix(Index index) {
        String table = spec.table().name().value();
        String name = index.name().value();
        return name.startsWith(table + "_") ? name.substring(table.length()) : "_" + name;
    }

    /// Builds one index of one partition.
    Sql createLeafIndex(Partition partition, Index index) {
        QualifiedName leaf = spec.leaf(partition);
        Identifier name = leafIndex(partition, index).name();
        if (index.kind() == Index.Kind.PRIMARY_KEY) {
            Sql key =
                    Sql.text("ALTER TABLE {leaf} ADD CONSTRAINT {name} {key}")
                            .put("leaf", leaf)
                            .put("name", name)
                            .put("key", IndexShape.primaryKey(spec, index, spec.rowKey()))
                            .build();
            return IndexShape.placed(spec, index, key);
        }
        if (index.kind() == Index.Kind.EXCLUSION) {
            Sql exclusion =
                    Sql.text("ALTER TABLE {leaf} ADD CONSTRAINT {name} {definition}")
                            .put("leaf", leaf)
                            .put("name", name)
                            .put("definition", ServerText.of(index.definition()))
                            .build();
            return IndexShape.placed(spec, index, exclusion);
        }
        Sql create =
                Sql.text("CREATE INDEX {name} ON {leaf} USING {definition}")
                        .put("name", name)
                        .put("leaf", leaf)
                        .put("definition", ServerText.of(index.definition()))
                        .build();
        return IndexShape.placed(spec, index, create);
    }

    /// The twin's index under the table's index name; not valid before every partition's has
    /// joined.
    Sql createRootIndex(Index index) {
        if (index.kind() == Index.Kind.PRIMARY_KEY) {
            Sql key =
                    Sql.text("ALTER TABLE ONLY {twin} ADD CONSTRAINT {name} {key}")
                            .put("twin", names.twin())
                            .put("name", index.name())
                            .put("key", IndexShape.primaryKey(spec, index, spec.rowKey()))
                            .build();
            return IndexShape.placed(spec, index, key);
        }
        if (index.kind() == Index.Kind.EXCLUSION) {
            Sql exclusion =
                    Sql.text("ALTER TABLE ONLY {twin} ADD CONSTRAINT {name} {definition}")
                            .put("twin", names.twin())
                            .put("name", index.name())
                            .put("definition", ServerText.of(index.definition()))
                            .build();
            return IndexShape.placed(spec, index, exclusion);
        }
        Sql create =
                Sql.text("CREATE INDEX {name} ON ONLY {twin} USING {definition}")
                        .put("name", index.name())
                        .put("twin", names.twin())
                        .put("definition", ServerText.of(index.definition()))
                        .build();
        return IndexShape.placed(spec, index, create);
    }

    /// What the partition's indexes are needed for.
    List<Sql> onIndexedLeaf(Partition partition) {
        return carry.onIndexedLeaf(
                spec.leaf(partition),
                name ->
                        leafIndex(
                                partition,
                                spec.source().indexes().stream()
                                        .filter(index -> index.name().equals(name))
                                        .findFirst()
                                        .orElseThrow()));
    }

    /// What the twin's indexes are needed for.
    List<Sql> onIndexedTwin() {
        return carry.onIndexedTwin();
    }

    Sql attachIndex(Partition partition, Index index) {
        return Sql.text("ALTER INDEX {root} ATTACH PARTITION {leaf}")
                .put("root", new QualifiedName(names.twinSchema(), index.name()))
                .put("leaf", leafIndex(partition, index))
                .build();
    }
}
