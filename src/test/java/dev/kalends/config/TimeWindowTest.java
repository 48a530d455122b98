package dev.kalends.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TimeWindowTest {
    @ParameterizedTest
    @CsvSource({
        "01:00-05:00, 00:59:59, false",
        "01:00-05:00, 01:00:00, true",
        "01:00-05:00, 04:59:59, true",
        "01:00-05:00, 05:00:00, false",
        "22:00-05:00, 21:59:59, false",
        "22:00-05:00, 22:00:00, true",
        "22:00-05:00, 00:00:00, true",
        "22:00-05:00, 04:59:59, true",
        "22:00-05:00, 05:00:00, false",
        "22:00-00:00, 23:59:59, true",
        "22:00-00:00, 00:00:00, false"
    })
    void containsItsBeginningAndNotItsEnd(String window, String time, boolean contains) {
        Instant instant = Instant.parse("2024-05-17T" + time + "Z");

        assertThat(TimeWindow.parse(window).contains(instant)).isEqualTo(contains);
    }

    @Test
    void isMeantInItsTimeZone() {
        TimeWindow window = TimeWindow.parse("01:00 - 05:00 Europe/Berlin");

        assertThat(window)
                .isEqualTo(
                        new TimeWindow(
                                LocalTime.of(1, 0),
                                LocalTime.of(5, 0),
                                ZoneId.of("Europe/Berlin")));
        assertThat(window.contains(Instant.parse("2024-07-16T22:59:59Z"))).isFalse();
        assertThat(window.contains(Instant.parse("2024-07-16T23:00:00Z"))).isTrue();
        assertThat(TimeWindow.parse(window.display())).isEqualTo(window);
    }

    @ParameterizedTest
    @CsvSource({
        "01:00-05:00, 2024-05-17T00:59:59Z, 2024-05-17T01:00:00Z",
        "01:00-05:00, 2024-05-17T01:00:00Z, 2024-05-17T01:00:00Z",
        "01:00-05:00, 2024-05-17T04:59:59Z, 2024-05-17T04:59:59Z",
        "01:00-05:00, 2024-05-17T05:00:00Z, 2024-05-18T01:00:00Z",
        "22:00-05:00, 2024-05-17T05:00:00Z, 2024-05-17T22:00:00Z",
        "22:00-05:00, 2024-05-17T04:00:00Z, 2024-05-17T04:00:00Z",
        // On this day the clocks of Berlin go from 02:00 to 03:00.
        "02:30-05:00 Europe/Berlin, 2024-03-31T00:00:00Z, 2024-03-31T01:30:00Z",
        "01:00-05:00 Europe/Berlin, 2024-03-31T03:00:00Z, 2024-03-31T23:00:00Z"
    })
    void beginsNextWhenItsBeginningComes(String window, Instant at, Instant next) {
        assertThat(TimeWindow.parse(window).next(at)).isEqualTo(next);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1-5", "01:00", "01:00-25:00", "01:00-24:00"})
    void refusesWhatIsNoWindow(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TimeWindow.parse(text))
                .withMessageStartingWith("Cannot read \"" + text + "\" as a window: write it as");
    }

    @Test
    void refusesAWindowThatHoldsNoTimeAndAZoneThatIsNone() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TimeWindow.parse("01:00-01:00"))
                .withMessageContaining("it holds no time");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TimeWindow.parse("01:00-05:00 Europe/Berln"))
                .withMessageContaining("did you mean Europe/Berlin?");
    }
}
