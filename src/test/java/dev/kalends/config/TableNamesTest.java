package dev.kalends.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.kalends.sql.QualifiedName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TableNamesTest {
    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            value = {
                "ConversationMessage, public, ConversationMessage",
                "\"ConversationMessage\", public, ConversationMessage",
                "audit.Event, audit, Event",
                "audit.\"od.d\", audit, od.d",
                "\"a.b\".\"c\", a.b, c",
                "\"We\"\"ird Näme\", public, We\"ird Näme",
                "We ird, public, We ird",
                "` Event `, public, Event"
            })
    void keepsTheCaseAndTakesQuotesAsSqlDoes(String text, String schema, String table) {
        assertThat(TableNames.parse(text)).isEqualTo(QualifiedName.of(schema, table));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".",
                "a.",
                ".a",
                "a..b",
                "a\"b",
                "\"a",
                "\"\"",
                "\"a\"b",
                "\"a\".\"b\"c"
            })
    void refusesQuotesAndDotsOutOfPlace(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TableNames.parse(text))
                .withMessageStartingWith(
                        "Cannot read \"" + text + "\" as a table: quotes or dots are out of place");
    }

    @Test
    void refusesADatabaseBeforeTheSchema() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TableNames.parse("db.audit.Event"))
                .withMessageContaining("it has 3 parts");
    }

    @Test
    void refusesANameTheServerWouldCut() {
        assertThat(TableNames.parse("t".repeat(63)).name().value()).hasSize(63);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TableNames.parse("t".repeat(64)))
                .withMessageContaining("64 bytes");
    }
}
