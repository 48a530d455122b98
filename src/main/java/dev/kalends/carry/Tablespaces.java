package dev.kalends.carry;

import dev.kalends.plan.MigrationSpec;
import dev.kalends.sql.Identifier;
import dev.kalends.sql.QualifiedName;
import dev.kalends.sql.Sql;
import java.util.List;

/// Where the twin and its partitions lie. Both are empty when they are put there.
final class Tablespaces implements Family {
    private final MigrationSpec spec;

    Tablespaces(MigrationSpec spec) {
        this.spec = spec;
    }

    @Override
    public List<Sql> onTwin() {
        return onLeaf(spec.migrationNames().twin());
    }

    @Override
    public List<Sql> onLeaf(QualifiedName leaf) {
        Identifier tablespace = spec.source().carried().tablespace();
        return tablespace == null
                ? List.of()
                : List.of(
                        Sql.text("ALTER TABLE {table} SET TABLESPACE {tablespace}")
                                .put("table", leaf)
                                .put("tablespace", tablespace)
                                .build());
    }
}
