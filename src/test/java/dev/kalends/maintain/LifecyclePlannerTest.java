package dev.kalends.maintain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kalends.catalog.PartitionBounds;
import dev.kalends.catalog.PartitionSet;
import dev.kalends.config.LifecycleConfig;
import dev.kalends.sql.QualifiedName;
import dev.kalends.testing.MaintainedTables;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.List;
import org.junit.jupiter.api.Test;

class LifecyclePlannerTest {
    private static LifecycleConfig lifecycle(String text) {
        return MaintainedTables.config(
                        "  - {table: E, partition: {key: at, every: month}, lifecycle: %s}\n"
                                .formatted(text))
                .tables()
                .getFirst()
                .lifecycle();
    }

    private static Slots.Slot<LocalDateTime> month(
            String from, PartitionSet.Place place, PartitionSet.Standing standing) {
        LocalDateTime begin = LocalDate.parse(from).atStartOfDay();
        return new Slots.Slot<>(
                new PartitionSet.Member(
                        1,
                        QualifiedName.of("public", "e_" + from),
                        place,
                        new PartitionBounds.Rest(),
                        "",
                        standing,
                        0,
                        0),
                new Span<>(begin, begin.plusMonths(1)));
    }

    private static Slots.Slot<LocalDateTime> month(String from) {
        return month(from, PartitionSet.Place.TABLE, PartitionSet.Standing.ATTACHED);
    }

    private static List<LifecyclePlanner.Due> due(
            String lifecycle, String now, List<Slots.Slot<LocalDateTime>> slots) {
        return LifecyclePlanner.due(slots, lifecycle(lifecycle), LocalDateTime.parse(now));
    }

    @Test
    void takesOutThePartitionThatEndsExactlyWhereRetentionBegins() {
        List<Slots.Slot<LocalDateTime>> slots = List.of(month("2024-01-01"), month("2024-02-01"));

        assertThat(due("{retain: 24 months, drop: true}", "2026-02-01T00:00", slots))
                .extracting(each -> each.member().name().name().value())
                .containsExactly("e_2024-01-01");
        assertThat(due("{retain: 24 months, drop: true}", "2026-01-31T23:59:59", slots)).isEmpty();
    }

    @Test
    void neverTakesARowThatIsYoungerByTheCalendar() {
        // It holds 2026-01-30 12:00, which is a month old at the end of February only.
        List<Slots.Slot<LocalDateTime>> slots = List.of(month("2025-12-31"));
        assertThat(due("{retain: 1 month, drop: true}", "2026-02-28T23:59", slots)).isEmpty();
        assertThat(due("{retain: 1 month, drop: true}", "2026-03-01T00:00", slots)).hasSize(1);
    }

    @Test
    void exportsBeforeAnythingLeaves() {
        LifecyclePlanner.Due due =
                due(
                                "{exportAfter: 1 month, retain: 3 months}",
                                "2026-03-01T00:00",
                                List.of(month("2026-01-01")))
                        .getFirst();
        assertThat(due.archiving()).isEqualTo(LifecyclePlanner.Archiving.DUE);
        assertThat(due.leaving()).isEqualTo(LifecyclePlanner.Leaving.STAYS);
    }

    @Test
    void setsAsideBetweenArchiveAfterAndRetain() {
        LifecyclePlanner.Due due =
                due(
                                "{archiveAfter: 1 month, retain: 3 months}",
                                "2026-03-01T00:00",
                                List.of(month("2026-01-01")))
                        .getFirst();
        assertThat(due.leaving()).isEqualTo(LifecyclePlanner.Leaving.SET_ASIDE);
        assertThat(due.reason()).isEqualTo("archiveAfter: 1 month");
    }

    @Test
    void updatesOnlyThePartitionsThatHoldRowsOfThatAge() {
        String rule = "{update: [{after: 90 days, set: 'a = 1', where: 'a = 0'}]}";
        List<Slots.Slot<LocalDateTime>> slots = List.of(month("2026-01-01"), month("2026-02-01"));

        assertThat(due(rule, "2026-05-02T00:00:01", slots))
                .extracting(each -> each.member().name().name().value())
                .containsExactly("e_2026-01-01", "e_2026-02-01");
        assertThat(due(rule, "2026-05-02T00:00", slots))
                .extracting(each -> each.member().name().name().value())
                .containsExactly("e_2026-01-01");
    }

    @Test
    void leavesForeignPartitionsAndThoseBeingDetachedAlone() {
        assertThat(
                        due(
                                "{retain: 1 month, drop: true}",
                                "2030-01-01T00:00",
                                List.of(
                                        month(
                                                "2026-01-01",
                                                PartitionSet.Place.FOREIGN,
                                                PartitionSet.Standing.ATTACHED),
                                        month(
                                                "2026-02-01",
                                                PartitionSet.Place.TABLE,
                                                PartitionSet.Standing.DETACHING))))
                .isEmpty();
    }
}
