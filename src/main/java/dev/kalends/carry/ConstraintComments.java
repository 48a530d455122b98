package dev.kalends.carry;

import dev.kalends.catalog.ConstraintComment;
import dev.kalends.plan.MigrationSpec;
import dev.kalends.sql.Literal;
import dev.kalends.sql.QualifiedName;
import dev.kalends.sql.Sql;
import java.util.List;

/// Comments on constraints other than checks, whose comments `LIKE` copies. A foreign key is added
/// after the switch, and on the way back again, and gets its comment then.
final class ConstraintComments implements Family {
    private final MigrationSpec spec;

    ConstraintComments(MigrationSpec spec) {
        this.spec = spec;
    }

    @Override
    public List<Sql> onIndexedTwin() {
        return comments(ConstraintComment.Kind.INDEX, spec.migrationNames().twin());
    }

    @Override
    public List<Sql> onForeignKeys() {
        return comments(ConstraintComment.Kind.FOREIGN_KEY, spec.table());
    }

    @Override
    public List<Sql> afterSwapBack() {
        return comments(ConstraintComment.Kind.FOREIGN_KEY, spec.table());
    }

    private List<Sql> comments(ConstraintComment.Kind kind, QualifiedName table) {
        return spec.source().carried().constraintComments().stream()
                .filter(comment -> comment.kind() == kind)
                .map(comment ->
                        Sql.text("COMMENT ON CONSTRAINT {constraint} ON {table} IS {comment}")
                                .put("constraint", comment.constraint())
                                .put("table", table)
                                .put("comment", Literal.of(comment.comment()))
                                .build())
                .toList();
    }
}
