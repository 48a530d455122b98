package dev.kalends.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kalends.app.Kalends;
import dev.kalends.config.TableConfig;
import dev.kalends.testing.Conversions;
import dev.kalends.testing.OldestAndNewest;
import dev.kalends.testing.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// The whole way: a converted table, its old partitions archived by age, and asked.
class ColdCommandIT {
    private static final String CONVERSION =
            """
              - table: Message
                partition: {key: "at", every: month, ahead: 2}
                unique: {id: composite}
            """;

    @TempDir Path folder;

    private CommandRun run(TestDatabase database, String... arguments) {
        return CommandRun.in(folder, Map.of("KALENDS_DATABASE", database.uri()), arguments);
    }

    private void archive(TestDatabase database) throws IOException {
        Files.writeString(
                folder.resolve("kalends.yaml"),
                "archive: {store: 'file:archive'}\ntables:\n"
                        + CONVERSION
                        + "    lifecycle: {retain: 1 month}\n");
        database.sql(
                "create table \"Message\" (id int primary key, \"at\" timestamp(3) not null, t text, ok boolean, n numeric(10,2))",
                """
                insert into "Message" select i, timestamp '2024-01-01' + i * interval '1 hour', 'b' || i, i % 2 = 0, i / 4.0
                  from generate_series(1, 2000) i
                """,
                "update \"Message\" set t = null, ok = null, n = null where id = 2",
                "update \"Message\" set t = E'two\\nlines, \"quoted\"' where id = 3");
        Kalends kalends = Conversions.kalends(database.url());
        TableConfig wish = Conversions.wish(CONVERSION);
        kalends.migrate(wish.table(), wish);
        kalends.switchTables(wish.table());
        kalends.cleanup(wish.table(), Kalends.Backup.WAIVED);
        CommandRun maintained = run(database, "maintain", "--yes");
        assertThat(maintained.exitCode()).as(maintained.err() + maintained.out()).isZero();
        assertThat(database.number("select count(*) from \"Message\"")).isZero();
    }

    @OldestAndNewest
    void printsRowsInEveryForm(TestDatabase database) throws IOException {
        archive(database);
        String query =
                "SELECT id, t, ok, n FROM \"Message\" WHERE \"at\" < '2024-01-01 03:30' ORDER BY id";

        CommandRun table = run(database, "cold", "query", query);
        CommandRun csv = run(database, "cold", "query", query, "--output", "csv");
        CommandRun json = run(database, "cold", "query", query, "--output", "json");
        CommandRun parquet =
                run(database, "cold", "query", query, "--output", "parquet", "--to", "x.parquet");

        assertThat(table.exitCode()).as(table.err()).isZero();
        assertThat(table.out())
                .isEqualTo(
                        """
                        id | t                    | ok |    n
                        ---+----------------------+----+-----
                         1 | b1                   | f  | 0.25
                         2 |                      |    |
                         3 | two\\nlines, "quoted" | f  | 0.75
                        (3 rows)
                        """);
        assertThat(table.err())
                .containsPattern(
                        "3 rows\\. Read 1 of \\d+ partitions, [\\d.]+ kB of [\\d.]+ kB, in \\d+\\.\\d s\\.");
        assertThat(csv.out())
                .isEqualTo(
                        "id,t,ok,n\n1,b1,f,0.25\n2,,,\n3,\"two\nlines, \"\"quoted\"\"\",f,0.75\n");
        JsonNode rows = json.json();
        assertThat(rows.size()).isEqualTo(3);
        assertThat(rows.get(0).get("ok").isBoolean()).isTrue();
        assertThat(rows.get(1).get("t").isNull()).isTrue();
        assertThat(json.out()).contains("\"n\":0.75");
        assertThat(parquet.exitCode()).as(parquet.err()).isZero();
        assertThat(parquet.out()).isEmpty();
        assertThat(folder.resolve("x.parquet")).isNotEmptyFile();
        assertThat(run(database, "cold", "query", "SELECT 1 WHERE false").out())
                .contains("(0 rows)");
    }

    @OldestAndNewest
    void explainsAndRefuses(TestDatabase database) throws IOException {
        archive(database);
        String query = "SELECT t FROM \"Message\" WHERE \"at\" >= '2024-03-01'";

        CommandRun explained = run(database, "cold", "query", query, "--explain");
        JsonNode plan =
                run(database, "cold", "query", query, "--explain", "--output", "json").json();

        assertThat(explained.out())
                .contains(
                        "public.message_2024_03", "parts", "1 of 1", "nothing", "Nothing was run.");
        assertThat(plan.get("partitions").size()).isGreaterThan(3);
        assertThat(plan.get("partitions").get(0).get("reading").asString()).isEqualTo("NOTHING");

        assertThat(run(database, "cold", "query", "SELECT * FROM nosuch").err())
                .startsWith("ARCHIVE_NOT_FOUND: ")
                .contains("public.\"Message\"");
        assertThat(run(database, "cold", "query", "DELETE FROM \"Message\"").exitCode())
                .isEqualTo(5);
        assertThat(run(database, "cold", "query", query, "--output", "parquet").err())
                .contains("Give --to FILE.");
        assertThat(run(database, "cold", "query", query, "--to", "kalends.yaml").err())
                .startsWith("CONFIRMATION_NEEDED: ")
                .contains("--force");
        assertThat(
                        run(database, "cold", "query", query, "--to", "rows.csv", "--output", "csv")
                                .exitCode())
                .isZero();
        assertThat(folder.resolve("rows.csv")).content().startsWith("t\n");
        assertThat(run(database, "cold", "query", query, "--to", "rows.csv", "--force").exitCode())
                .isZero();
        assertThat(folder.resolve("rows.csv")).content().startsWith("t");
        assertThat(run(database, "cold", "query", query, "--memory", "1MB").err())
                .contains("it must be 64 MB or more");
        assertThat(run(database, "cold", "query", query, "--timeout", "2d").err())
                .contains("Cannot use 2d as timeout");
        assertThat(run(database, "status", "--output", "csv").err())
                .startsWith("USAGE: Cannot read \"csv\" as a format: use text or json");
    }
}
