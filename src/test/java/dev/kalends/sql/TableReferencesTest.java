package dev.kalends.sql;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TableReferencesTest {
    private static final QualifiedName EVENTS = QualifiedName.of("public", "events");
    private static final QualifiedName TWIN = QualifiedName.of("twin", "events");

    @ParameterizedTest
    @ValueSource(
            strings = {
                " SELECT 'public.events', E'\\'public.events', $$public.events$$, $a$ public.events $a$",
                "SELECT \"public.events\".id FROM other.public.events",
                "SELECT public.events(1), xpublic.events, public.events2, public.\"Events\"",
                "SELECT 'it''s public.events' AS \"a \"\" public.events\"",
                "SELECT 'open public.events"
            })
    void leavesStringsOtherNamesAndFunctionsAlone(String text) {
        assertThat(TableReferences.renamed(text, EVENTS, TWIN)).isEqualTo(text);
    }

    @Test
    void renamesTheTableHoweverItIsWritten() {
        assertThat(
                        TableReferences.renamed(
                                "SELECT e.id FROM public.events e, \"public\".\"events\" f, (public . events g JOIN public.events USING (id)) WHERE a = $1",
                                EVENTS,
                                TWIN))
                .isEqualTo(
                        "SELECT e.id FROM \"twin\".\"events\" e, \"twin\".\"events\" f, (\"twin\".\"events\" g JOIN \"twin\".\"events\" USING (id)) WHERE a = $1");
    }

    @Test
    void renamesNamesThatNeedQuotes() {
        assertThat(
                        TableReferences.renamed(
                                "SELECT 1 FROM \"My schema\".\"We\"\"ird Näme\" WHERE x = 'We\"ird Näme'",
                                QualifiedName.of("My schema", "We\"ird Näme"),
                                QualifiedName.of("twin", "We\"ird Näme")))
                .isEqualTo("SELECT 1 FROM \"twin\".\"We\"\"ird Näme\" WHERE x = 'We\"ird Näme'");
    }
}
