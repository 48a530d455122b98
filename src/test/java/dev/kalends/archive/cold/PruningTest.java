package dev.kalends.archive.cold;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kalends.archive.duckdb.QueryEngine;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Rows with c0 from 10 to 20, c1 in the first hour of March, c2 from "b" to "d", c3 from 1.50 to
/// 2.50, c4 without a null, c5 with nothing else, c6 of which nothing is known, c7 a double.
class PruningTest {
    private static final List<String> TYPES =
            List.of(
                    "BIGINT",
                    "TIMESTAMP WITH TIME ZONE",
                    "VARCHAR",
                    "DECIMAL(10,2)",
                    "INTEGER",
                    "INTEGER",
                    "DATE",
                    "DOUBLE");
    private static final JsonMapper JSON = new JsonMapper();

    @TempDir Path folder;
    private QueryEngine engine;

    @BeforeEach
    void open() {
        engine = QueryEngine.open(new QueryEngine.Limits(128L << 20, 1L << 20, 1, folder));
        engine.execute(
                """
                CREATE TABLE bounds AS SELECT * FROM (VALUES
                    (0, '10', '20', 0, 100),
                    (1, '2026-03-01 00:00:00+00', '2026-03-01 00:59:59.999+00', 0, 100),
                    (2, 'b', 'd', 3, 100),
                    (3, '1.50', '2.50', 0, 100),
                    (4, '1', '2', 0, 100),
                    (5, NULL, NULL, 100, 100),
                    (7, '1', '2', 0, 100)) v(col, least, greatest, nulls, total)
                """);
    }

    @AfterEach
    void close() {
        engine.close();
    }

    private boolean mayHold(String... filters) {
        List<JsonNode> nodes = new ArrayList<>();
        for (String filter : filters) {
            String parsed =
                    engine.rows(
                                    "SELECT json_serialize_sql(CAST(? AS VARCHAR))",
                                    "SELECT " + Scan.sql(filter))
                            .getFirst()
                            .getFirst();
            nodes.add(JSON.readTree(parsed).at("/statements/0/node/select_list/0"));
        }
        return !engine.rows("SELECT 1 FROM bounds HAVING " + new Pruning(TYPES).condition(nodes))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "(c0 = 9)",
                "(c0 = 21)",
                "(c0 > 20)",
                "(c0 >= 21)",
                "(c0 < 10)",
                "(c0 <= 9)",
                "(c0 = -15)",
                "(c0 IN (1, 9, 21))",
                "((c0 >= 5) AND (c0 < 10))",
                "((c0 < 10) OR (c0 > 20))",
                "optional: ((c0 < 10) OR (c0 > 20))",
                "(optional: (c0 IN (1, 2)) AND optional: Dynamic Filter (c0))",
                "(c0 BETWEEN 21 AND 30)",
                "(c1 >= '2026-03-01 01:00:00+00'::TIMESTAMP WITH TIME ZONE)",
                "(c1 < '2026-03-01 01:00:00+01'::TIMESTAMP WITH TIME ZONE)",
                "(c1 > 'infinity'::TIMESTAMP WITH TIME ZONE)",
                "(c2 = 'a')",
                "(c2 = 'e''')",
                "(c2 > 'd')",
                "(c3 > 2.50)",
                "(c3 = -2.00)",
                "(c4 IS NULL)",
                "(c5 IS NOT NULL)",
            })
    void excludesWhatNoRowCanMeet(String filter) {
        assertThat(mayHold(filter)).isFalse();
        assertThat(mayHold("(c0 = 15)", filter)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "(c0 = 10)",
                "(c0 = 20)",
                "(c0 > 19)",
                "(c0 >= 20)",
                "(c0 < 11)",
                "(c0 <= 10)",
                "(c0 != 15)",
                "(c0 IN (1, 20))",
                "(NOT (c0 IN (15)))",
                "((c0 < 10) OR (c2 = 'c'))",
                "((c0 < 10) OR Dynamic Filter (c0))",
                "(c0 IS DISTINCT FROM 9)",
                "(c0 = (c4 + 100))",
                "((c0 + 1) = 5)",
                "(c1 >= '2026-03-01 00:59:59.999+00'::TIMESTAMP WITH TIME ZONE)",
                "(c1 <= '2026-03-01 01:00:00+01'::TIMESTAMP WITH TIME ZONE)",
                "(c1 > '2026-01-01 00:00:00'::TIMESTAMP)",
                "(c2 = 'cat')",
                "(c2 IS NULL)",
                "(c2 IS NOT NULL)",
                "(c3 <= 1.5)",
                "(c5 = 7)",
                "(c6 = '2026-01-01'::DATE)",
                "(c6 IS NULL)",
                "(c7 > 5)",
                "(abs(c0) = 5)",
                "(c0 = 'x'::BIGINT)",
                "c4",
            })
    void keepsWhatARowMayMeetAndWhatItDoesNotUnderstand(String filter) {
        assertThat(mayHold(filter)).isTrue();
    }

    @Test
    void leavesTextAlone() {
        assertThat(Scan.sql("(optional: (c2 = 'optional: it''s Dynamic Filter (c0)'))"))
                .isEqualTo("((c2 = 'optional: it''s Dynamic Filter (c0)'))");
        assertThat(Scan.sql("optional: ((c1 IS NULL) OR Dynamic Filter (c1))"))
                .isEqualTo("((c1 IS NULL) OR dynamic(c1))");
    }

    @Test
    void joinsRangesThatAreNear() {
        assertThat(
                        ColdFile.joined(
                                List.of(
                                        new ColdFile.Range(100_000, 100_010),
                                        new ColdFile.Range(0, 10),
                                        new ColdFile.Range(5, 30),
                                        new ColdFile.Range(40, 50))))
                .containsExactly(new ColdFile.Range(0, 50), new ColdFile.Range(100_000, 100_010));
    }

    @Test
    void findsATypeThatHoldsTheValuesOfBoth() {
        assertThat(ViewColumn.common("SMALLINT", "BIGINT")).isEqualTo("BIGINT");
        assertThat(ViewColumn.common("DECIMAL(10,2)", "DECIMAL(6,4)")).isEqualTo("DECIMAL(12,4)");
        assertThat(ViewColumn.common("DECIMAL(38,0)", "DECIMAL(6,4)")).isEqualTo("VARCHAR");
        assertThat(ViewColumn.common("DECIMAL(10,2)", "VARCHAR")).isEqualTo("VARCHAR");
        assertThat(ViewColumn.common("DATE", "TIMESTAMP")).isEqualTo("VARCHAR");
    }
}
