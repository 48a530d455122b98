package dev.kalends.plan;

import dev.kalends.sql.Identifier;
import dev.kalends.sql.QualifiedName;
import dev.kalends.sql.Sql;
import java.util.List;

/// One change that a tick makes to a partitioned table, each in its own transaction.
public sealed interface MaintenanceStep extends Step {
    /// The partitioned table.
    QualifiedName table();

    /// The partition that it is about.
    QualifiedName partition();

    /// Whether rows leave the table by it, which needs a yes the first time.
    default boolean removes() {
        return switch (this) {
            case FinishDetach _, CreatePartition _, PlaceRows _, UpdateRows _, Export _ -> false;
            case SettleReferrers _, Retire _, ExpireArchive _ -> true;
        };
    }

    /// Which kind of work it belongs to.
    default MaintenanceWork work() {
        return switch (this) {
            case FinishDetach _, CreatePartition _, PlaceRows _ -> MaintenanceWork.CREATE;
            case UpdateRows _, Export _, SettleReferrers _, Retire _, ExpireArchive _ ->
                    MaintenanceWork.LIFECYCLE;
        };
    }

    /// Finishes a `DETACH … CONCURRENTLY` that was interrupted: until then rows of its range are
    /// refused, and no other partition can be detached so.
    record FinishDetach(
            QualifiedName table,
            QualifiedName partition,
            List<Sql> statements,
            List<TableLock> locks)
            implements MaintenanceStep {
        @Override
        public String title() {
            return "Finish the interrupted detach of " + partition;
        }
    }

    /// Adds an empty partition, equal to its siblings.
    ///
    /// @param words what it holds, for people
    record CreatePartition(
            QualifiedName table,
            Partition made,
            String words,
            List<Sql> statements,
            List<TableLock> locks)
            implements MaintenanceStep {
        @Override
        public QualifiedName partition() {
            return table.sibling(made.name().value());
        }

        @Override
        public String title() {
            return "Create %s for %s".formatted(partition(), words);
        }
    }

    /// Puts rows of the default partition where they belong: into a new partition, to which they
    /// are moved in the transaction that attaches it, or by making the default partition itself the
    /// partition of its range.
    ///
    /// @param rest the default partition
    /// @param rows in it that belong there
    record PlaceRows(
            QualifiedName table,
            QualifiedName rest,
            Partition made,
            long rows,
            Way way,
            String words,
            List<Sql> statements,
            List<TableLock> locks)
            implements MaintenanceStep {
        /// How rows get there.
        public enum Way {
            /// Moved, few enough for one short transaction.
            MOVED,
            /// The default partition becomes the partition, and an empty one takes its place.
            SWAPPED
        }

        @Override
        public QualifiedName partition() {
            return table.sibling(made.name().value());
        }

        @Override
        public String title() {
            return switch (way) {
                case MOVED ->
                        "Create %s for %s and move %d rows of %s there"
                                .formatted(partition(), words, rows, rest);
                case SWAPPED ->
                        "Make %s, which holds %d rows of %s, their partition %s, and put an empty default partition in its place"
                                .formatted(rest, rows, words, partition());
            };
        }
    }

    /// Updates old rows of one partition in batches.
    record UpdateRows(
            QualifiedName table,
            QualifiedName partition,
            String rule,
            List<Sql> statements,
            List<TableLock> locks)
            implements MaintenanceStep {
        @Override
        public String title() {
            return "Update rows of %s: %s".formatted(partition, rule);
        }
    }

    /// Writes a partition to the archive and verifies what was written.
    record Export(
            QualifiedName table,
            QualifiedName partition,
            List<Sql> statements,
            List<TableLock> locks)
            implements MaintenanceStep {
        @Override
        public String title() {
            return "Export %s to the archive and verify it".formatted(partition);
        }
    }

    /// Deletes or clears rows of another table that refer to rows of a partition, as configured.
    ///
    /// @param referrer the referring table
    /// @param key its foreign key
    record SettleReferrers(
            QualifiedName table,
            QualifiedName partition,
            QualifiedName referrer,
            Identifier key,
            long rows,
            List<Sql> statements,
            List<TableLock> locks)
            implements MaintenanceStep {
        @Override
        public String title() {
            return "Settle the %d rows of %s that refer to %s, as configured"
                    .formatted(rows, referrer, partition);
        }
    }

    /// Takes a partition out of the table: detaches it, takes its keys out of the guards, and then
    /// drops it or keeps it beside.
    ///
    /// @param rows the planner's estimate; -1 if there is none
    /// @param manner how it is detached
    /// @param end what becomes of it then
    /// @param reason why it is due
    record Retire(
            QualifiedName table,
            QualifiedName partition,
            long partitionOid,
            long rows,
            Manner manner,
            End end,
            String reason,
            List<Sql> statements,
            List<TableLock> locks)
            implements MaintenanceStep {
        /// How a partition is detached.
        public enum Manner {
            /// Without blocking readers and writers of the table.
            CONCURRENTLY,
            /// In one short transaction under an ACCESS EXCLUSIVE lock.
            LOCKED,
            /// It is detached already; what follows is to be done.
            DETACHED
        }

        /// What becomes of a detached partition.
        public enum End {
            /// It is dropped; its rows are gone.
            DROPPED,
            /// It is dropped, once its archive was compared with it again.
            ARCHIVED,
            /// It stays in the database beside the table until its time to be dropped comes.
            SET_ASIDE,
            /// It stays in the database for good, in a schema of its own.
            KEPT
        }

        @Override
        public String title() {
            return "%s %s (%s)"
                    .formatted(
                            switch (end) {
                                case DROPPED -> "Detach and drop";
                                case ARCHIVED -> "Detach, compare with the archive and drop";
                                case SET_ASIDE -> "Detach and set aside";
                                case KEPT -> "Detach and keep";
                            },
                            partition,
                            reason);
        }
    }

    /// Removes a partition from the archive.
    ///
    /// @param archive its number in the journal
    /// @param location the folder of its objects, in the store
    record ExpireArchive(
            QualifiedName table,
            QualifiedName partition,
            long archive,
            String location,
            long rows,
            List<Sql> statements,
            List<TableLock> locks)
            implements MaintenanceStep {
        @Override
        public String title() {
            return "Remove %s with its %d rows from the archive".formatted(partition, rows);
        }
    }
}
