package dev.kalends.carry;

import dev.kalends.catalog.ConstraintComment;
import dev.kalends.plan.Contract;
import dev.kalends.plan.MigrationSpec;
import dev.kalends.sql.Literal;
import dev.kalends.sql.QualifiedName;
import dev.kalends.sql.Sql;
import java.util.List;
import java.util.function.Predicate;

/// Comments on constraints other than checks, whose comments `LIKE` copies. A foreign key is added
/// after the switch, and on the way back again, and gets its comment then.
final class ConstraintComments implements Family {
    private final MigrationSpec spec;

    ConstraintComments(MigrationSpec spec) {
        this.spec = spec;
    }

    @Override
    public List<Sql> onIndexedTwin() {
        return comments(ConstraintComment.Kind.INDEX, spec.migrationNames().twin(), this::isThere);
    }

    @Override
    public List<Sql> onForeignKeys() {
        return comments(ConstraintComment.Kind.FOREIGN_KEY, spec.table(), this::isThere);
    }

    /// Whether the partitioned table itself has the constraint.
    private boolean isThere(ConstraintComment comment) {
        return spec.contract().way(comment.constraint()) != Contract.UniqueWay.DROP
                && spec.contract().references().stream()
                        .filter(each -> each.direction() != Contract.Direction.IN)
                        .filter(each -> each.key().name().equals(comment.constraint()))
                        .allMatch(each ->
                                each.way() == Contract.ReferenceWay.KEPT
                                        || each.way() == Contract.ReferenceWay.GUARD);
    }

    @Override
    public List<Sql> afterSwapBack() {
        return comments(ConstraintComment.Kind.FOREIGN_KEY, spec.table(), comment -> true);
    }

    private List<Sql> comments(
            ConstraintComment.Kind kind, QualifiedName table, Predicate<ConstraintComment> which) {
        return spec.source().carried().constraintComments().stream()
                .filter(comment -> comment.kind() == kind && which.test(comment))
                .map(comment ->
                        Sql.text("COMMENT ON CONSTRAINT {constraint} ON {table} IS {comment}")
                                .put("constraint", comment.constraint())
                                .put("table", table)
                                .put("comment", Literal.of(comment.comment()))
                                .build())
                .toList();
    }
}
