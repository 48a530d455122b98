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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class IcebergCommandIT {
    private static final String CONFIG =
            """
            archive: {store: 'file:archive'}
            tables:
              - table: event
                partition: {key: at, every: month}
                lifecycle: {retain: 2 months%s}
            """;

    @TempDir private Path folder;

    private CommandRun run(TestDatabase database, String... words) {
        List<String> all = new ArrayList<>(Arrays.asList(words));
        all.addAll(List.of("--database", database.uri()));
        return CommandRun.in(folder, Map.of(), all.toArray(new String[0]));
    }

    @OldestAndNewest
    void tellsWhatIcebergTablesShow(TestDatabase database) throws IOException {
        database.sql(
                "create table event (id int primary key, at timestamp not null)",
                "insert into event select i, timestamp '2026-01-01' + i * interval '1 day' from generate_series(1, 80) i");
        Path config = folder.resolve("kalends.yaml");
        Files.writeString(config, CONFIG.formatted(", iceberg: lake.event"));
        assertThat(run(database, "archive", "iceberg").out())
                .contains("lake.event shows 0 archived rows");
        Kalends kalends = Conversions.kalends(database.url());
        TableConfig wish = Conversions.monthly("event", "at");
        kalends.migrate(wish.table(), wish);
        kalends.switchTables(wish.table());
        kalends.cleanup(wish.table(), Kalends.Backup.WAIVED);

        Files.writeString(config, CONFIG.formatted(""));
        run(database, "maintain", "--yes");
        CommandRun none = run(database, "archive", "iceberg");
        Files.writeString(config, CONFIG.formatted(", iceberg: lake.event"));
        CommandRun shown = run(database, "archive", "iceberg");
        CommandRun json = run(database, "archive", "iceberg", "event", "--output", "json");

        assertThat(none.exitCode()).isEqualTo(2);
        assertThat(none.err()).contains("names no Iceberg table");
        assertThat(shown.out())
                .contains("lake.event shows 80 archived rows of", "3 partitions came, 0 went");
        assertThat(shown.exitCode()).isZero();
        JsonNode table = json.json().get("tables").get(0);
        assertThat(table.get("rows").asLong()).isEqualTo(80);
        assertThat(table.get("added").asInt()).isZero();
        assertThat(table.get("iceberg").asString()).isEqualTo("lake.event");
    }
}
