package dev.kalends.carry;

import dev.kalends.catalog.StatisticsObject;
import dev.kalends.plan.MigrationSpec;
import dev.kalends.sql.Identifier;
import dev.kalends.sql.Literal;
import dev.kalends.sql.QualifiedName;
import dev.kalends.sql.ServerText;
import dev.kalends.sql.Sql;
import dev.kalends.sql.SqlList;
import dev.kalends.sql.SqlPart;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Extended statistics, on the twin under their final names and on each partition. They do not move
/// along when a table changes its schema.
final class Statistics implements Family {
    private final MigrationSpec spec;

    Statistics(MigrationSpec spec) {
        this.spec = spec;
    }

    @Override
    public List<Sql> onTwin() {
        List<Sql> statements = new ArrayList<>();
        for (StatisticsObject object : spec.source().carried().statistics()) {
            QualifiedName name = object.name().in(spec.migrationNames().twinSchema());
            statements.addAll(create(object, name, spec.migrationNames().twin()));
            if (object.comment() != null) {
                statements.add(
                        Sql.text("COMMENT ON STATISTICS {name} IS {comment}")
                                .put("name", name)
                                .put("comment", Literal.of(object.comment()))
                                .build());
            }
        }
        return statements;
    }

    @Override
    public List<Sql> onLeaf(QualifiedName leaf) {
        List<Sql> statements = new ArrayList<>();
        for (StatisticsObject object : spec.source().carried().statistics()) {
            String name = leaf.name().value() + "_" + object.name().name().value();
            statements.addAll(
                    create(
                            object,
                            new QualifiedName(leaf.schema(), Identifier.shortened(name)),
                            leaf));
        }
        return statements;
    }

    private List<Sql> create(StatisticsObject object, QualifiedName name, QualifiedName table) {
        List<Sql> statements = new ArrayList<>();
        List<SqlPart> clauses = new ArrayList<>();
        clauses.add(Sql.text("CREATE STATISTICS {name}").put("name", name).build());
        if (!object.kinds().isEmpty()) {
            List<ServerText> kinds = object.kinds().stream().map(ServerText::of).toList();
            clauses.add(Sql.text("({kinds})").put("kinds", SqlList.of(kinds)).build());
        }
        clauses.add(
                Sql.text("ON {columns} FROM {table}")
                        .put("columns", ServerText.of(object.columns()))
                        .put("table", table)
                        .build());
        statements.add(Sql.text("{clauses}").put("clauses", SqlList.words(clauses)).build());
        if (object.target() != null) {
            statements.add(
                    Sql.text("ALTER STATISTICS {name} SET STATISTICS {target}")
                            .put("name", name)
                            .put("target", Literal.of(object.target()))
                            .build());
        }
        statements.add(
                Sql.text("ALTER STATISTICS {name} OWNER TO {owner}")
                        .put("name", name)
                        .put("owner", object.owner())
                        .build());
        return statements;
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

    /// @param from null for the schema where the table has it
    /// @param to likewise
    private List<Sql> move(@Nullable Identifier from, @Nullable Identifier to) {
        return spec.source().carried().statistics().stream()
                .map(object ->
                        Sql.text("ALTER STATISTICS {name} SET SCHEMA {schema}")
                                .put("name", from == null ? object.name() : object.name().in(from))
                                .put("schema", to == null ? object.name().schema() : to)
                                .build())
                .toList();
    }
}
