package dev.kalends.carry;

import dev.kalends.catalog.Membership;
import dev.kalends.plan.MigrationSpec;
import dev.kalends.sql.ServerText;
import dev.kalends.sql.Sql;
import dev.kalends.sql.SqlList;
import dev.kalends.sql.SqlPart;
import java.util.ArrayList;
import java.util.List;

/// Publications of the table. They hold it by its oid, so the old one leaves them and the new one
/// enters; subscribers know it by its name and notice nothing.
final class Publications implements Family {
    private final MigrationSpec spec;

    Publications(MigrationSpec spec) {
        this.spec = spec;
    }

    @Override
    public List<Sql> beforeSwap() {
        return spec.source().carried().memberships().stream()
                .map(membership ->
                        Sql.text("ALTER PUBLICATION {publication} DROP TABLE {table}")
                                .put("publication", membership.publication())
                                .put("table", spec.table())
                                .build())
                .toList();
    }

    @Override
    public List<Sql> afterSwap() {
        return spec.source().carried().memberships().stream().map(this::add).toList();
    }

    @Override
    public List<Sql> beforeSwapBack() {
        return beforeSwap();
    }

    @Override
    public List<Sql> afterSwapBack() {
        return afterSwap();
    }

    private Sql add(Membership membership) {
        List<SqlPart> clauses = new ArrayList<>();
        clauses.add(
                Sql.text("ALTER PUBLICATION {publication} ADD TABLE {table}")
                        .put("publication", membership.publication())
                        .put("table", spec.table())
                        .build());
        if (!membership.columns().isEmpty()) {
            clauses.add(
                    Sql.text("({columns})")
                            .put("columns", SqlList.of(membership.columns()))
                            .build());
        }
        if (membership.filter() != null) {
            clauses.add(
                    Sql.text("WHERE ({filter})")
                            .put("filter", ServerText.of(membership.filter()))
                            .build());
        }
        return Sql.text("{clauses}").put("clauses", SqlList.words(clauses)).build();
    }
}
