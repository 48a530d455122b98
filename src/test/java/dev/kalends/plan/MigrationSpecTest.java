package dev.kalends.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import dev.kalends.calendar.Interval;
import dev.kalends.calendar.PartitionNames;
import dev.kalends.sql.Identifier;
import dev.kalends.testing.TestTable;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.List;
import org.junit.jupiter.api.Test;

class MigrationSpecTest {
    private static final Scheme.TimeRange MONTHLY =
            new Scheme.TimeRange(
                    Identifier.of("at"),
                    "timestamp",
                    ZoneId.of("UTC"),
                    Interval.MONTH,
                    PartitionNames.standard(),
                    Scheme.KeyCollation.KEPT,
                    null);

    @Test
    void widensThePrimaryKeyByThePartitionKey() {
        assertThat(spec(TestTable.event()).identity()).containsExactly(Identifier.of("id"));
        assertThat(spec(TestTable.event()).rowKey())
                .containsExactly(Identifier.of("id"), Identifier.of("at"));
    }

    @Test
    void leavesAPrimaryKeyThatHasThePartitionKeyAsItIs() {
        TestTable table = TestTable.event().withoutPrimaryKey().primaryKey("pk", "at", "id");

        assertThat(spec(table).rowKey()).containsExactly(Identifier.of("at"), Identifier.of("id"));
    }

    @Test
    void needsAPrimaryKey() {
        assertThatNullPointerException()
                .isThrownBy(() -> spec(TestTable.event().withoutPrimaryKey()).rowKey())
                .withMessage("a table without primary key is refused");
    }

    @Test
    void writesAllColumnsButGeneratedOnes() {
        MigrationSpec spec = spec(TestTable.event().generated("day", "date"));

        assertThat(spec.writtenColumns()).containsExactly(Identifier.of("id"), Identifier.of("at"));
        assertThat(spec.allColumns())
                .containsExactly(Identifier.of("id"), Identifier.of("at"), Identifier.of("day"));
    }

    @Test
    void findsThePartitionOnBothSidesOfABound() {
        LocalDateTime may = LocalDateTime.parse("2024-05-01T00:00");

        assertThat(Partitions.holding(MONTHLY, "event", may.minusNanos(1000)).name())
                .isEqualTo(Identifier.of("event_2024_04"));
        assertThat(Partitions.holding(MONTHLY, "event", may))
                .isEqualTo(
                        Partition.ofTimes(Identifier.of("event_2024_05"), may, may.plusMonths(1)));
    }

    private static MigrationSpec spec(TestTable table) {
        return new MigrationSpec(
                table.facts(),
                MONTHLY,
                null,
                List.of(),
                new Contract(List.of(), List.of(), Contract.Moves.ALLOWED),
                List.of(),
                2,
                1 << 20,
                1 << 20);
    }
}
