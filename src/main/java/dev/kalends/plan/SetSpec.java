package dev.kalends.plan;

import dev.kalends.catalog.Index;
import dev.kalends.sql.Identifier;
import dev.kalends.sql.QualifiedName;
import java.util.List;

/// How a partitioned table is maintained, as the journal keeps it: what a conversion or an adoption
/// fixed. What becomes of old partitions stands in the configuration alone.
///
/// @param scheme how the table is cut; later partitions may be cut at another interval
/// @param ahead how many partitions after the current one exist beforehand, unless the
///   configuration says otherwise
/// @param guards the narrow tables that keep unique keys unique across its partitions
public record SetSpec(QualifiedName table, Scheme scheme, int ahead, List<Guard> guards) {
    public SetSpec {
        guards = List.copyOf(guards);
    }

    /// A guard of a unique key.
    ///
    /// @param columns of the unique key
    /// @param place the partition keys, which the guard holds as well
    public record Guard(QualifiedName table, List<Identifier> columns, List<Identifier> place) {
        public Guard {
            columns = List.copyOf(columns);
            place = List.copyOf(place);
        }
    }

    /// Of a table that was converted.
    public static SetSpec of(MigrationSpec spec, int ahead) {
        return new SetSpec(
                spec.table(),
                spec.scheme(),
                ahead,
                spec.contract().guarded().stream().map(key -> guard(spec, key.index())).toList());
    }

    private static Guard guard(MigrationSpec spec, Index index) {
        return new Guard(spec.migrationNames().guard(index), index.columns(), spec.partitionKeys());
    }
}
