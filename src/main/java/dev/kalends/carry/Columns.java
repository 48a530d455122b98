package dev.kalends.carry;

import dev.kalends.catalog.ColumnTraits;
import dev.kalends.catalog.Grant;
import dev.kalends.plan.MigrationSpec;
import dev.kalends.sql.Identifier;
import dev.kalends.sql.Literal;
import dev.kalends.sql.QualifiedName;
import dev.kalends.sql.ServerText;
import dev.kalends.sql.Sql;
import java.util.ArrayList;
import java.util.List;

/// What single columns have that `LIKE` does not copy: statistics targets, `n_distinct`, grants.
final class Columns implements Family {
    private static final String DISTINCT = "n_distinct";
    private static final String DISTINCT_TOGETHER = "n_distinct_inherited";

    private final MigrationSpec spec;

    Columns(MigrationSpec spec) {
        this.spec = spec;
    }

    @Override
    public List<Sql> onTwin() {
        QualifiedName twin = spec.migrationNames().twin();
        List<Sql> statements = new ArrayList<>(statistics(twin));
        for (ColumnTraits column : spec.source().carried().columns()) {
            String together = value(column, DISTINCT_TOGETHER);
            String alone = value(column, DISTINCT);
            if (together.isEmpty() && !alone.isEmpty()) {
                // What says how many values a plain table has says it of a partitioned one under
                // this name only.
                statements.add(option(twin, column, DISTINCT_TOGETHER, alone));
            }
            for (Grant grant : column.grants()) {
                statements.add(
                        Sql.text("GRANT {privilege} ({column}) ON {twin} TO {grantee}{option}")
                                .put("privilege", ServerText.of(grant.privilege()))
                                .put("column", column.column())
                                .put("twin", twin)
                                .put("grantee", ServerText.of(grant.grantee()))
                                .put("option", ServerText.of(grant.option()))
                                .build());
            }
        }
        return statements;
    }

    @Override
    public List<Sql> onLeaf(QualifiedName leaf) {
        return statistics(leaf);
    }

    private List<Sql> statistics(QualifiedName table) {
        List<Sql> statements = new ArrayList<>();
        for (ColumnTraits column : spec.source().carried().columns()) {
            if (column.statisticsTarget() != null) {
                statements.add(
                        Sql.text(
                                        "ALTER TABLE {table} ALTER COLUMN {column} SET STATISTICS {target}")
                                .put("table", table)
                                .put("column", column.column())
                                .put("target", Literal.of(column.statisticsTarget()))
                                .build());
            }
            for (String each : column.options()) {
                String name = each.substring(0, each.indexOf('='));
                statements.add(option(table, column, name, value(column, name)));
            }
        }
        return statements;
    }

    private static String value(ColumnTraits column, String option) {
        return column.options().stream()
                .filter(each -> each.startsWith(option + "="))
                .map(each -> each.substring(option.length() + 1))
                .findFirst()
                .orElse("");
    }

    private static Sql option(QualifiedName table, ColumnTraits column, String name, String value) {
        return Sql.text("ALTER TABLE {table} ALTER COLUMN {column} SET ({name} = {value})")
                .put("table", table)
                .put("column", column.column())
                .put("name", Identifier.of(name))
                .put("value", Literal.of(value))
                .build();
    }
}
