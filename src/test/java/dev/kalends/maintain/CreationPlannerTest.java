package dev.kalends.maintain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kalends.calendar.Interval;
import dev.kalends.calendar.PartitionNames;
import dev.kalends.plan.Bounds;
import dev.kalends.plan.Partition;
import dev.kalends.plan.Scheme;
import dev.kalends.sql.Identifier;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.Period;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CreationPlannerTest {
    private static final LocalDateTime MAY_17 = LocalDateTime.parse("2026-05-17T10:00");

    private static Scheme.TimeRange every(Interval interval) {
        return new Scheme.TimeRange(
                Identifier.of("at"),
                "timestamp",
                ZoneId.of("UTC"),
                interval,
                PartitionNames.standard(),
                Scheme.KeyCollation.KEPT,
                null);
    }

    private static Span<LocalDateTime> span(String from, String to) {
        return new Span<>(LocalDate.parse(from).atStartOfDay(), LocalDate.parse(to).atStartOfDay());
    }

    private static List<Span<LocalDateTime>> due(
            Interval interval, int ahead, List<Span<LocalDateTime>> held) {
        return CreationPlanner.due(every(interval), held, ahead, MAY_17, null);
    }

    @Test
    void makesTheCurrentOneAndThoseAheadOfAnEmptyTable() {
        assertThat(due(Interval.MONTH, 2, List.of()))
                .containsExactly(
                        span("2026-05-01", "2026-06-01"),
                        span("2026-06-01", "2026-07-01"),
                        span("2026-07-01", "2026-08-01"));
    }

    @Test
    void makesNothingWhereAllIsThere() {
        assertThat(due(Interval.MONTH, 1, List.of(span("2026-01-01", "2026-07-01")))).isEmpty();
    }

    @Test
    void goesByTheClockAndNotByTheLastPartition() {
        assertThat(due(Interval.MONTH, 0, List.of(span("2025-12-01", "2026-01-01"))))
                .containsExactly(
                        span("2026-05-01", "2026-06-01"),
                        span("2026-01-01", "2026-02-01"),
                        span("2026-02-01", "2026-03-01"),
                        span("2026-03-01", "2026-04-01"),
                        span("2026-04-01", "2026-05-01"));
    }

    @Test
    void fitsAShorterPartitionAtTheSeamFromMonthsToWeeks() {
        // 2026-06-01 is a Monday, so the seam is put elsewhere.
        assertThat(due(Interval.WEEK, 2, List.of(span("2026-04-01", "2026-05-20"))))
                .containsExactly(
                        span("2026-05-20", "2026-05-25"), span("2026-05-25", "2026-06-01"));
    }

    @Test
    void fitsAShorterPartitionAtTheSeamFromWeeksToMonths() {
        assertThat(due(Interval.MONTH, 1, List.of(span("2026-04-27", "2026-05-25"))))
                .containsExactly(
                        span("2026-05-25", "2026-06-01"), span("2026-06-01", "2026-07-01"));
    }

    @Test
    void leavesAGapThatWouldLeaveAtOnce() {
        List<Span<LocalDateTime>> held =
                List.of(span("2026-01-01", "2026-02-01"), span("2026-04-01", "2026-06-01"));
        assertThat(CreationPlanner.due(every(Interval.MONTH), held, 0, MAY_17, Period.ofMonths(2)))
                .containsExactly(span("2026-03-01", "2026-04-01"));
        assertThat(CreationPlanner.due(every(Interval.MONTH), held, 0, MAY_17, null))
                .containsExactly(
                        span("2026-02-01", "2026-03-01"), span("2026-03-01", "2026-04-01"));
    }

    @Test
    void makesNothingBehindAPartitionWithoutEnd() {
        assertThat(
                        due(
                                Interval.MONTH,
                                3,
                                List.of(
                                        new Span<>(
                                                LocalDate.parse("2026-01-01").atStartOfDay(),
                                                LocalDateTime.MAX))))
                .isEmpty();
    }

    @ParameterizedTest
    @EnumSource(Interval.class)
    void leavesNoInstantOfAHundredYearsWithoutPartition(Interval interval) {
        LocalDateTime now = LocalDateTime.parse("2026-01-31T23:59:59");
        List<Span<LocalDateTime>> held = new ArrayList<>();
        LocalDateTime end = now.plusYears(interval == Interval.HOUR ? 1 : 100);
        while (now.isBefore(end)) {
            held.addAll(CreationPlanner.due(every(interval), held, 2, now, null));
            LocalDateTime at = now;
            assertThat(held).anyMatch(span -> span.holds(at));
            assertThat(held)
                    .anyMatch(span -> span.holds(interval.next(interval.next(interval.floor(at)))));
            // Later than the next, so that some are missed.
            now = interval.next(interval.next(now));
            if (held.size() > 50) {
                held = new ArrayList<>(held.subList(held.size() - 10, held.size()));
            }
        }
    }

    @Test
    void givesATakenNameANumber() {
        Scheme.TimeRange monthly = every(Interval.MONTH);
        List<Partition> made =
                CreationPlanner.named(
                        monthly,
                        "Event",
                        List.of(span("2026-05-01", "2026-06-01"), span("2026-06-01", "2026-07-01")),
                        List.of("event_2026_05", "event_2026_05_2")::contains);

        assertThat(made)
                .containsExactly(
                        new Partition(
                                Identifier.of("event_2026_05_3"),
                                new Bounds.Times(
                                        LocalDateTime.parse("2026-05-01T00:00"),
                                        LocalDateTime.parse("2026-06-01T00:00"))),
                        new Partition(
                                Identifier.of("event_2026_06"),
                                new Bounds.Times(
                                        LocalDateTime.parse("2026-06-01T00:00"),
                                        LocalDateTime.parse("2026-07-01T00:00"))));
        assertThatThrownBy(() ->
                        CreationPlanner.named(
                                monthly,
                                "Event",
                                List.of(span("2026-05-01", "2026-06-01")),
                                name -> true))
                .hasMessage(
                        "Cannot name a partition event_2026_05, nor with _2 to _9 at its end: all are taken");
    }

    @Test
    void namesTwoShortPartitionsOfOneMonthApart() {
        assertThat(
                        CreationPlanner.named(
                                every(Interval.MONTH),
                                "Event",
                                List.of(
                                        span("2026-05-10", "2026-05-12"),
                                        span("2026-05-20", "2026-06-01")),
                                name -> false))
                .extracting(each -> each.name().value())
                .containsExactly("event_2026_05", "event_2026_05_2");
    }

    @Test
    void countsNumbersFromTheGreatest() {
        Scheme.NumberRange thousands =
                new Scheme.NumberRange(Identifier.of("id"), 1000, PartitionNames.standard());
        assertThat(CreationPlanner.due(thousands, List.of(new Span<>(0L, 2000L)), 2, 1999))
                .containsExactly(new Span<>(2000L, 3000L), new Span<>(3000L, 4000L));
        assertThat(CreationPlanner.due(thousands, List.of(new Span<>(0L, 2500L)), 1, 2499))
                .containsExactly(new Span<>(2500L, 3000L), new Span<>(3000L, 4000L));
        assertThat(CreationPlanner.due(thousands, List.of(), 1, Long.MAX_VALUE))
                .allMatch(span -> span.to() > span.from());
    }
}
