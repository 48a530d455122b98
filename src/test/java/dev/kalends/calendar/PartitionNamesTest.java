package dev.kalends.calendar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.LocalDateTime;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PartitionNamesTest {
    private static final LocalDateTime JANUARY = LocalDateTime.parse("2024-01-01T00:00");

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            value = {
                "ConversationMessage, conversation_message",
                "events, events",
                "MMSMessage, mms_message",
                "message2Recipient, message2_recipient",
                "We\"ird Näme, we_ird_name",
                "audit-log..2, audit_log_2",
                "_CategoryToPost, _category_to_post",
                "a__b_, a_b",
                "{period}, _period"
            })
    void writesTheTableInSnakeCase(String table, String shown) {
        assertThat(monthly(table)).isEqualTo(shown + "_2024_01");
    }

    @Test
    void namesATableWithoutLatinLettersByItsHash() {
        assertThat(monthly("会話")).matches("t_[0-9a-f]{8}_2024_01");
        assertThat(monthly("会話")).isNotEqualTo(monthly("配信"));
    }

    @ParameterizedTest
    @CsvSource({
        "YEAR, 2024-01-01T00:00, 2024",
        "QUARTER, 2024-01-01T00:00, 2024_q1",
        "QUARTER, 2024-10-01T00:00, 2024_q4",
        "MONTH, 2024-12-01T00:00, 2024_12",
        "WEEK, 2024-01-29T00:00, 2024_w05",
        "WEEK, 2024-12-30T00:00, 2025_w01",
        "WEEK, 2020-12-28T00:00, 2020_w53",
        "DAY, 2024-01-31T00:00, 2024_01_31",
        "HOUR, 2024-01-31T13:00, 2024_01_31_13",
        "MONTH, 0001-01-01T00:00, 0001_01",
        "MONTH, 0000-12-01T00:00, 0001bc_12",
        "YEAR, -0043-01-01T00:00, 0044bc",
        "MONTH, 9999-12-01T00:00, 9999_12",
        "MONTH, +10000-01-01T00:00, 10000_01"
    })
    void writesThePeriod(Interval interval, LocalDateTime from, String period) {
        assertThat(PartitionNames.standard().name("t", interval, from).value())
                .isEqualTo("t_" + period);
    }

    @Test
    void keepsANameOfSixtyThreeBytesAndCutsALongerOne() {
        String fits = "a".repeat(55);
        String tooLong = "a".repeat(56);

        assertThat(monthly(fits)).isEqualTo(fits + "_2024_01").hasSize(63);
        assertThat(monthly(tooLong)).matches("a{46}_[0-9a-f]{8}_2024_01").hasSize(63);
    }

    @Test
    void tellsTwoLongTablesApart() {
        String common = "message_delivery_attempt_".repeat(2) + "of_the_church_";

        assertThat(monthly(common + "one")).isNotEqualTo(monthly(common + "two"));
    }

    @Test
    void leavesRoomForTheTableUnderTheLongestPatternAndPeriod() {
        PartitionNames names = new PartitionNames("p".repeat(24) + "{table}{period}");

        assertThat(names.name("t".repeat(63), Interval.HOUR, LocalDateTime.MIN).value())
                .matches("p{24}t{9}_[0-9a-f]{8}1000000000bc_01_01_00")
                .hasSize(63);
    }

    @Test
    void acceptsAPatternWithoutTheTable() {
        assertThat(new PartitionNames("p{period}").name("t", Interval.YEAR, JANUARY).value())
                .isEqualTo("p2024");
    }

    @ParameterizedTest
    @CsvSource({
        "{table}, it must contain {period}",
        "{table}_{Period}, it must contain {period}",
        "{period}_{period}, 'besides {period} once and {table} once it may hold'",
        "{table}{table}{period}, 'besides {period} once and {table} once it may hold'",
        "{schema}_{period}, 'besides {period} once and {table} once it may hold'",
        "Part_{period}, 'besides {period} once and {table} once it may hold'",
        "ppppppppppppppppppppppppp{period}, 'it has 25 characters besides its slots, 24 are allowed'"
    })
    void refusesAPatternThatCannotNamePartitions(String pattern, String why) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new PartitionNames(pattern))
                .withMessageStartingWith("Cannot use \"" + pattern + "\" to name partitions: ")
                .withMessageContaining(why);
    }

    @ParameterizedTest
    @ValueSource(strings = {"ar-EG", "tr-TR"})
    void namesAlikeInEveryLocale(String locale) {
        Locale before = Locale.getDefault();
        try {
            Locale.setDefault(Locale.forLanguageTag(locale));
            assertThat(monthly("INFO")).isEqualTo("info_2024_01");
        } finally {
            Locale.setDefault(before);
        }
    }

    private static String monthly(String table) {
        return PartitionNames.standard().name(table, Interval.MONTH, JANUARY).value();
    }
}
