package dev.kalends.analyze;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kalends.sql.Identifier;
import dev.kalends.sql.QualifiedName;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StatementUseTest {
    private static final QualifiedName MESSAGE = QualifiedName.of("public", "Message");

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            value = {
                "SELECT * FROM \"Message\" WHERE \"id\" = $1|id",
                "SELECT * FROM public.\"Message\" WHERE $1 <= \"createdAt\" AND status IN ($2)|createdAt status",
                "SELECT * FROM \"public\".\"Message\" m JOIN \"Church\" c ON c.\"id\" = m.\"churchId\" WHERE c.\"createdAt\" > $1|churchId",
                "SELECT * FROM \"Message\" AS m WHERE m.\"id\" = ANY ($1) ORDER BY \"createdAt\" DESC LIMIT $2|id",
                "UPDATE \"Message\" SET \"status\" = $1 WHERE \"createdAt\" BETWEEN $2 AND $3|createdAt",
                "DELETE FROM ONLY \"Message\" WHERE \"id\" IN ($1, $2) RETURNING \"createdAt\"|id",
                "SELECT \"createdAt\" FROM \"Message\"|",
                "SELECT * FROM \"Message\" WHERE \"content\" = 'createdAt = now()' -- AND id = 1|content",
            },
            delimiter = '|')
    void findsTheColumnsOfConditions(String sql, @Nullable String columns) {
        assertThat(words(use(sql).conditions()))
                .isEqualTo(columns == null ? Set.of() : Set.of(columns.split(" ", -1)));
    }

    @Test
    void findsTheTargetOfAnUpsert() {
        assertThat(
                        use("INSERT INTO \"Message\" (\"id\") VALUES ($1) ON CONFLICT (\"id\") DO UPDATE SET \"status\" = $2")
                                .conflict())
                .containsExactly(Identifier.of("id"));
        assertThat(use("INSERT INTO \"Message\" VALUES ($1) ON CONFLICT DO NOTHING").conflict())
                .isEmpty();
        assertThat(
                        use("INSERT INTO \"Message\" VALUES ($1) ON CONFLICT ON CONSTRAINT \"Message_pkey\" DO NOTHING")
                                .constraint())
                .isEqualTo("Message_pkey");
        assertThat(use("INSERT INTO \"Message\" VALUES ($1)").conflict()).isNull();
    }

    @Test
    void findsWhatAnUpdateSets() {
        assertThat(
                        words(
                                use("UPDATE \"Message\" SET \"status\" = $1, \"createdAt\" = now() WHERE \"id\" = $2")
                                        .assigned()))
                .containsExactlyInAnyOrder("status", "createdAt");
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            value = {
                "SELECT * FROM message",
                "SELECT * FROM other.\"Message\"",
                "SELECT \"Message\" FROM \"Church\"",
                "COPY \"Message\" FROM STDIN",
                "ANALYZE \"Message\"",
                "-- nothing",
            },
            delimiter = '|')
    void passesOverOtherStatements(String sql) {
        assertThat(StatementUse.of(new StatementStatistics(sql, 1, 1), MESSAGE)).isNull();
    }

    @Test
    void foldsNamesWithoutQuotes() {
        StatementUse use =
                StatementUse.of(
                        new StatementStatistics("select * from EVENTS e where E.ID = $1", 1, 1),
                        QualifiedName.of("public", "events"));

        assertThat(words(Objects.requireNonNull(use).conditions())).containsExactly("id");
    }

    private static StatementUse use(String sql) {
        return Objects.requireNonNull(
                StatementUse.of(new StatementStatistics(sql, 1, 1), MESSAGE), sql);
    }

    private static Set<String> words(Set<Identifier> columns) {
        return columns.stream().map(Identifier::value).collect(Collectors.toSet());
    }
}
