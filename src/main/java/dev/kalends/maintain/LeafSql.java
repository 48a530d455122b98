package dev.kalends.maintain;

import dev.kalends.carry.IndexShape;
import dev.kalends.carry.Rights;
import dev.kalends.carry.StorageOptions;
import dev.kalends.catalog.Access;
import dev.kalends.catalog.ColumnTraits;
import dev.kalends.catalog.ForeignKey;
import dev.kalends.catalog.Index;
import dev.kalends.catalog.IndexTraits;
import dev.kalends.catalog.LeafModel;
import dev.kalends.catalog.ReplicaIdentity;
import dev.kalends.catalog.RowSecurity;
import dev.kalends.catalog.TableFacts;
import dev.kalends.sql.Identifier;
import dev.kalends.sql.Literal;
import dev.kalends.sql.QualifiedName;
import dev.kalends.sql.ServerText;
import dev.kalends.sql.Sql;
import dev.kalends.sql.SqlList;
import dev.kalends.sql.SqlPart;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// Statements that make a table equal to a sibling: columns, indexes under names by analogy,
/// storage options, tablespace, owner, grants, replica identity, row security, comments. What the
/// partitioned table gives its partitions (triggers, foreign keys, indexes that the sibling lacks)
/// comes with ATTACH.
final class LeafSql {
    private static final String AUTOVACUUM_OFF = "autovacuum_enabled=false";

    private final QualifiedName root;
    private final LeafModel model;
    private final Map<QualifiedName, QualifiedName> partners;

    /// @param partners of a paired foreign key: the partition that a new one refers to, by the one
    ///   that the model refers to
    LeafSql(QualifiedName root, LeafModel model, Map<QualifiedName, QualifiedName> partners) {
        this.root = root;
        this.model = model;
        this.partners = partners;
    }

    private static final String CREATE =
            """
            CREATE TABLE {leaf} (LIKE {root} INCLUDING DEFAULTS INCLUDING GENERATED INCLUDING STORAGE
                INCLUDING COMPRESSION INCLUDING CONSTRAINTS){clauses}
            """;

    /// The table, not yet attached.
    List<Sql> create(QualifiedName leaf) {
        List<Sql> statements = new ArrayList<>(bare(leaf));
        statements.addAll(finish(leaf));
        return statements;
    }

    /// The table as far as rows need it: if it is cut in turn, with the parts of it.
    List<Sql> bare(QualifiedName leaf) {
        List<Sql> statements = new ArrayList<>();
        TableFacts facts = model.facts();
        statements.add(
                Sql.text(CREATE)
                        .put("leaf", leaf)
                        .put("root", root)
                        .put("clauses", clauses())
                        .build());
        statements.add(alter(leaf, "OWNER TO {what}", facts.owner()));
        statements.addAll(Rights.on(leaf, new Access(facts.owner(), facts.grants())));
        statements.addAll(columns(leaf));
        Identifier tablespace = facts.carried().tablespace();
        if (tablespace != null) {
            statements.add(
                    Sql.text("ALTER TABLE {leaf} SET TABLESPACE {tablespace}")
                            .put("leaf", leaf)
                            .put("tablespace", tablespace)
                            .build());
        }
        for (LeafModel.Child child : model.children()) {
            QualifiedName part = analogous(leaf, child.model().facts().name());
            statements.addAll(new LeafSql(root, child.model(), partners).bare(part));
            statements.add(attach(leaf, part, ServerText.of(child.bounds())));
        }
        return statements;
    }

    /// Its indexes, and what stands on them.
    List<Sql> finish(QualifiedName leaf) {
        List<Sql> statements = new ArrayList<>();
        // Those of the parts first: an index of the whole takes equal ones of its parts as its own.
        for (LeafModel.Child child : model.children()) {
            statements.addAll(
                    new LeafSql(root, child.model(), partners)
                            .finish(analogous(leaf, child.model().facts().name())));
        }
        for (Index index : model.facts().indexes()) {
            statements.addAll(index(leaf, index));
        }
        statements.addAll(identity(leaf));
        RowSecurity security = model.facts().carried().rowSecurity();
        if (security.state() == RowSecurity.State.ENABLED) {
            statements.add(plain(leaf, "ENABLE ROW LEVEL SECURITY"));
        }
        if (security.force() != RowSecurity.Force.OWNER_EXEMPT) {
            statements.add(plain(leaf, "FORCE ROW LEVEL SECURITY"));
        }
        return statements;
    }

    private SqlPart clauses() {
        List<SqlPart> clauses = new ArrayList<>();
        if (model.partitionKey() != null) {
            clauses.add(
                    Sql.text(" PARTITION BY {key}")
                            .put("key", ServerText.of(model.partitionKey()))
                            .build());
        }
        if (model.accessMethod() != null) {
            clauses.add(
                    Sql.text(" USING {method}")
                            .put("method", Identifier.of(model.accessMethod()))
                            .build());
        }
        // A conversion that is under way switches it off for a while.
        List<String> options =
                model.facts().storageOptions().stream()
                        .filter(option -> !option.equals(AUTOVACUUM_OFF))
                        .toList();
        if (!options.isEmpty()) {
            clauses.add(
                    Sql.text(" WITH ({options})")
                            .put("options", StorageOptions.of(options))
                            .build());
        }
        return clauses.isEmpty() ? Sql.of("") : new SqlList(clauses, "");
    }

    private List<Sql> columns(QualifiedName leaf) {
        List<Sql> statements = new ArrayList<>();
        for (ColumnTraits column : model.facts().carried().columns()) {
            if (column.statisticsTarget() != null) {
                statements.add(
                        column(
                                leaf,
                                column.column(),
                                "SET STATISTICS {value}",
                                Literal.of(column.statisticsTarget())));
            }
            if (!column.options().isEmpty()) {
                statements.add(
                        column(
                                leaf,
                                column.column(),
                                "SET ({value})",
                                StorageOptions.of(column.options())));
            }
            column.grants()
                    .forEach(grant ->
                            statements.add(
                                    Sql.text(
                                                    "GRANT {privilege} ({column}) ON {leaf} TO {grantee}{option}")
                                            .put("privilege", ServerText.of(grant.privilege()))
                                            .put("column", column.column())
                                            .put("leaf", leaf)
                                            .put("grantee", ServerText.of(grant.grantee()))
                                            .put("option", ServerText.of(grant.option()))
                                            .build()));
        }
        for (LeafModel.ColumnLook look : model.columns()) {
            if (look.storage() != null) {
                statements.add(
                        column(
                                leaf,
                                look.column(),
                                "SET STORAGE {value}",
                                ServerText.of(look.storage())));
            }
            if (look.compression() != null) {
                statements.add(
                        column(
                                leaf,
                                look.column(),
                                "SET COMPRESSION {value}",
                                ServerText.of(look.compression())));
            }
            if (look.comment() != null) {
                statements.add(
                        Sql.text("COMMENT ON COLUMN {leaf}.{column} IS {comment}")
                                .put("leaf", leaf)
                                .put("column", look.column())
                                .put("comment", Literal.of(look.comment()))
                                .build());
            }
        }
        return statements;
    }

    private static Sql column(
            QualifiedName leaf,
            Identifier column,
            @com.google.errorprone.annotations.CompileTimeConstant final String action,
            SqlPart value) {
        return Sql.text("ALTER TABLE {leaf} ALTER COLUMN {column} {action}")
                .put("leaf", leaf)
                .put("column", column)
                .put("action", Sql.text(action).put("value", value).build())
                .build();
    }

    private static Sql alter(
            QualifiedName leaf,
            @com.google.errorprone.annotations.CompileTimeConstant final String action,
            SqlPart what) {
        return Sql.text("ALTER TABLE {leaf} {action}")
                .put("leaf", leaf)
                .put("action", Sql.text(action).put("what", what).build())
                .build();
    }

    private static Sql plain(
            QualifiedName leaf,
            @com.google.errorprone.annotations.CompileTimeConstant final String action) {
        return Sql.text("ALTER TABLE {leaf} {action}")
                .put("leaf", leaf)
                .put("action", Sql.of(action))
                .build();
    }

    private List<Sql> index(QualifiedName leaf, Index index) {
        List<Sql> statements = new ArrayList<>();
        QualifiedName name = indexName(leaf, index.name());
        boolean constraint = index.kind() != Index.Kind.PLAIN && index.kind() != Index.Kind.UNIQUE;
        String definition = index.constraint() == null ? index.definition() : index.constraint();
        Sql create =
                constraint
                        ? Sql.text("ALTER TABLE {leaf} ADD CONSTRAINT {name} {definition}")
                                .put("leaf", leaf)
                                .put("name", name.name())
                                .put("definition", ServerText.of(definition))
                                .build()
                        : Sql.text("CREATE {kind} {name} ON {leaf} USING {definition}")
                                .put(
                                        "kind",
                                        index.kind() == Index.Kind.UNIQUE
                                                ? Sql.of("UNIQUE INDEX")
                                                : Sql.of("INDEX"))
                                .put("name", name.name())
                                .put("leaf", leaf)
                                .put("definition", ServerText.of(definition))
                                .build();
        IndexTraits traits = model.facts().carried().index(index.name());
        statements.add(IndexShape.placed(traits == null ? null : traits.tablespace(), create));
        if (traits == null) {
            return statements;
        }
        if (constraint && !traits.options().isEmpty()) {
            statements.add(
                    Sql.text("ALTER INDEX {index} SET ({options})")
                            .put("index", name)
                            .put("options", StorageOptions.of(traits.options()))
                            .build());
        }
        for (IndexTraits.Target target : traits.targets()) {
            statements.add(
                    Sql.text("ALTER INDEX {index} ALTER COLUMN {column} SET STATISTICS {target}")
                            .put("index", name)
                            .put("column", Literal.of(target.column()))
                            .put("target", Literal.of(target.target()))
                            .build());
        }
        if (traits.marks().contains(IndexTraits.Mark.CLUSTERED)) {
            statements.add(alter(leaf, "CLUSTER ON {what}", name.name()));
        }
        return statements;
    }

    private List<Sql> identity(QualifiedName leaf) {
        ReplicaIdentity identity = model.facts().carried().replicaIdentity();
        return switch (identity) {
            case DEFAULT -> List.of();
            case FULL -> List.of(plain(leaf, "REPLICA IDENTITY FULL"));
            case NOTHING -> List.of(plain(leaf, "REPLICA IDENTITY NOTHING"));
            case INDEX ->
                    model.facts().carried().indexes().stream()
                            .filter(each ->
                                    each.marks().contains(IndexTraits.Mark.REPLICA_IDENTITY))
                            .map(each ->
                                    alter(
                                            leaf,
                                            "REPLICA IDENTITY USING INDEX {what}",
                                            indexName(leaf, each.index()).name()))
                            .toList();
        };
    }

    /// The names that a new partition and its indexes would have.
    List<QualifiedName> names(QualifiedName leaf) {
        List<QualifiedName> names = new ArrayList<>();
        names.add(leaf);
        model.facts().indexes().forEach(index -> names.add(indexName(leaf, index.name())));
        for (LeafModel.Child child : model.children()) {
            names.addAll(
                    new LeafSql(root, child.model(), partners)
                            .names(analogous(leaf, child.model().facts().name())));
        }
        return names;
    }

    /// What is named after the model is named after the new partition there.
    QualifiedName indexName(QualifiedName leaf, Identifier index) {
        return new QualifiedName(
                leaf.schema(), Identifier.shortened(leaf.name().value() + suffix(index.value())));
    }

    private QualifiedName analogous(QualifiedName leaf, QualifiedName child) {
        return new QualifiedName(
                leaf.schema(),
                Identifier.shortened(leaf.name().value() + suffix(child.name().value())));
    }

    private String suffix(String name) {
        String prefix = model.facts().name().name().value();
        return name.startsWith(prefix + "_") ? name.substring(prefix.length()) : "_" + name;
    }

    static Sql attach(QualifiedName to, QualifiedName what, SqlPart forValues) {
        return Sql.text("ALTER TABLE {parent} ATTACH PARTITION {leaf} {forValues}")
                .put("parent", to)
                .put("leaf", what)
                .put("forValues", forValues)
                .build();
    }

    /// Foreign keys from partition to partition, which ATTACH does not bring.
    List<Sql> pair(QualifiedName leaf) {
        List<Sql> statements = new ArrayList<>();
        for (ForeignKey key : model.facts().foreignKeys()) {
            statements.add(
                    Sql.text("ALTER TABLE {leaf} ADD CONSTRAINT {name} {definition}")
                            .put("leaf", leaf)
                            .put("name", key.name())
                            .put(
                                    "definition",
                                    key.definition(
                                            Objects.requireNonNull(
                                                    partners.get(key.referenced()),
                                                    "the partner of " + key.referenced())))
                            .build());
        }
        return statements;
    }
}
