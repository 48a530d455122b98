package dev.kalends.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kalends.config.Config;
import dev.kalends.config.ConfigException;
import dev.kalends.config.ConfigReader;
import dev.kalends.config.ConfigSchema;
import dev.kalends.config.TableConfig;
import dev.kalends.demo.messaging.Generator;
import dev.kalends.demo.messaging.Loader;
import dev.kalends.demo.messaging.Variant;
import dev.kalends.failure.ShellCommand;
import dev.kalends.testing.OldestAndNewest;
import dev.kalends.testing.TestDatabase;
import dev.kalends.testing.TestServers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InitIT {
    @TempDir Path directory;

    private CommandRun run(TestDatabase database, String... arguments) {
        List<String> all = new ArrayList<>(Arrays.asList(arguments));
        all.addAll(List.of("--database", database.url()));
        return CommandRun.in(directory, Map.of(), all.toArray(new String[0]));
    }

    @OldestAndNewest
    void writesWhatPlanAccepts(TestDatabase database)
            throws SQLException, IOException, ConfigException {
        try (Connection connection = database.connect()) {
            Loader.load(
                    connection,
                    new Generator(20_000, 24, 7, Instant.now().truncatedTo(ChronoUnit.MILLIS)),
                    Variant.CURRENT,
                    rows -> {});
        }

        CommandRun init = run(database, "init", "--smallest", "150kB");

        assertThat(init.exitCode()).as(init.err()).isZero();
        Path file = directory.resolve("kalends.yaml");
        String yaml = Files.readString(file);
        assertThat(yaml)
                .startsWith("# yaml-language-server: $schema=kalends.schema.json\n")
                .contains("# - public.\"Admin\" (not needed): Do not partition it")
                .contains("partition: {by: range, key: messageId, every: month}")
                .contains("    references: paired");
        assertThat(directory.resolve(ConfigSchema.FILE)).content().isEqualTo(ConfigSchema.json());
        Config config = ConfigReader.read(file, Map.of());
        assertThat(config.tables()).hasSize(5);
        for (TableConfig table : config.tables()) {
            String name = ConfigText.name(table.table());
            CommandRun plan = run(database, "plan", name);
            assertThat(plan.exitCode()).as(plan.err()).isZero();
            assertThat(plan.out()).contains(ShellCommand.of("migrate", table.table()));
        }
    }

    @Test
    void keepsAFileThatIsThereUnlessForced() throws SQLException, IOException, ConfigException {
        try (TestDatabase database = TestServers.freshDatabase(TestServers.newest())) {
            Path file = Files.writeString(directory.resolve("kalends.yaml"), "{}");

            CommandRun kept = run(database, "init");
            assertThat(kept.exitCode()).isEqualTo(5);
            assertThat(kept.err())
                    .contains("CONFIRMATION_NEEDED: ", "kalends.yaml is there already.", "--force");
            assertThat(file).content().isEqualTo("{}");

            assertThat(run(database, "init", "--force").out())
                    .contains("No table is worth partitioning now");
            assertThat(ConfigReader.read(file, Map.of()).tables()).isEmpty();
        }
    }

    @Test
    void survivesOddNames() throws SQLException, IOException, ConfigException {
        try (TestDatabase database = TestServers.freshDatabase(TestServers.newest())) {
            database.sql(
                    "CREATE SCHEMA \"od.d\"",
                    "CREATE TABLE \"od.d\".\"We\"\"ird: ${x}\n# - y\" (\"no: i\\d\" bigint PRIMARY KEY, \"true\" timestamp NOT NULL)",
                    "INSERT INTO \"od.d\".\"We\"\"ird: ${x}\n# - y\" SELECT i, now() - i * interval '1 hour' FROM generate_series(1, 5000) i",
                    "ANALYZE");

            assertThat(run(database, "init", "--smallest", "8kB", "--file", "sub.yaml").exitCode())
                    .isZero();

            Config config = ConfigReader.read(directory.resolve("sub.yaml"), Map.of());
            assertThat(config.tables().getFirst().table().name().value())
                    .isEqualTo("We\"ird: ${x}\n# - y");
            assertThat(config.tables().getFirst().partition().key().value()).isEqualTo("true");
        }
    }

    @Test
    void printsTheSchemaWithoutADatabase() {
        assertThat(CommandRun.of("init", "--schema").out()).isEqualTo(ConfigSchema.json());
    }
}
