package dev.kalends.migrate;

import dev.kalends.carry.Carry;
import dev.kalends.catalog.Index;
import dev.kalends.execute.LockRetry;
import dev.kalends.journal.Chunk;
import dev.kalends.plan.MigrationNames;
import dev.kalends.plan.MigrationSpec;
import dev.kalends.plan.Partition;
import dev.kalends.plan.Step;
import dev.kalends.plan.TableLock;
import dev.kalends.sql.QualifiedName;
import dev.kalends.sql.Sql;
import java.util.ArrayList;
import java.util.List;

/// The steps of a migration, from the same statements that the run sends.
final class MigrationSteps {
    private final MigrationSpec spec;
    private final MigrationNames names;
    private final TwinSql twin;
    private final SwitchSql switching;

    private MigrationSteps(MigrationSpec spec) {
        this.spec = spec;
        this.names = spec.migrationNames();
        this.twin = new TwinSql(spec);
        this.switching = new SwitchSql(spec);
    }

    static List<Step> of(MigrationSpec spec) {
        MigrationSteps steps = new MigrationSteps(spec);
        return List.of(
                steps.createTwin(),
                steps.startCapture(),
                steps.copyRows(),
                steps.buildIndexes(),
                steps.catchUp(),
                steps.validate(),
                steps.switchTables(),
                steps.settle(),
                steps.dropOld());
    }

    private Step createTwin() {
        List<Sql> statements = new ArrayList<>(twin.root());
        statements.addAll(new GuardSql(spec).create());
        for (Partition partition : spec.partitions()) {
            statements.addAll(twin.leaf(partition));
            statements.add(twin.attach(partition));
        }
        return new Step.CreateTwin(names.twin(), spec.partitions().size(), statements);
    }

    private Step startCapture() {
        CaptureSql capture = new CaptureSql(spec, names.captureLog());
        List<Sql> statements = new ArrayList<>(capture.log());
        statements.addAll(capture.triggers(spec.table()));
        return new Step.StartCapture(
                spec.table(),
                statements,
                List.of(
                        lock(
                                spec.table(),
                                LockRetry.Mode.SHARE_ROW_EXCLUSIVE,
                                "writers wait, at most the lock timeout a try")));
    }

    private Step copyRows() {
        long pages = Math.max(1, spec.source().heapPages());
        long pagesPerChunk = Preparation.pagesPerChunk(spec, pages);
        Chunk first = new Chunk(1, 0, Math.min(pages, pagesPerChunk));
        return new Step.CopyRows(
                spec.table(),
                (int) Math.ceilDiv(pages, pagesPerChunk),
                spec.sessions(),
                List.of(Copier.copy(spec, first)),
                reading());
    }

    private Step buildIndexes() {
        GuardSql guards = new GuardSql(spec);
        List<Sql> statements = new ArrayList<>();
        for (Partition partition : spec.partitions()) {
            for (Index index : twin.indexes()) {
                statements.add(twin.createLeafIndex(partition, index));
            }
            statements.addAll(guards.fill(partition));
        }
        for (Partition partition : spec.partitions()) {
            statements.addAll(twin.onIndexedLeaf(partition));
        }
        for (Index index : twin.indexes()) {
            statements.add(twin.createRootIndex(index));
            for (Partition partition : spec.partitions()) {
                statements.add(twin.attachIndex(partition, index));
            }
        }
        statements.addAll(twin.onIndexedTwin());
        statements.addAll(guards.keys());
        statements.addAll(guards.triggers());
        return new Step.BuildIndexes(spec.partitions().size(), twin.indexes().size(), statements);
    }

    private Step catchUp() {
        return new Step.CatchUp(
                spec.table(),
                List.of(new ReplaySql(spec).forward(Drain.ROWS_PER_BATCH)),
                reading());
    }

    private Step validate() {
        List<Sql> statements = new ArrayList<>();
        statements.add(
                Validator.sums(
                        spec,
                        spec.table(),
                        names.captureLog(),
                        spec.partitions().subList(0, 1),
                        List.of("true"),
                        Validator.Depth.CONTENT));
        statements.addAll(new Carry(spec).beforeReady());
        return new Step.Validate(spec.table(), statements, reading());
    }

    private Step switchTables() {
        List<TableLock> locks = new ArrayList<>();
        for (QualifiedName view : new Carry(spec).lockedViews()) {
            locks.add(
                    lock(view, LockRetry.Mode.ACCESS_EXCLUSIVE, "its readers wait for the switch"));
        }
        for (LockRetry.Wanted wanted :
                SwitchSql.locks(List.of(spec.table()), 2, switching.references().locks())) {
            locks.add(
                    lock(
                            wanted.table(),
                            wanted.mode(),
                            wanted.mode() == LockRetry.Mode.ACCESS_EXCLUSIVE
                                    ? "readers and writers wait for the switch, some milliseconds"
                                    : "writers wait for the switch"));
        }
        return new Step.SwitchTables(spec.table(), Switcher.statements(spec), locks);
    }

    private Step settle() {
        References references = switching.references();
        List<Sql> statements = new ArrayList<>();
        List<TableLock> locks = new ArrayList<>();
        for (References.Placed placed : references.old()) {
            statements.add(placed.drop());
            locks.add(
                    lock(
                            placed.key().referenced(),
                            LockRetry.Mode.ACCESS_EXCLUSIVE,
                            "a moment, to drop the old table's foreign key"));
        }
        references.placed(spec.partitions()).forEach(each -> statements.add(each.validate()));
        for (References.Placed placed : references.joining()) {
            statements.add(placed.add());
            locks.add(
                    lock(
                            placed.table(),
                            LockRetry.Mode.SHARE_ROW_EXCLUSIVE,
                            "a moment, to join the validated foreign keys"));
        }
        statements.addAll(new Carry(spec).onForeignKeys());
        for (QualifiedName leaf : spec.holders(spec.partitions())) {
            statements.add(twin.autovacuumAsBefore(leaf));
        }
        return new Step.SettleForeignKeys(
                spec.table(), statements, locks.stream().distinct().toList());
    }

    private Step dropOld() {
        List<Sql> statements = new ArrayList<>(CaptureSql.dropTriggers(spec.table()));
        statements.addAll(new Carry(spec).dropWithOld());
        statements.addAll(switching.dropOld());
        statements.addAll(new CaptureSql(spec, names.reverseLog()).dropLog());
        return new Step.DropOld(
                names.old(),
                statements,
                List.of(
                        lock(
                                spec.table(),
                                LockRetry.Mode.ACCESS_EXCLUSIVE,
                                "a moment, to remove the triggers")));
    }

    private List<TableLock> reading() {
        return List.of(new TableLock(spec.table(), "ACCESS SHARE", "nobody waits"));
    }

    private static TableLock lock(QualifiedName table, LockRetry.Mode mode, String meaning) {
        return new TableLock(table, mode.name().replace('_', ' '), meaning);
    }
}
