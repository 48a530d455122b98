package dev.kalends.maintain;

import dev.kalends.catalog.PartitionBounds;
import dev.kalends.catalog.PartitionSet;
import dev.kalends.sql.Identifier;
import dev.kalends.sql.Literal;
import dev.kalends.sql.QualifiedName;
import dev.kalends.sql.Sql;
import dev.kalends.sql.SqlList;
import dev.kalends.sql.SqlPart;
import java.util.ArrayList;
import java.util.List;

/// Conditions on rows by the range of their key.
final class RangeSql {
    private RangeSql() {}

    /// Whether a row is in the range of a partition, in the partition's own bounds.
    ///
    /// @param alias of the row
    static SqlPart within(Identifier alias, Identifier key, PartitionSet.Member member) {
        if (!(member.bounds()
                instanceof
                PartitionBounds.Range(PartitionBounds.End from, PartitionBounds.End to))) {
            throw new IllegalArgumentException(member.name() + " is no range");
        }
        SqlPart value = new QualifiedName(alias, key);
        List<SqlPart> conditions = new ArrayList<>();
        if (from instanceof PartitionBounds.End.At(String text)) {
            conditions.add(
                    Sql.text("{value} >= {bound}")
                            .put("value", value)
                            .put("bound", Literal.of(text))
                            .build());
        }
        if (to instanceof PartitionBounds.End.At(String text)) {
            conditions.add(
                    Sql.text("{value} < {bound}")
                            .put("value", value)
                            .put("bound", Literal.of(text))
                            .build());
        }
        return conditions.isEmpty() ? Sql.of("true") : SqlList.and(conditions);
    }

    /// Whether the columns of two rows are equal.
    static SqlPart equal(
            Identifier one, List<Identifier> columns, Identifier other, List<Identifier> others) {
        List<SqlPart> conditions = new ArrayList<>();
        for (int i = 0; i < columns.size(); i++) {
            conditions.add(
                    Sql.text("{one} = {other}")
                            .put("one", new QualifiedName(one, columns.get(i)))
                            .put("other", new QualifiedName(other, others.get(i)))
                            .build());
        }
        return SqlList.and(conditions);
    }
}
