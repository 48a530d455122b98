package dev.kalends.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kalends.testing.OldestAndNewest;
import dev.kalends.testing.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class PlanIT {
    @TempDir Path directory;

    private CommandRun plan(TestDatabase database, String... options) {
        String[] all = new String[options.length + 4];
        all[0] = "plan";
        all[1] = "entry";
        System.arraycopy(options, 0, all, 2, options.length);
        all[options.length + 2] = "--database";
        all[options.length + 3] = database.url();
        return CommandRun.in(directory, Map.of(), all);
    }

    private static void create(TestDatabase database) {
        database.sql(
                "CREATE TABLE entry (id bigint PRIMARY KEY, at timestamp NOT NULL, ms bigint NOT NULL)",
                """
                INSERT INTO entry SELECT i, timestamp '2026-01-01' + i * interval '3 hours', 1767225600000 + i
                  FROM generate_series(1, 1000) i
                """);
    }

    @OldestAndNewest
    void cutsByWhatTheOptionsSay(TestDatabase database) throws SQLException {
        try (database) {
            create(database);

            JsonNode numbers =
                    plan(database, "--key", "id", "--every", "400", "--output", "json").json();
            assertThat(numbers.get("every").asString()).isEqualTo("400");
            assertThat(numbers.get("next").asString())
                    .isEqualTo("kalends migrate entry --key id --every 400");
            JsonNode hash =
                    plan(
                                    database,
                                    "--by",
                                    "hash",
                                    "--key",
                                    "id",
                                    "--partitions",
                                    "4",
                                    "--output",
                                    "json")
                            .json();
            assertThat(hash.get("method").asString()).isEqualTo("HASH");
            assertThat(hash.get("partitions").get("count").asInt()).isEqualTo(4);
            JsonNode epoch =
                    plan(
                                    database,
                                    "--key",
                                    "ms",
                                    "--every",
                                    "month",
                                    "--format",
                                    "epoch-ms",
                                    "--output",
                                    "json")
                            .json();
            assertThat(epoch.get("partitions").get("first").get("from").asString())
                    .isEqualTo("2026-01-01T00:00");
        }
    }

    @OldestAndNewest
    void keepsWhatTheFileSaysWhereNoOptionSaysOtherwise(TestDatabase database)
            throws SQLException, IOException {
        try (database) {
            create(database);
            Files.writeString(
                    directory.resolve("kalends.yaml"),
                    """
                    tables:
                      - {table: entry, partition: {by: hash, key: id, partitions: 8}}
                    prices: {live: 1, archive: 0}
                    """);

            CommandRun listed = plan(database, "--output", "json");
            assertThat(listed.json().get("partitions").get("count").asInt()).isEqualTo(8);
            assertThat(listed.json().get("notActedOn").get(0).asString()).isEqualTo("prices");
            assertThat(plan(database, "--partitions", "16").out())
                    .contains("becomes 16 partitions by the hash of \"id\"".replace("\"", ""))
                    .contains("Configured, and not acted on by this version: prices.");
            assertThat(plan(database, "--key", "at", "--every", "month").out())
                    .contains("one per month (UTC)");
        }
    }
}
