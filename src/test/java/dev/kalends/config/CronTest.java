package dev.kalends.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CronTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "*/10 * * * *|*/10 * * * *",
                "  30   2\t* * * |30 2 * * *",
                "0,15,30-45/5 0-23 1-31 1-12 0-7|0,15,30-45/5 0-23 1-31 1-12 0-7",
                "0 0 * jan-MAR mon,FRI|0 0 * 1-3 1,5",
                "59 23 31 12 7|59 23 31 12 7",
                "0 0 29 2 *|0 0 29 2 *",
                "0 0 30,29 2 *|0 0 30,29 2 *",
                "0 0 31 4,5 *|0 0 31 4,5 *",
                // A Monday counts as well, so it comes.
                "0 0 30 2 1|0 0 30 2 1",
                "0 0 30 2 */2|0 0 30 2 */2"
            })
    void readsFiveFieldsAndTurnsNamesIntoNumbers(String text, String expression) {
        assertThat(Cron.parse(text).expression()).isEqualTo(expression);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "@daily|it needs five fields (minute, hour, day of the month, month, day of the week), as in */10 * * * *",
                "* * * *|it needs five fields (minute, hour, day of the month, month, day of the week), as in */10 * * * *",
                "0 */10 * * * *|it needs five fields (minute, hour, day of the month, month, day of the week), as in */10 * * * *",
                "60 * * * *|\"60\" is no minute; use 0 to 59",
                "0 24 * * *|\"24\" is no hour; use 0 to 23",
                "0 0 0 * *|\"0\" is no day of the month; use 1 to 31",
                "0 0 32 * *|\"32\" is no day of the month; use 1 to 31",
                "0 0 * 0 *|\"0\" is no month; use 1 to 12 or JAN to DEC",
                "0 0 * 13 *|\"13\" is no month; use 1 to 12 or JAN to DEC",
                "0 0 * * 8|\"8\" is no day of the week; use 0 to 7 or SUN to SAT",
                "0 0 * * MOO|\"MOO\" is no day of the week; use 0 to 7 or SUN to SAT",
                "0 0 L * *|\"L\" is no day of the month; use 1 to 31",
                "0 0 ? * *|\"?\" is no day of the month; write *, 5, 1-5, */10 or a list with commas",
                "1,,2 * * * *|\"\" is no minute; write *, 5, 1-5, */10 or a list with commas",
                "30-10 * * * *|\"30-10\" ends before it begins",
                "5/15 * * * *|\"5/15\" has a step without a range; write */15 or 5-59/15",
                "*/0 * * * *|\"*/0\" has a step that is not 1 to 59 of the minute",
                "*/60 * * * *|\"*/60\" has a step that is not 1 to 59 of the minute",
                "0 0 30 2 *|no such day ever comes",
                "0 0 31 4,6,9,11 *|no such day ever comes"
            })
    void saysWhatIsWrong(String text, String reason) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Cron.parse(text))
                .withMessage("Cannot read \"%s\" as a time of cron: %s", text, reason);
    }
}
