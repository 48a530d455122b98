package dev.kalends.plan;

import dev.kalends.catalog.ForeignKey;
import dev.kalends.catalog.Index;
import dev.kalends.sql.Identifier;
import dev.kalends.sql.QualifiedName;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What the application may rely on besides the rows: unique keys, and the foreign keys from and to
/// the table.
///
/// @param uniques every unique key of the table, the primary key first
/// @param references every foreign key of the table, and every one that points at it
/// @param moves whether a row may change into another partition
public record Contract(List<UniqueKey> uniques, List<Reference> references, Moves moves) {
    public Contract {
        uniques = List.copyOf(uniques);
        references = List.copyOf(references);
    }

    /// Whether a row may be updated so that it belongs to another partition.
    public enum Moves {
        ALLOWED,
        /// Not, because what refers to it would be deleted: where partitions are paired, and before
        /// version 15 wherever a foreign key points at the partitioned table.
        REFUSED
    }

    /// What becomes of a unique key.
    public enum UniqueWay {
        /// It holds the partition keys and stays as it is.
        KEPT,
        /// Widened by the partition keys: the same values may come again with other ones.
        COMPOSITE,
        /// Widened, and kept unique across partitions by a narrow table beside.
        GUARD,
        /// Gone.
        DROP
    }

    /// A unique key and what becomes of it.
    public record UniqueKey(Index index, UniqueWay way) {}

    /// Where a foreign key leads.
    public enum Direction {
        /// From the table to another.
        OUT,
        /// From another table to this one.
        IN,
        /// From the table to itself.
        SELF
    }

    /// What becomes of a foreign key.
    public enum ReferenceWay {
        /// It stays as it is, to or from the partitioned table.
        KEPT,
        /// It points at the guard of the key it names.
        GUARD,
        /// Each partition's points at the other table's partition of the same bounds.
        PAIRED,
        /// Another table of the same migration has it, and brings it along.
        THEIRS,
        /// Gone.
        DROP
    }

    /// A foreign key and what becomes of it.
    ///
    /// @param place where it is added before it can be validated
    /// @param target what it points at after the switch; the other table itself if it is paired or
    ///   dropped
    /// @param partner how a paired key's other table is cut; null for other keys
    public record Reference(
            ForeignKey key,
            Direction direction,
            ReferenceWay way,
            Place place,
            QualifiedName target,
            @Nullable Scheme partner) {}

    /// Where a foreign key is added NOT VALID.
    public enum Place {
        /// On the referencing table itself, whether partitioned or not.
        TABLE,
        /// On each of its partitions; the table's own key joins them once they are valid. Before
        /// version 18 a partitioned table takes no NOT VALID foreign key.
        LEAVES
    }

    public List<UniqueKey> guarded() {
        return uniques.stream().filter(each -> each.way() == UniqueWay.GUARD).toList();
    }

    /// What becomes of a unique index; null for an index that is none.
    public @Nullable UniqueWay way(Identifier index) {
        return uniques.stream()
                .filter(each -> each.index().name().equals(index))
                .map(UniqueKey::way)
                .findFirst()
                .orElse(null);
    }

    public List<Reference> references(Direction direction) {
        return references.stream().filter(each -> each.direction() == direction).toList();
    }
}
