package dev.kalends.key;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.kalends.calendar.Interval;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KeyTypeTest {
    private static final ZoneId UTC = ZoneId.of("UTC");
    private static final LocalDateTime JANUARY = LocalDateTime.parse("2024-01-01T00:00");

    @ParameterizedTest
    @CsvSource({
        "date, DATE",
        "timestamp without time zone, TIMESTAMP",
        "timestamp(3) without time zone, TIMESTAMP",
        "timestamp with time zone, TIMESTAMPTZ",
        "timestamp(0) with time zone, TIMESTAMPTZ"
    })
    void knowsWhatFormatTypePrints(String formatType, KeyType type) {
        assertThat(KeyType.ofTypeName(formatType)).isEqualTo(type);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "text",
                "bigint",
                "date[]",
                "public.date",
                "timestamp without time zone[]",
                "time with time zone"
            })
    void knowsNoOtherType(String formatType) {
        assertThat(KeyType.ofTypeName(formatType)).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "DATE, UTC, 2024-01-01T00:00, 2024-01-01",
        "DATE, Europe/Berlin, 2024-01-01T00:00, 2024-01-01",
        "TIMESTAMP, UTC, 2024-01-01T00:00, 2024-01-01 00:00:00",
        "TIMESTAMP, Europe/Berlin, 2024-01-01T13:00, 2024-01-01 13:00:00",
        "TIMESTAMP, UTC, 2024-01-01T00:00:00.000001, 2024-01-01 00:00:00.000001",
        "TIMESTAMPTZ, UTC, 2024-01-01T00:00, 2024-01-01 00:00:00+00",
        "TIMESTAMPTZ, Europe/Berlin, 2024-01-01T00:00, 2023-12-31 23:00:00+00",
        "TIMESTAMPTZ, Europe/Berlin, 2024-07-01T00:00, 2024-06-30 22:00:00+00",
        "TIMESTAMPTZ, Asia/Kolkata, 2024-01-01T00:00, 2023-12-31 18:30:00+00",
        "DATE, UTC, 0001-01-01T00:00, 0001-01-01",
        "DATE, UTC, 0000-12-01T00:00, 0001-12-01 BC",
        "TIMESTAMP, UTC, -0043-03-15T00:00, 0044-03-15 00:00:00 BC",
        "TIMESTAMPTZ, UTC, -0043-03-15T00:00, 0044-03-15 00:00:00+00 BC",
        "TIMESTAMP, UTC, +10000-01-01T00:00, 10000-01-01 00:00:00"
    })
    void writesABoundAndReadsItBack(KeyType type, ZoneId zone, LocalDateTime at, String text) {
        assertThat(type.bound(at, zone).text()).isEqualTo(text);
        assertThat(type.read(text, zone)).isEqualTo(at);
    }

    @ParameterizedTest
    @CsvSource({
        "2024-03-31T02:00, 2024-03-31 01:00:00+00",
        "2024-03-31T02:30, 2024-03-31 01:00:00+00",
        "2024-03-31T03:00, 2024-03-31 01:00:00+00"
    })
    void putsABoundInSkippedTimeWhereTheClocksWerePutForward(LocalDateTime at, String bound) {
        assertThat(KeyType.TIMESTAMPTZ.bound(at, ZoneId.of("Europe/Berlin")).text())
                .isEqualTo(bound);
    }

    @Test
    void putsABoundInRepeatedTimeAtItsFirstTime() {
        LocalDateTime twice = LocalDateTime.parse("2024-10-27T02:30");

        assertThat(KeyType.TIMESTAMPTZ.bound(twice, ZoneId.of("Europe/Berlin")).text())
                .isEqualTo("2024-10-27 00:30:00+00");
    }

    @Test
    void writesTheSameDigitsInEveryLocale() {
        Locale before = Locale.getDefault();
        try {
            Locale.setDefault(Locale.forLanguageTag("ar-EG"));
            assertThat(KeyType.TIMESTAMP.bound(JANUARY, UTC).text())
                    .isEqualTo("2024-01-01 00:00:00");
        } finally {
            Locale.setDefault(before);
        }
    }

    @Test
    void refusesABoundTheTypeCannotHold() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> KeyType.TIMESTAMP.bound(JANUARY.plusNanos(1), UTC))
                .withMessageEndingWith("PostgreSQL keeps whole microseconds");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> KeyType.DATE.bound(JANUARY.plusHours(1), UTC))
                .withMessageEndingWith("it is no midnight");
    }

    @ParameterizedTest
    @CsvSource({
        "TIMESTAMP, UTC, 2024-01-31 13:14:15.123, 2024-01-31T13:14:15.123",
        "TIMESTAMP, UTC, 2024-01-31 13:14:15.123456, 2024-01-31T13:14:15.123456",
        "TIMESTAMPTZ, UTC, 2024-01-31 13:14:15.5+05:30, 2024-01-31T07:44:15.5",
        "TIMESTAMPTZ, UTC, 2024-01-31 13:14:15-03, 2024-01-31T16:14:15",
        "TIMESTAMPTZ, UTC, 1880-01-01 00:53:28+00:53:28, 1880-01-01T00:00",
        "TIMESTAMPTZ, Europe/Berlin, 2024-01-31 23:30:00+00, 2024-02-01T00:30",
        "TIMESTAMPTZ, UTC, 0001-01-01 05:29:59+05:30, 0000-12-31T23:59:59",
        "TIMESTAMPTZ, UTC, 0044-03-15 12:00:00+00 BC, -0043-03-15T12:00",
        "DATE, UTC, 5874897-12-31, +5874897-12-31T00:00"
    })
    void readsWhatTheServerPrints(KeyType type, ZoneId zone, String text, LocalDateTime at) {
        assertThat(type.read(text, zone)).isEqualTo(at);
    }

    @ParameterizedTest
    @CsvSource({
        "DATE, ''",
        "DATE, 2024-01-01 00:00:00",
        "DATE, 01/31/2024",
        "DATE, 2023-02-29",
        "TIMESTAMP, 2024-01-01",
        "TIMESTAMP, 2024-01-01 00:00:00+00",
        "TIMESTAMP, 2024-01-01 25:00:00",
        "TIMESTAMPTZ, 2024-01-01 00:00:00"
    })
    void refusesWhatIsNoValueOfTheType(KeyType type, String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> type.read(text, UTC))
                .withMessageStartingWith("Cannot read \"" + text + "\" as a " + type.castName());
    }

    @ParameterizedTest
    @ValueSource(strings = {"infinity", "-infinity"})
    void refusesInfinity(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> KeyType.TIMESTAMPTZ.read(text, UTC))
                .withMessageStartingWith("Cannot place \"" + text + "\" in time");
    }

    /// In St. John's the clocks went from 00:01 on 2010-11-07 back to 23:01 on the day before.
    @ParameterizedTest
    @CsvSource({
        "2010-11-07 02:29:59+00, 2010-11-06T23:59:59",
        "2010-11-07 02:30:00+00, 2010-11-07T00:00",
        "2010-11-07 02:30:59+00, 2010-11-07T00:00:59",
        "2010-11-07 02:31:00+00, 2010-11-07T00:00",
        "2010-11-07 03:29:59+00, 2010-11-07T00:00",
        "2010-11-07 03:30:30+00, 2010-11-07T00:00:30"
    })
    void readsNoTimeBeforeAMidnightThatHasPassed(String text, LocalDateTime at) {
        ZoneId stJohns = ZoneId.of("America/St_Johns");

        assertThat(KeyType.TIMESTAMPTZ.bound(LocalDateTime.parse("2010-11-07T00:00"), stJohns))
                .extracting(literal -> literal.text())
                .isEqualTo("2010-11-07 02:30:00+00");
        assertThat(KeyType.TIMESTAMPTZ.read(text, stJohns)).isEqualTo(at);
    }

    @Test
    void knowsThatADateHasNoHours() {
        assertThat(KeyType.DATE.supports(Interval.HOUR)).isFalse();
        assertThat(KeyType.DATE.supports(Interval.DAY)).isTrue();
        assertThat(KeyType.TIMESTAMP.supports(Interval.HOUR)).isTrue();
        assertThat(KeyType.DATE.problem(Interval.HOUR, UTC))
                .isEqualTo("a date knows no hours; use day or longer");
    }

    @ParameterizedTest
    @CsvSource({
        "TIMESTAMPTZ, HOUR, UTC",
        "TIMESTAMPTZ, HOUR, Etc/UTC",
        "TIMESTAMPTZ, DAY, Europe/Berlin",
        "TIMESTAMPTZ, WEEK, Pacific/Apia",
        "TIMESTAMP, HOUR, Europe/Berlin",
        "DATE, DAY, Pacific/Apia"
    })
    void seesNoProblemWhereEveryWindowHoldsTime(KeyType type, Interval interval, ZoneId zone) {
        assertThat(type.problem(interval, zone)).isNull();
    }

    @Test
    void wantsUtcForHoursAndNoSkippedDayForDays() {
        assertThat(KeyType.TIMESTAMPTZ.problem(Interval.HOUR, ZoneId.of("Europe/Berlin")))
                .startsWith("hours repeat and vanish when clocks change in Europe/Berlin");
        assertThat(KeyType.TIMESTAMPTZ.problem(Interval.DAY, ZoneId.of("Pacific/Apia")))
                .startsWith("Pacific/Apia once skipped a whole day");
    }
}
