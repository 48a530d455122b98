package dev.kalends.catalog;

import dev.kalends.sql.Identifier;
import dev.kalends.sql.QualifiedName;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A partitioned table with its partitions, as the catalog shows them at one instant.
///
/// @param oid of the partitioned table
/// @param method how it is cut
/// @param keys the columns of its key; an expression has no entry
/// @param keyCount how many parts the key has, expressions included
/// @param members its partitions, in no order
/// @param references foreign keys from and to the table, its partitions and its guards
public record PartitionSet(
        long oid,
        QualifiedName name,
        Identifier owner,
        Method method,
        List<KeyColumn> keys,
        int keyCount,
        List<Member> members,
        List<Reference> references) {
    public PartitionSet {
        keys = List.copyOf(keys);
        members = List.copyOf(members);
        references = List.copyOf(references);
    }

    /// How a table is cut.
    public enum Method {
        RANGE,
        LIST,
        HASH
    }

    /// @param type as `format_type` prints it
    public record KeyColumn(Identifier name, String type) {}

    /// A partition.
    ///
    /// @param place where its rows lie
    /// @param standing whether it is being detached
    /// @param rows the planner's estimate; -1 if there is none
    /// @param pages of its heap, as last counted
    public record Member(
            long oid,
            QualifiedName name,
            Place place,
            PartitionBounds bounds,
            String boundsText,
            Standing standing,
            long rows,
            long pages) {
        public boolean isRest() {
            return bounds instanceof PartitionBounds.Rest;
        }
    }

    /// Where a partition's rows lie.
    public enum Place {
        /// In itself.
        TABLE,
        /// In partitions of its own.
        PARTITIONED,
        /// On another server.
        FOREIGN
    }

    /// Whether a partition is being detached.
    public enum Standing {
        ATTACHED,
        /// `DETACH … CONCURRENTLY` began and did not end.
        DETACHING
    }

    /// A foreign key that concerns the set.
    ///
    /// @param referencing the table that has it; of a set's own, the partitioned table or one
    ///   partition
    /// @param referenced what it points at: another table, the partitioned table, one partition, or
    ///   a guard
    /// @param action what happens to the referencing row when the referenced one is deleted
    public record Reference(
            Identifier name,
            long referencingOid,
            QualifiedName referencing,
            long referencedOid,
            QualifiedName referenced,
            List<Identifier> columns,
            List<Identifier> referencedColumns,
            Action action) {
        public Reference {
            columns = List.copyOf(columns);
            referencedColumns = List.copyOf(referencedColumns);
        }
    }

    /// What a foreign key does when the referenced row is deleted.
    public enum Action {
        NO_ACTION,
        RESTRICT,
        CASCADE,
        SET_NULL,
        SET_DEFAULT
    }

    /// The default partition; null if there is none.
    public @Nullable Member rest() {
        return members.stream().filter(Member::isRest).findFirst().orElse(null);
    }

    public @Nullable Member member(long memberOid) {
        return members.stream().filter(each -> each.oid() == memberOid).findFirst().orElse(null);
    }

    /// The set when a table that was one of its partitions is gone, with its foreign keys.
    public PartitionSet without(long memberOid) {
        return new PartitionSet(
                oid,
                name,
                owner,
                method,
                keys,
                keyCount,
                members.stream().filter(each -> each.oid() != memberOid).toList(),
                references.stream()
                        .filter(each ->
                                each.referencingOid() != memberOid
                                        && each.referencedOid() != memberOid)
                        .toList());
    }
}
