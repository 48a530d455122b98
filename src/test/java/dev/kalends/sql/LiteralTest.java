package dev.kalends.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class LiteralTest {
    @Test
    void doublesQuotes() {
        assertThat(Literal.of("it's").render()).isEqualTo("'it''s'");
        assertThat(Literal.of("").render()).isEqualTo("''");
    }

    @Test
    void writesBackslashesInTheFormThatNoSettingChanges() {
        assertThat(Literal.of("a\\b").render()).isEqualTo("E'a\\\\b'");
        assertThat(Literal.of("\\'; DROP").render()).isEqualTo("E'\\\\''; DROP'");
    }

    @Test
    void writesNumbersWithoutQuotes() {
        assertThat(Literal.of(2000).render()).isEqualTo("2000");
        assertThat(Literal.of(-1).render()).isEqualTo("-1");
    }

    @Test
    void refusesTheCharacterNul() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Literal.of("a\0"))
                .withMessage("Cannot use a literal that contains the character NUL");
    }
}
