package dev.kalends.calendar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.LocalDateTime;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class WindowsTest {
    private static final LocalDateTime JANUARY = LocalDateTime.parse("2024-01-01T00:00");
    private static final LocalDateTime FEBRUARY = LocalDateTime.parse("2024-02-01T00:00");
    private static final LocalDateTime MARCH = LocalDateTime.parse("2024-03-01T00:00");

    @Test
    void holdsItsFirstMomentAndNotItsLast() {
        Window january = new Window(JANUARY, FEBRUARY);

        assertThat(january.contains(JANUARY.minusNanos(1))).isFalse();
        assertThat(january.contains(JANUARY)).isTrue();
        assertThat(january.contains(FEBRUARY.minusNanos(1))).isTrue();
        assertThat(january.contains(FEBRUARY)).isFalse();
    }

    @Test
    void refusesAWindowThatHoldsNoTime() {
        assertThat(new Window(JANUARY, JANUARY.plusNanos(1)).contains(JANUARY)).isTrue();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Window(JANUARY, JANUARY))
                .withMessageEndingWith("it holds no time");
    }

    @Test
    void coversTheLastMomentToo() {
        List<Window> untilFebruary =
                Windows.covering(Interval.MONTH, JANUARY.plusDays(3), FEBRUARY.minusNanos(1));
        List<Window> withFebruary = Windows.covering(Interval.MONTH, JANUARY.plusDays(3), FEBRUARY);

        assertThat(untilFebruary).containsExactly(new Window(JANUARY, FEBRUARY));
        assertThat(withFebruary)
                .containsExactly(new Window(JANUARY, FEBRUARY), new Window(FEBRUARY, MARCH));
    }

    @Test
    void coversOneMomentWithOneWindow() {
        assertThat(Windows.covering(Interval.QUARTER, FEBRUARY, FEBRUARY))
                .containsExactly(new Window(JANUARY, LocalDateTime.parse("2024-04-01T00:00")));
    }

    @ParameterizedTest
    @EnumSource
    void coversWithoutGapsAndAsOftenAsItCounts(Interval interval) {
        LocalDateTime first = LocalDateTime.parse("2023-11-30T05:06:07");
        LocalDateTime last = LocalDateTime.parse("2024-03-01T00:00");

        List<Window> windows = Windows.covering(interval, first, last);

        assertThat(windows).hasSize(Math.toIntExact(interval.countCovering(first, last)));
        assertThat(windows.getFirst().contains(first)).isTrue();
        assertThat(windows.getLast().contains(last)).isTrue();
        for (int i = 1; i < windows.size(); i++) {
            assertThat(windows.get(i).from()).isEqualTo(windows.get(i - 1).to());
        }
    }

    @Test
    void allowsTenThousandWindowsAndNotOneMore() {
        LocalDateTime last = JANUARY.plusDays(9_999);

        assertThat(Windows.covering(Interval.DAY, JANUARY, last)).hasSize(10_000);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Windows.covering(Interval.DAY, JANUARY, last.plusDays(1)))
                .withMessageContaining("that takes 10001 partitions, 10000 are allowed")
                .withMessageContaining("choose week (1429 partitions)");
    }

    @Test
    void suspectsTheDatesWhenNoIntervalIsLongEnough() {
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> Windows.covering(Interval.DAY, JANUARY, JANUARY.plusYears(10_000)))
                .withMessageEndingWith("; look for wrong dates at both ends");
    }

    @Test
    void refusesAnEndBeforeTheBeginning() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Windows.covering(Interval.DAY, FEBRUARY, JANUARY))
                .withMessageEndingWith("the end is before the beginning");
    }
}
