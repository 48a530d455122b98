package dev.kalends.plan;

import dev.kalends.sql.QualifiedName;
import dev.kalends.sql.Sql;
import java.util.List;

/// One change of a plan. Steps say what changes, with the statements that do it; the features know
/// how. Values that only the run knows (a chunk's pages, a batch's limit) stand as `?` or as the
/// first chunk's.
public sealed interface Step
        permits Step.CreateTwin,
                Step.StartCapture,
                Step.CopyRows,
                Step.BuildIndexes,
                Step.CatchUp,
                Step.Validate,
                Step.SwitchTables,
                Step.SettleForeignKeys,
                Step.DropOld,
                MaintenanceStep {
    String title();

    List<Sql> statements();

    /// Locks on tables the application uses; the twin is nobody else's.
    List<TableLock> locks();

    /// Makes the partitioned twin with its empty partitions.
    record CreateTwin(QualifiedName twin, int partitions, List<Sql> statements) implements Step {
        @Override
        public String title() {
            return "Create the twin %s with %d partitions".formatted(twin, partitions);
        }

        @Override
        public List<TableLock> locks() {
            return List.of();
        }
    }

    /// From its commit on every write to the table leaves its key in the log.
    record StartCapture(QualifiedName table, List<Sql> statements, List<TableLock> locks)
            implements Step {
        @Override
        public String title() {
            return "Capture the writes to " + table;
        }
    }

    /// Copies the rows chunk by chunk, each in its own transaction.
    record CopyRows(
            QualifiedName table,
            int chunks,
            int sessions,
            List<Sql> statements,
            List<TableLock> locks)
            implements Step {
        @Override
        public String title() {
            return "Copy %s in %d chunks by %d sessions".formatted(table, chunks, sessions);
        }
    }

    /// Builds each partition's indexes, then the twin's from them.
    record BuildIndexes(int partitions, int indexes, List<Sql> statements) implements Step {
        @Override
        public String title() {
            return "Build %d indexes on each of %d partitions".formatted(indexes, partitions);
        }

        @Override
        public List<TableLock> locks() {
            return List.of();
        }
    }

    /// Replays the captured writes until few are left.
    record CatchUp(QualifiedName table, List<Sql> statements, List<TableLock> locks)
            implements Step {
        @Override
        public String title() {
            return "Replay the writes captured meanwhile, then vacuum and analyze";
        }
    }

    /// Compares rows and content, partition by partition.
    record Validate(QualifiedName table, List<Sql> statements, List<TableLock> locks)
            implements Step {
        @Override
        public String title() {
            return "Validate rows and content of every partition";
        }
    }

    /// The one short transaction in which the twin takes the table's place.
    record SwitchTables(QualifiedName table, List<Sql> statements, List<TableLock> locks)
            implements Step {
        @Override
        public String title() {
            return "Switch " + table + " to the partitioned table";
        }
    }

    /// Validates the foreign keys and joins them on the partitioned table.
    record SettleForeignKeys(QualifiedName table, List<Sql> statements, List<TableLock> locks)
            implements Step {
        @Override
        public String title() {
            return "Validate the foreign keys";
        }
    }

    /// The point of no return: drops the old table.
    record DropOld(QualifiedName old, List<Sql> statements, List<TableLock> locks) implements Step {
        @Override
        public String title() {
            return "Drop the old table, after the grace time (point of no return)";
        }
    }
}
