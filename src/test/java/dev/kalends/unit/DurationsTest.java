package dev.kalends.unit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DurationsTest {
    @ParameterizedTest
    @CsvSource({
        "500us, PT0.0005S",
        "200ms, PT0.2S",
        "10s, PT10S",
        "0s, PT0S",
        "1.5 s, PT1.5S",
        "5 min, PT5M",
        "24 h, PT24H",
        "24H, PT24H",
        "7 days, PT168H",
        "1 day, PT24H",
        "2 weeks, PT336H",
        "1 h 5 min, PT1H5M",
        "1h5min, PT1H5M"
    })
    void readsTheUnitsOfPostgresAndTheirWords(String text, Duration duration) {
        assertThat(Durations.parse(text)).isEqualTo(duration);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "  ", "10", "s", "-1 s", "10 s,", "1 month", "5 m", "ten s"})
    void refusesWhatIsNoDurationWithExamples(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Durations.parse(text))
                .withMessageStartingWith("Cannot read \"" + text + "\" as a duration: ")
                .withMessageEndingWith("for example 200ms, 10s, 5 min, 24 h or 7 days");
    }

    @ParameterizedTest
    @CsvSource({
        "PT0S, 0 ms",
        "PT0.000999S, <1 ms",
        "PT0.001S, 1 ms",
        "PT0.320S, 320 ms",
        "PT0.9999S, 999 ms",
        "PT1S, 1 s",
        "PT1.55S, 1.5 s",
        "PT59.99S, 59.9 s",
        "PT60S, 1 min",
        "PT61S, 1 min 1 s",
        "PT59M59S, 59 min 59 s",
        "PT1H, 1 h",
        "PT1H5M7S, 1 h 5 min",
        "PT23H59M, 23 h 59 min",
        "PT24H, 1 day",
        "PT51H, 2 days 3 h",
        "PT-5M, -5 min"
    })
    void showsTheTwoLargestUnitsAndNeverRoundsUp(Duration duration, String shown) {
        assertThat(Durations.display(duration)).isEqualTo(shown);
    }

    @Test
    void readsWhatItShows() {
        Duration duration = Duration.ofHours(1).plusMinutes(5);

        assertThat(Durations.parse(Durations.display(duration))).isEqualTo(duration);
    }
}
