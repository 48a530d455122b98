package dev.kalends.carry;

import dev.kalends.catalog.IndexTraits;
import dev.kalends.plan.MigrationSpec;
import dev.kalends.sql.Literal;
import dev.kalends.sql.QualifiedName;
import dev.kalends.sql.Sql;
import java.util.ArrayList;
import java.util.List;

/// Comments on indexes, statistics targets of their expressions, and the index that rows are
/// clustered by.
final class IndexUses implements Family {
    private final MigrationSpec spec;

    IndexUses(MigrationSpec spec) {
        this.spec = spec;
    }

    @Override
    public List<Sql> onIndexedLeaf(IndexedLeaf leaf) {
        List<Sql> statements = new ArrayList<>();
        for (IndexTraits index : spec.source().carried().indexes()) {
            QualifiedName name = leaf.index().apply(index.index());
            statements.addAll(targets(index, name));
            if (index.marks().contains(IndexTraits.Mark.CLUSTERED)) {
                // A partitioned table itself cannot be marked.
                statements.add(
                        Sql.text("ALTER TABLE {leaf} CLUSTER ON {index}")
                                .put("leaf", leaf.table())
                                .put("index", name.name())
                                .build());
            }
        }
        return statements;
    }

    @Override
    public List<Sql> onIndexedTwin() {
        List<Sql> statements = new ArrayList<>();
        for (IndexTraits index : spec.source().carried().indexes()) {
            QualifiedName name =
                    new QualifiedName(spec.migrationNames().twinSchema(), index.index());
            statements.addAll(targets(index, name));
            if (index.comment() != null) {
                statements.add(
                        Sql.text("COMMENT ON INDEX {index} IS {comment}")
                                .put("index", name)
                                .put("comment", Literal.of(index.comment()))
                                .build());
            }
        }
        return statements;
    }

    static List<Sql> targets(IndexTraits index, QualifiedName name) {
        return index.targets().stream()
                .map(target ->
                        Sql.text(
                                        "ALTER INDEX {index} ALTER COLUMN {column} SET STATISTICS {target}")
                                .put("index", name)
                                .put("column", Literal.of(target.column()))
                                .put("target", Literal.of(target.target()))
                                .build())
                .toList();
    }
}
