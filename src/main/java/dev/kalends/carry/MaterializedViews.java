package dev.kalends.carry;

import dev.kalends.catalog.ColumnTraits;
import dev.kalends.catalog.Grant;
import dev.kalends.catalog.Index;
import dev.kalends.catalog.IndexTraits;
import dev.kalends.catalog.MaterializedView;
import dev.kalends.plan.MigrationSpec;
import dev.kalends.sql.Identifier;
import dev.kalends.sql.Literal;
import dev.kalends.sql.QualifiedName;
import dev.kalends.sql.ServerText;
import dev.kalends.sql.Sql;
import dev.kalends.sql.SqlList;
import dev.kalends.sql.SqlPart;
import dev.kalends.sql.TableReferences;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Materialized views on the table. Each has a twin that reads the table's twin, with the same
/// name, content, indexes and rights; the two change places in the switch.
final class MaterializedViews implements Family {
    private final MigrationSpec spec;
    private final List<MaterializedView> views;

    MaterializedViews(MigrationSpec spec) {
        this.spec = spec;
        this.views = spec.source().carried().materializedViews();
    }

    private QualifiedName twin(MaterializedView view) {
        return view.name().in(spec.migrationNames().twinSchema());
    }

    @Override
    public List<Sql> beforeReady() {
        List<Sql> statements = new ArrayList<>();
        for (MaterializedView view : views) {
            QualifiedName twin = twin(view);
            statements.add(drop(twin));
            statements.add(
                    Sql.text("GRANT USAGE, CREATE ON SCHEMA {schema} TO {owner}")
                            .put("schema", twin.schema())
                            .put("owner", view.access().owner())
                            .build());
            statements.add(create(view, twin));
            statements.add(
                    alter(
                            twin,
                            Sql.text("OWNER TO {owner}")
                                    .put("owner", view.access().owner())
                                    .build()));
            view.columns().forEach(column -> statements.addAll(column(twin, column)));
            view.indexes().forEach(index -> statements.addAll(index(view, twin, index)));
            statements.addAll(Rights.on(twin, view.access()));
            view.columns().forEach(column -> statements.addAll(grants(twin, column)));
            statements.addAll(comments(view, twin));
            if (view.content() == MaterializedView.Content.POPULATED) {
                statements.add(
                        Sql.text("REFRESH MATERIALIZED VIEW {view}").put("view", twin).build());
                statements.add(Sql.text("ANALYZE {view}").put("view", twin).build());
            }
        }
        return statements;
    }

    private Sql create(MaterializedView view, QualifiedName twin) {
        List<SqlPart> clauses = new ArrayList<>();
        clauses.add(Sql.text("CREATE MATERIALIZED VIEW {view}").put("view", twin).build());
        if (!view.options().isEmpty()) {
            clauses.add(
                    Sql.text("WITH ({options})")
                            .put("options", StorageOptions.of(view.options()))
                            .build());
        }
        if (view.tablespace() != null) {
            clauses.add(
                    Sql.text("TABLESPACE {tablespace}")
                            .put("tablespace", view.tablespace())
                            .build());
        }
        String definition =
                TableReferences.renamed(
                        view.definition(), spec.table(), spec.migrationNames().twin());
        clauses.add(
                Sql.text("AS {definition} WITH NO DATA")
                        .put("definition", ServerText.of(definition))
                        .build());
        return Sql.text("{clauses}").put("clauses", SqlList.words(clauses)).build();
    }

    private static Sql alter(QualifiedName view, Sql action) {
        return Sql.text("ALTER MATERIALIZED VIEW {view} {action}")
                .put("view", view)
                .put("action", action)
                .build();
    }

    private static List<Sql> column(QualifiedName view, ColumnTraits column) {
        List<Sql> statements = new ArrayList<>();
        if (column.statisticsTarget() != null) {
            statements.add(
                    alter(
                            view,
                            Sql.text("ALTER COLUMN {column} SET STATISTICS {target}")
                                    .put("column", column.column())
                                    .put("target", Literal.of(column.statisticsTarget()))
                                    .build()));
        }
        if (!column.options().isEmpty()) {
            statements.add(
                    alter(
                            view,
                            Sql.text("ALTER COLUMN {column} SET ({options})")
                                    .put("column", column.column())
                                    .put("options", StorageOptions.of(column.options()))
                                    .build()));
        }
        return statements;
    }

    private static List<Sql> grants(QualifiedName view, ColumnTraits column) {
        List<Sql> statements = new ArrayList<>();
        for (Grant grant : column.grants()) {
            statements.add(
                    Sql.text("GRANT {privilege} ({column}) ON {view} TO {grantee}{option}")
                            .put("privilege", ServerText.of(grant.privilege()))
                            .put("column", column.column())
                            .put("view", view)
                            .put("grantee", ServerText.of(grant.grantee()))
                            .put("option", ServerText.of(grant.option()))
                            .build());
        }
        return statements;
    }

    private static List<Sql> index(MaterializedView view, QualifiedName twin, Index index) {
        IndexTraits traits = view.traitsOf(index);
        Sql kind = index.kind() == Index.Kind.UNIQUE ? Sql.of("UNIQUE INDEX") : Sql.of("INDEX");
        Sql create =
                Sql.text("CREATE {kind} {name} ON {view} USING {definition}")
                        .put("kind", kind)
                        .put("name", index.name())
                        .put("view", twin)
                        .put("definition", ServerText.of(index.definition()))
                        .build();
        List<Sql> statements = new ArrayList<>();
        statements.add(IndexShape.placed(traits == null ? null : traits.tablespace(), create));
        if (traits != null) {
            QualifiedName name = new QualifiedName(twin.schema(), index.name());
            statements.addAll(IndexUses.targets(traits, name));
            if (traits.comment() != null) {
                statements.add(
                        Sql.text("COMMENT ON INDEX {index} IS {comment}")
                                .put("index", name)
                                .put("comment", Literal.of(traits.comment()))
                                .build());
            }
            if (traits.marks().contains(IndexTraits.Mark.CLUSTERED)) {
                statements.add(
                        alter(
                                twin,
                                Sql.text("CLUSTER ON {index}").put("index", index.name()).build()));
            }
        }
        return statements;
    }

    private static List<Sql> comments(MaterializedView view, QualifiedName twin) {
        List<Sql> statements = new ArrayList<>();
        if (view.comment() != null) {
            statements.add(
                    Sql.text("COMMENT ON MATERIALIZED VIEW {view} IS {comment}")
                            .put("view", twin)
                            .put("comment", Literal.of(view.comment()))
                            .build());
        }
        for (MaterializedView.ColumnComment column : view.columnComments()) {
            statements.add(
                    Sql.text("COMMENT ON COLUMN {view}.{column} IS {comment}")
                            .put("view", twin)
                            .put("column", column.column())
                            .put("comment", Literal.of(column.comment()))
                            .build());
        }
        return statements;
    }

    @Override
    public List<Sql> lock() {
        return views.stream()
                .map(view ->
                        alter(
                                view.name(),
                                Sql.text("OWNER TO {owner}")
                                        .put("owner", view.access().owner())
                                        .build()))
                .toList();
    }

    @Override
    public List<QualifiedName> lockedViews() {
        return views.stream().map(MaterializedView::name).toList();
    }

    @Override
    public List<Sql> beforeSwap() {
        return move(null, spec.migrationNames().oldSchema());
    }

    @Override
    public List<Sql> afterSwap() {
        return move(spec.migrationNames().twinSchema(), null);
    }

    @Override
    public List<Sql> beforeSwapBack() {
        return move(null, spec.migrationNames().twinSchema());
    }

    @Override
    public List<Sql> afterSwapBack() {
        return move(spec.migrationNames().oldSchema(), null);
    }

    /// @param from null for the schema where the view is used
    /// @param to likewise
    private List<Sql> move(@Nullable Identifier from, @Nullable Identifier to) {
        return views.stream()
                .map(view ->
                        alter(
                                from == null ? view.name() : view.name().in(from),
                                Sql.text("SET SCHEMA {schema}")
                                        .put("schema", to == null ? view.name().schema() : to)
                                        .build()))
                .toList();
    }

    @Override
    public List<Sql> dropWithOld() {
        return views.stream()
                .map(view -> drop(view.name().in(spec.migrationNames().oldSchema())))
                .toList();
    }

    @Override
    public List<Sql> dropWithTwin() {
        return views.stream().map(view -> drop(twin(view))).toList();
    }

    private static Sql drop(QualifiedName view) {
        return Sql.text("DROP MATERIALIZED VIEW IF EXISTS {view}").put("view", view).build();
    }
}
