package dev.kalends.migrate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kalends.catalog.Index;
import dev.kalends.plan.MigrationSpec;
import dev.kalends.plan.Partition;
import dev.kalends.plan.Step;
import dev.kalends.plan.TableLock;
import dev.kalends.sql.QualifiedName;
import dev.kalends.sql.Sql;
import dev.kalends.testing.TestTable;
import java.util.List;
import org.junit.jupiter.api.Test;

class MigrationStepsTest {
    private static final MigrationSpec SPEC =
            Planning.of(
                            TestTable.event()
                                    .nullable("memberId", "text")
                                    .index("event_at_idx", Index.Kind.PLAIN, "btree (at)", "at")
                                    .foreignKey(
                                            "event_member_fkey",
                                            "member",
                                            "FOREIGN KEY (\"memberId\") REFERENCES public.member(id)"))
                    .spec();
    private static final List<Step> STEPS = MigrationSteps.of(SPEC);

    @Test
    void namesEveryStep() {
        assertThat(STEPS)
                .extracting(Step::title)
                .containsExactly(
                        "Create the twin kalends_twin_4711.event with 4 partitions",
                        "Capture the writes to public.event",
                        "Copy public.event in 1 chunks by 2 sessions",
                        "Build 2 indexes on each of 4 partitions",
                        "Replay the writes captured meanwhile, then vacuum and analyze",
                        "Validate rows and content of every partition",
                        "Switch public.event to the partitioned table",
                        "Validate the foreign keys",
                        "Drop the old table, after the grace time (point of no return)");
    }

    @Test
    void printsWhatTheRunSends() {
        TwinSql twin = new TwinSql(SPEC);
        CaptureSql capture = new CaptureSql(SPEC, SPEC.migrationNames().captureLog());
        SwitchSql switching = new SwitchSql(SPEC);

        assertThat(statements(0)).containsAll(twin.root());
        for (Partition partition : SPEC.partitions()) {
            assertThat(statements(0)).containsAll(twin.leaf(partition));
            assertThat(statements(0)).contains(twin.attach(partition));
        }
        assertThat(statements(1)).containsAll(capture.log());
        assertThat(statements(1)).containsAll(capture.triggers(SPEC.table()));
        assertThat(statements(3)).hasSize(4 * 2 + 2 * (1 + 4));
        assertThat(statements(4)).containsExactly(new ReplaySql(SPEC).forward(2000));
        assertThat(statements(6)).containsAll(CaptureSql.dropTriggers(SPEC.table()));
        assertThat(statements(6)).containsAll(switching.swap());
        assertThat(statements(6)).containsAll(switching.references().add(SPEC.partitions()));
        assertThat(statements(8)).containsAll(switching.dropOld());
    }

    @Test
    void locksTheTableInUseInFewStepsOnly() {
        QualifiedName event = QualifiedName.of("public", "event");
        QualifiedName member = QualifiedName.of("public", "member");

        assertThat(locks(0)).isEmpty();
        assertThat(locks(1)).containsExactly(event + " SHARE ROW EXCLUSIVE");
        assertThat(locks(2)).containsExactly(event + " ACCESS SHARE");
        assertThat(locks(3)).isEmpty();
        assertThat(locks(4)).containsExactly(event + " ACCESS SHARE");
        assertThat(locks(5)).containsExactly(event + " ACCESS SHARE");
        assertThat(locks(6))
                .containsExactly(member + " SHARE ROW EXCLUSIVE", event + " ACCESS EXCLUSIVE");
        assertThat(locks(7))
                .containsExactly(member + " ACCESS EXCLUSIVE", event + " SHARE ROW EXCLUSIVE");
        assertThat(locks(8)).containsExactly(event + " ACCESS EXCLUSIVE");
    }

    @Test
    void settlesNothingWithoutForeignKeys() {
        MigrationSpec plain = Planning.of(TestTable.event()).spec();
        Step settle = MigrationSteps.of(plain).get(7);

        assertThat(settle.locks()).isEmpty();
        assertThat(settle.statements()).hasSize(plain.partitions().size());
    }

    private static List<Sql> statements(int step) {
        return STEPS.get(step).statements();
    }

    private static List<String> locks(int step) {
        return STEPS.get(step).locks().stream().map(MigrationStepsTest::shown).toList();
    }

    private static String shown(TableLock lock) {
        return lock.table() + " " + lock.mode();
    }
}
