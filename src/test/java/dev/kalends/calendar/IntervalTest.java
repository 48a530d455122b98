package dev.kalends.calendar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.LocalDateTime;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class IntervalTest {
    @ParameterizedTest
    @CsvSource({
        "HOUR, 2024-05-17T13:59:59.999999, 2024-05-17T13:00, 2024-05-17T14:00",
        "HOUR, 2024-05-17T14:00, 2024-05-17T14:00, 2024-05-17T15:00",
        "DAY, 2024-02-28T23:59:59.999999, 2024-02-28T00:00, 2024-02-29T00:00",
        "DAY, 2024-02-29T00:00, 2024-02-29T00:00, 2024-03-01T00:00",
        "WEEK, 2024-01-07T23:59:59.999999, 2024-01-01T00:00, 2024-01-08T00:00",
        "WEEK, 2024-01-08T00:00, 2024-01-08T00:00, 2024-01-15T00:00",
        "WEEK, 2023-01-01T12:00, 2022-12-26T00:00, 2023-01-02T00:00",
        "MONTH, 2024-02-29T23:59:59.999999, 2024-02-01T00:00, 2024-03-01T00:00",
        "MONTH, 2024-03-01T00:00, 2024-03-01T00:00, 2024-04-01T00:00",
        "MONTH, 2024-12-31T00:00, 2024-12-01T00:00, 2025-01-01T00:00",
        "QUARTER, 2024-03-31T23:59:59.999999, 2024-01-01T00:00, 2024-04-01T00:00",
        "QUARTER, 2024-04-01T00:00, 2024-04-01T00:00, 2024-07-01T00:00",
        "QUARTER, 2024-12-31T00:00, 2024-10-01T00:00, 2025-01-01T00:00",
        "YEAR, 2024-12-31T23:59:59.999999, 2024-01-01T00:00, 2025-01-01T00:00",
        "YEAR, 2025-01-01T00:00, 2025-01-01T00:00, 2026-01-01T00:00",
        "YEAR, 0000-06-01T00:00, 0000-01-01T00:00, 0001-01-01T00:00"
    })
    void beginsAtItsFloorAndEndsWhereTheNextBegins(
            Interval interval, LocalDateTime at, LocalDateTime floor, LocalDateTime next) {
        assertThat(interval.floor(at)).isEqualTo(floor);
        assertThat(interval.next(floor)).isEqualTo(next);
    }

    @ParameterizedTest
    @CsvSource({
        "month, MONTH",
        "monthly, MONTH",
        "Month, MONTH",
        "daily, DAY",
        "hourly, HOUR",
        "weekly, WEEK",
        "quarterly, QUARTER",
        "yearly, YEAR"
    })
    void readsTheWordAndTheAdverb(String text, Interval interval) {
        assertThat(Interval.parse(text)).isEqualTo(interval);
    }

    @ParameterizedTest
    @EnumSource
    void readsItsOwnWord(Interval interval) {
        assertThat(Interval.parse(interval.word())).isEqualTo(interval);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "mnth", "fortnight", "1 month"})
    void refusesOtherWordsAndNamesThePossibleOnes(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Interval.parse(text))
                .withMessage(
                        "Cannot read \"%s\" as an interval: use hour, day, week, month, quarter or year"
                                .formatted(text));
    }
}
