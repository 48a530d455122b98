package dev.kalends.migrate;

import dev.kalends.plan.Bounds;
import dev.kalends.plan.MigrationSpec;
import dev.kalends.plan.Partition;
import dev.kalends.plan.Scheme;
import dev.kalends.sql.Identifier;
import dev.kalends.sql.Literal;
import dev.kalends.sql.QualifiedName;
import dev.kalends.sql.ServerText;
import dev.kalends.sql.Sql;
import dev.kalends.sql.SqlList;
import dev.kalends.sql.SqlPart;
import java.util.ArrayList;
import java.util.List;

/// SQL that says which partition a row belongs to.
final class Placement {
    private Placement() {}

    /// Whether all partitions are ranges, so that one number says where a key belongs.
    static boolean byRange(MigrationSpec spec) {
        return spec.scheme().isRange() && spec.rest() == null;
    }

    private static final String BETWEEN = "{key} >= {from} AND {key} < {to}";

    /// A condition that every row of a range satisfies; of other partitions all rows do.
    ///
    /// @param key the column that holds the partition key
    static SqlPart ranged(MigrationSpec spec, Partition partition, SqlPart key) {
        return switch (partition.bounds()) {
            case Bounds.Times _, Bounds.Numbers _ -> between(spec, partition, partition, key);
            case Bounds.Remainder _, Bounds.Values _, Bounds.Rest _ -> Sql.of("true");
        };
    }

    static Sql between(MigrationSpec spec, Partition first, Partition last, SqlPart key) {
        return Sql.text(BETWEEN)
                .put("key", key)
                .put("from", spec.scheme().from(first.bounds()))
                .put("to", spec.scheme().to(last.bounds()))
                .build();
    }

    /// The number of the partition, counted from 1, that holds a row: of ranges from their bounds,
    /// otherwise by asking each in turn.
    ///
    /// @param row the alias of the row
    /// @param rules what the server says of each partition, by `pg_get_partition_constraintdef`;
    ///   not needed for ranges
    static SqlPart number(
            MigrationSpec spec, Identifier row, List<Partition> partitions, List<String> rules) {
        if (byRange(spec)) {
            List<SqlPart> bounds = new ArrayList<>();
            partitions.forEach(each -> bounds.add(spec.scheme().from(each.bounds())));
            return Sql.text("width_bucket({key}, ARRAY[{bounds}]::{type}[])")
                    .put("key", new QualifiedName(row, spec.key()))
                    .put("bounds", SqlList.of(bounds))
                    .put("type", ServerText.of(type(spec)))
                    .build();
        }
        List<SqlPart> cases = new ArrayList<>();
        for (int i = 0; i < partitions.size(); i++) {
            cases.add(
                    Sql.text("WHEN {rule} THEN {number}")
                            .put("rule", ServerText.of(rules.get(i)))
                            .put("number", Literal.of(i + 1))
                            .build());
        }
        return Sql.text("CASE {cases} ELSE 0 END").put("cases", SqlList.words(cases)).build();
    }

    /// The type of the bounds.
    private static String type(MigrationSpec spec) {
        return spec.scheme() instanceof Scheme.TimeRange times
                ? times.codec().castName()
                : "bigint";
    }
}
