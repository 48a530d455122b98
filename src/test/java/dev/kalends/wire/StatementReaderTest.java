package dev.kalends.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class StatementReaderTest {
    @Test
    void readsWhatPostgresFdwSends() {
        assertThat(
                        StatementReader.all(
                                "DECLARE c1 CURSOR FOR\nSELECT id, \"A\"\"b\", NULL FROM archive.\"17\""))
                .containsExactly(
                        new Statement.Declare(
                                "c1",
                                new Statement.Query.Columns(
                                        "archive",
                                        "17",
                                        java.util.Arrays.asList("id", "A\"b", null),
                                        Long.MAX_VALUE)));
        assertThat(StatementReader.all("SELECT id FROM archive.\"17\" LIMIT 5::bigint"))
                .containsExactly(
                        new Statement.Select(
                                new Statement.Query.Columns("archive", "17", List.of("id"), 5)));
        assertThat(StatementReader.all("ROLLBACK TO SAVEPOINT s2; RELEASE SAVEPOINT s2"))
                .containsExactly(new Statement.RollbackTo("s2"), new Statement.Release("s2"));
        assertThat(StatementReader.all("SET search_path = pg_catalog; SET datestyle = ISO"))
                .containsExactly(
                        new Statement.Set("search_path", "pg_catalog"),
                        new Statement.Set("datestyle", "iso"));
        assertThat(StatementReader.all(" ; -- nothing\n")).containsExactly(new Statement.Empty());
    }

    @Test
    void refusesOrReadsAnyText() {
        Random random = new Random(4711);
        String[] words = {
            "SELECT", "FROM", "archive", ".", "\"", "'", "(", ")", ",", ";", "count", "*", "1",
            "LIMIT", "DECLARE", "c1", "CURSOR", "FOR", "FETCH", "SET", "=", "BEGIN", "TO", ":",
            "NULL", "é", "\u0000", "--", "$1"
        };
        for (int i = 0; i < 20_000; i++) {
            StringBuilder sql = new StringBuilder();
            for (int j = random.nextInt(12); j >= 0; j--) {
                sql.append(words[random.nextInt(words.length)]).append(' ');
            }
            try {
                assertThat(StatementReader.all(sql.toString())).isNotEmpty();
            } catch (WireException e) {
                assertThat(e.severity()).isEqualTo(WireException.Severity.ERROR);
            }
        }
    }

    @Test
    void closesQuotes() {
        assertThatThrownBy(() -> StatementReader.all("SELECT \"id FROM archive.x"))
                .hasMessageContaining("unterminated");
    }
}
