package dev.kalends.maintain;

import dev.kalends.catalog.PartitionSet;
import dev.kalends.plan.SetSpec;
import dev.kalends.sql.Identifier;
import dev.kalends.sql.Literal;
import dev.kalends.sql.QualifiedName;
import dev.kalends.sql.Sql;
import dev.kalends.sql.SqlList;
import dev.kalends.sql.SqlPart;
import java.util.ArrayList;
import java.util.List;

/// Statements about the rows of a restored partition that is not attached yet.
final class RestoreSql {
    private static final Identifier LEAF = Identifier.of("l");
    private static final Identifier OTHER = Identifier.of("r");

    private final QualifiedName leaf;

    RestoreSql(QualifiedName leaf) {
        this.leaf = leaf;
    }

    private static final String CHECKSUM =
            """
            SELECT count(*), coalesce(sum(hashtextextended(CAST (ROW({columns}) AS text), 0)::numeric), 0)::text FROM {leaf} l
            """;

    /// Rows and an order-free checksum of some columns, in this order.
    Sql checksum(List<Identifier> columns) {
        return Sql.text(CHECKSUM)
                .put(
                        "columns",
                        SqlList.of(
                                columns.stream()
                                        .map(each -> new QualifiedName(LEAF, each))
                                        .toList()))
                .put("leaf", leaf)
                .build();
    }

    private static final String ORPHANS =
            """
            SELECT count(*), coalesce(min(CAST (ROW({columns}) AS text)), '') FROM {leaf} l WHERE {orphaned}
            """;
    private static final String REMOVE = "DELETE FROM {leaf} l WHERE {orphaned}";

    /// Rows whose parent is gone: how many, and the key of one.
    ///
    /// @param parents where they are besides
    Sql orphans(PartitionSet.Reference key, Parents parents) {
        return Sql.text(ORPHANS)
                .put(
                        "columns",
                        SqlList.of(
                                key.columns().stream()
                                        .map(each -> new QualifiedName(LEAF, each))
                                        .toList()))
                .put("leaf", leaf)
                .put("orphaned", orphaned(key, parents))
                .build();
    }

    Sql removeOrphans(PartitionSet.Reference key, Parents parents) {
        return Sql.text(REMOVE).put("leaf", leaf).put("orphaned", orphaned(key, parents)).build();
    }

    /// Where the parents of rows may be.
    enum Parents {
        /// In the referenced table.
        THERE,
        /// There, or among the restored rows themselves: the key refers to its own table.
        THERE_OR_HERE
    }

    private static SqlPart missing(PartitionSet.Reference key, QualifiedName from) {
        return Sql.text("NOT EXISTS (SELECT FROM {from} r WHERE {same})")
                .put("from", from)
                .put("same", RangeSql.equal(LEAF, key.columns(), OTHER, key.referencedColumns()))
                .build();
    }

    private SqlPart orphaned(PartitionSet.Reference key, Parents parents) {
        List<SqlPart> conditions = new ArrayList<>();
        for (Identifier column : key.columns()) {
            conditions.add(
                    Sql.text("{column} IS NOT NULL")
                            .put("column", new QualifiedName(LEAF, column))
                            .build());
        }
        conditions.add(missing(key, key.referenced()));
        if (parents == Parents.THERE_OR_HERE) {
            conditions.add(missing(key, leaf));
        }
        return SqlList.and(conditions);
    }

    private static final String TAKEN =
            """
            SELECT count(*), coalesce(min(CAST (ROW({columns}) AS text)), '')
              FROM {leaf} l WHERE EXISTS (SELECT FROM {guard} r WHERE {same} AND NOT ({here}))
            """;

    /// Rows whose unique key is used again meanwhile. What the guard holds at the same place can
    /// only be there for these rows: no other partition has their range.
    Sql taken(SetSpec.Guard guard) {
        return Sql.text(TAKEN)
                .put(
                        "columns",
                        SqlList.of(
                                guard.columns().stream()
                                        .map(each -> new QualifiedName(LEAF, each))
                                        .toList()))
                .put("leaf", leaf)
                .put("guard", guard.table())
                .put("same", RangeSql.equal(LEAF, guard.columns(), OTHER, guard.columns()))
                .put("here", RangeSql.equal(LEAF, guard.place(), OTHER, guard.place()))
                .build();
    }

    private static final String INSERT_KEYS =
            "INSERT INTO {guard} ({columns}) SELECT {values} FROM {leaf} l WHERE {known} ON CONFLICT DO NOTHING";

    /// Puts the keys of the rows into a guard; a key with a null in it is not unique.
    Sql insertKeys(SetSpec.Guard guard) {
        List<Identifier> columns = new ArrayList<>(guard.columns());
        guard.place().stream().filter(each -> !columns.contains(each)).forEach(columns::add);
        List<SqlPart> known = new ArrayList<>();
        for (Identifier column : guard.columns()) {
            known.add(
                    Sql.text("{column} IS NOT NULL")
                            .put("column", new QualifiedName(LEAF, column))
                            .build());
        }
        return Sql.text(INSERT_KEYS)
                .put("guard", guard.table())
                .put("columns", SqlList.of(columns))
                .put(
                        "values",
                        SqlList.of(
                                columns.stream()
                                        .map(each -> new QualifiedName(LEAF, each))
                                        .toList()))
                .put("leaf", leaf)
                .put("known", SqlList.and(known))
                .build();
    }

    private static final String KEYS =
            """
            SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint
             WHERE conrelid = {root} AND contype = 'f' AND conparentid = 0 ORDER BY oid
            """;

    /// The foreign keys that ATTACH gives a partition.
    static Sql keys(long root) {
        return Sql.text(KEYS).put("root", Literal.of(root)).build();
    }
}
