package dev.kalends.sql;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class QualifiedNameTest {
    private static final QualifiedName NAME = QualifiedName.of("public", "Event");

    @Test
    void showsQuotesOnlyWhereTheyAreNeeded() {
        assertThat(NAME.display()).isEqualTo("public.\"Event\"");
        assertThat(NAME.render()).isEqualTo("\"public\".\"Event\"");
    }

    @Test
    void keepsOnePartWhenTheOtherChanges() {
        assertThat(NAME.sibling("x")).isEqualTo(QualifiedName.of("public", "x"));
        assertThat(NAME.in(Identifier.of("s"))).isEqualTo(QualifiedName.of("s", "Event"));
    }
}
