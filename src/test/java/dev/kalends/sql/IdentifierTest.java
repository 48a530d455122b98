package dev.kalends.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IdentifierTest {
    @Test
    void quotesAlwaysAndDoublesQuotes() {
        assertThat(Identifier.of("event").render()).isEqualTo("\"event\"");
        assertThat(Identifier.of("We\"ird Näme").render()).isEqualTo("\"We\"\"ird Näme\"");
    }

    @Test
    void countsBytesNotCharacters() {
        assertThat(Identifier.of("a".repeat(63)).value()).hasSize(63);
        assertThat(Identifier.of("a" + "ä".repeat(31)).value()).hasSize(32);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Identifier.of("a".repeat(64)))
                .withMessage(
                        "Cannot use \"%s\" as a name: it has 64 bytes, PostgreSQL allows 1 to 63",
                        "a".repeat(64));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Identifier.of("ä".repeat(32)))
                .withMessageContaining("it has 64 bytes");
    }

    @Test
    void refusesWhatPostgresCannotKeep() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Identifier.of(""))
                .withMessageContaining("it has 0 bytes");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Identifier.of("a\0b"))
                .withMessage("Cannot use a name that contains the character NUL");
    }

    @ParameterizedTest
    @ValueSource(strings = {"event", "_e1", "e$2"})
    void showsPlainNamesWithoutQuotes(String name) {
        assertThat(Identifier.of(name).display()).isEqualTo(name);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Event", "1e", "e-f", "{partition}", "e f"})
    void showsOtherNamesWithQuotes(String name) {
        assertThat(Identifier.of(name).display()).isEqualTo("\"" + name + "\"");
    }
}
