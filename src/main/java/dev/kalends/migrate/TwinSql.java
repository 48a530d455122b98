package dev.kalends.migrate;

import dev.kalends.carry.Carry;
import dev.kalends.carry.IndexShape;
import dev.kalends.carry.Rights;
import dev.kalends.catalog.Access;
import dev.kalends.catalog.Column;
import dev.kalends.catalog.Index;
import dev.kalends.key.KeyType;
import dev.kalends.plan.Bounds;
import dev.kalends.plan.Contract;
import dev.kalends.plan.MigrationNames;
import dev.kalends.plan.MigrationSpec;
import dev.kalends.plan.Partition;
import dev.kalends.plan.Scheme;
import dev.kalends.sql.ColumnList;
import dev.kalends.sql.Identifier;
import dev.kalends.sql.Literal;
import dev.kalends.sql.QualifiedName;
import dev.kalends.sql.ServerText;
import dev.kalends.sql.Sql;
import dev.kalends.sql.SqlList;
import dev.kalends.sql.SqlPart;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

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
            spec.below(partition).forEach(part -> names.add(part.name().value()));
            for (Index index : sql.indexes()) {
                names.add(sql.leafIndex(partition, index).name().value());
            }
        }
        return names;
    }

    private static final String CREATE_TWIN =
            """
            CREATE TABLE {twin} (LIKE {table} INCLUDING DEFAULTS INCLUDING GENERATED INCLUDING STORAGE
                INCLUDING COMPRESSION INCLUDING CONSTRAINTS INCLUDING COMMENTS)
                {partitionBy}
            """;
    private static final Identifier SHAPE = Identifier.of("kalends_shape");

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
        statements.addAll(twin());
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

    private static final String RECOLLATE =
            "ALTER TABLE {shape} ALTER COLUMN {key} TYPE {type} COLLATE \"C\"";

    /// The collation of a partition key cannot be changed (42P16), so the twin is then made like a
    /// table that has it already.
    private List<Sql> twin() {
        Sql partitionBy =
                Sql.text("PARTITION BY {method} ({key})")
                        .put("method", ServerText.of(spec.scheme().method()))
                        .put("key", spec.key())
                        .build();
        if (!(spec.scheme() instanceof Scheme.TimeRange range)
                || range.collation() != Scheme.KeyCollation.C) {
            return List.of(like(names.twin(), spec.table(), partitionBy));
        }
        Column column = Objects.requireNonNull(spec.source().column(range.key()), "the key");
        QualifiedName shape = new QualifiedName(names.twinSchema(), SHAPE);
        return List.of(
                like(shape, spec.table(), Sql.of("")),
                Sql.text(RECOLLATE)
                        .put("shape", shape)
                        .put("key", range.key())
                        .put("type", ServerText.of(column.type()))
                        .build(),
                like(names.twin(), shape, partitionBy),
                Sql.text("DROP TABLE {shape}").put("shape", shape).build());
    }

    private static Sql like(QualifiedName made, QualifiedName model, Sql partitionBy) {
        return Sql.text(CREATE_TWIN)
                .put("twin", made)
                .put("table", model)
                .put("partitionBy", partitionBy)
                .build();
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
                INCLUDING COMPRESSION INCLUDING CONSTRAINTS) {kind}
            """;

    /// A partition, empty. `LIKE` and ATTACH, because `PARTITION OF` would lock out the sessions
    /// that fill the others.
    ///
    /// Autovacuum stays off until the switch: it would hold a lock that the switch needs, and
    /// Kalends vacuums and analyzes every partition itself.
    List<Sql> leaf(Partition partition) {
        List<Partition> below = spec.below(partition);
        Scheme second = spec.second();
        List<Sql> statements = new ArrayList<>();
        if (below.isEmpty() || second == null) {
            statements.addAll(holder(partition));
        } else {
            statements.addAll(
                    table(
                            spec.leaf(partition),
                            Sql.text("PARTITION BY {method} ({key})")
                                    .put("method", ServerText.of(second.method()))
                                    .put("key", second.key())
                                    .build()));
            for (Partition part : below) {
                statements.addAll(holder(part));
                statements.add(attach(spec.leaf(partition), second, part));
            }
        }
        statements.addAll(timeCheck(partition));
        return statements;
    }

    private List<Sql> holder(Partition partition) {
        return table(
                spec.leaf(partition),
                Sql.text("WITH ({options})").put("options", SqlList.of(buildingOptions())).build());
    }

    private List<Sql> table(QualifiedName leaf, Sql kind) {
        List<Sql> statements = new ArrayList<>();
        statements.add(
                Sql.text(CREATE_LEAF)
                        .put("leaf", leaf)
                        .put("twin", names.twin())
                        .put("kind", kind)
                        .build());
        statements.add(owner(leaf));
        statements.add(Rights.revokeDefaults(leaf));
        statements.addAll(carry.onLeaf(leaf));
        return statements;
    }

    private static final String TIME_CHECK =
            "ALTER TABLE {leaf} ADD CONSTRAINT kalends_time CHECK ({column} >= {from} AND {column} < {to})";

    private List<Sql> timeCheck(Partition partition) {
        if (!(spec.scheme() instanceof Scheme.TimeRange range)
                || range.timeCheck() == null
                || !(partition.bounds() instanceof Bounds.Times times)) {
            return List.of();
        }
        Scheme.TimeCheck check = range.timeCheck();
        Column column =
                Objects.requireNonNull(spec.source().column(check.column()), "a checked column");
        KeyType type =
                Objects.requireNonNull(KeyType.ofTypeName(column.type()), "a timestamp column");
        Duration slack = Duration.ofMillis(check.slackMillis());
        return List.of(
                Sql.text(TIME_CHECK)
                        .put("leaf", spec.leaf(partition))
                        .put("column", check.column())
                        .put("from", type.bound(times.from().minus(slack), range.timeZone()))
                        .put("to", type.bound(times.to().plus(slack), range.timeZone()))
                        .build());
    }

    private static final String ATTACH = "ALTER TABLE {twin} ATTACH PARTITION {leaf} {forValues}";

    Sql attach(Partition partition) {
        return attach(names.twin(), spec.scheme(), partition);
    }

    private Sql attach(QualifiedName parent, Scheme scheme, Partition partition) {
        return Sql.text(ATTACH)
                .put("twin", parent)
                .put("leaf", spec.leaf(partition))
                .put("forValues", scheme.forValues(partition.bounds()))
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

    /// Gives a table of rows the source's own autovacuum setting back.
    Sql autovacuumAsBefore(QualifiedName leaf) {
        String before =
                spec.source().storageOptions().stream()
                        .filter(option -> option.startsWith(AUTOVACUUM + "="))
                        .map(option -> option.substring(AUTOVACUUM.length() + 1))
                        .findFirst()
                        .orElse("");
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
                spec.table().schema(), Identifier.shortened(partition.name().value() + distinct));
    }

    /// An index that is named after the table is named after the partition there.
    private String suffix(Index index) {
        String table = spec.table().name().value();
        String name = index.name().value();
        return name.startsWith(table + "_") ? name.substring(table.length()) : "_" + name;
    }

    /// The indexes that the partitioned table has: all but unique keys that are given up.
    List<Index> indexes() {
        return spec.source().indexes().stream()
                .filter(index -> spec.contract().way(index.name()) != Contract.UniqueWay.DROP)
                .toList();
    }

    /// Builds one index of one partition.
    Sql createLeafIndex(Partition partition, Index index) {
        QualifiedName leaf = spec.leaf(partition);
        Identifier name = leafIndex(partition, index).name();
        Sql create =
                isConstraint(index)
                        ? Sql.text("ALTER TABLE {leaf} ADD CONSTRAINT {name} {definition}")
                                .put("leaf", leaf)
                                .put("name", name)
                                .put("definition", definition(index))
                                .build()
                        : Sql.text("CREATE {kind} {name} ON {leaf} USING {definition}")
                                .put("kind", kind(index))
                                .put("name", name)
                                .put("leaf", leaf)
                                .put("definition", definition(index))
                                .build();
        return IndexShape.placed(spec, index, create);
    }

    /// The twin's index under the table's index name; not valid before every partition's has
    /// joined.
    Sql createRootIndex(Index index) {
        Sql create =
                isConstraint(index)
                        ? Sql.text("ALTER TABLE ONLY {twin} ADD CONSTRAINT {name} {definition}")
                                .put("twin", names.twin())
                                .put("name", index.name())
                                .put("definition", definition(index))
                                .build()
                        : Sql.text("CREATE {kind} {name} ON ONLY {twin} USING {definition}")
                                .put("kind", kind(index))
                                .put("name", index.name())
                                .put("twin", names.twin())
                                .put("definition", definition(index))
                                .build();
        return IndexShape.placed(spec, index, create);
    }

    private static boolean isConstraint(Index index) {
        return index.kind() != Index.Kind.PLAIN && index.kind() != Index.Kind.UNIQUE;
    }

    private static Sql kind(Index index) {
        return index.kind() == Index.Kind.UNIQUE ? Sql.of("UNIQUE INDEX") : Sql.of("INDEX");
    }

    /// A unique key that lacks a partition key is widened by it.
    private SqlPart definition(Index index) {
        if (index.kind() == Index.Kind.PRIMARY_KEY) {
            return IndexShape.primaryKey(spec, index, spec.rowKey());
        }
        String definition = index.constraint() == null ? index.definition() : index.constraint();
        Contract.UniqueWay way = spec.contract().way(index.name());
        if (way != Contract.UniqueWay.COMPOSITE && way != Contract.UniqueWay.GUARD) {
            return ServerText.of(definition);
        }
        List<Identifier> missing = new ArrayList<>(spec.partitionKeys());
        missing.removeAll(index.columns());
        return ServerText.of(ColumnList.widened(definition, missing));
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
