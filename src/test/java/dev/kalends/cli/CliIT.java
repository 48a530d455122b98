package dev.kalends.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kalends.testing.ServerTest;
import dev.kalends.testing.TestDatabase;
import dev.kalends.testing.TestServers;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class CliIT {
    private static CommandRun run(TestDatabase database, String... arguments) {
        List<String> all = new ArrayList<>(Arrays.asList(arguments));
        all.add("--database");
        all.add(database.url());
        return CommandRun.of(all.toArray(new String[0]));
    }

    private static CommandRun succeed(TestDatabase database, String... arguments) {
        CommandRun run = run(database, arguments);
        assertThat(run.exitCode()).as(run.err()).isZero();
        return run;
    }

    private static void createEvent(TestDatabase database) {
        create(database, "public.event", "id", "at");
    }

    private static void create(TestDatabase database, String table, String id, String key) {
        database.sql(
                "CREATE TABLE %s (%s bigint PRIMARY KEY, %s timestamp(3) NOT NULL, note text)"
                        .formatted(table, id, key),
                "CREATE INDEX ON %s (%s)".formatted(table, key),
                """
                INSERT INTO %s (%s, %s, note)
                SELECT i, timestamp '2026-01-01' + i * interval '3 hours', 'note ' || i FROM generate_series(1, 1000) i
                """
                        .formatted(table, id, key));
    }

    @ServerTest
    void goesTheWholeWayAndBackWithOddNames(TestDatabase database) throws SQLException {
        try (database) {
            wholeWay(
                    database,
                    "\"We\"\"ird Näme\"",
                    "public.\"We\"\"ird Näme\"",
                    "i \"d",
                    "créated at");
            database.sql("CREATE SCHEMA \"select\"");
            wholeWay(database, "select.table", "\"select\".\"table\"", "order", "from");
            String longName = "a".repeat(62) + "Z";
            wholeWay(database, longName, "public.\"" + longName + "\"", "id", "at");
        }
    }

    private static void wholeWay(
            TestDatabase database, String table, String sqlName, String id, String key) {
        String quotedId = '"' + id.replace("\"", "\"\"") + '"';
        create(database, sqlName, quotedId, '"' + key + '"');
        String[] migrate = {"migrate", table, "--key", key, "--every", "month", "--switch"};

        succeed(database, migrate);
        assertThat(kind(database, sqlName)).isEqualTo("p");
        database.sql(
                "INSERT INTO %s (%s, \"%s\", note) VALUES (5000, now(), 'later')"
                        .formatted(sqlName, quotedId, key));
        assertThat(succeed(database, "validate", table).out())
                .contains("1,001", "all equal")
                .doesNotContain("Left out");
        succeed(database, "rollback", table);
        assertThat(kind(database, sqlName)).isEqualTo("r");
        assertThat(count(database, sqlName)).isEqualTo("1001");
        succeed(database, "cleanup", table, "--yes");
        succeed(database, migrate);
        succeed(database, "cleanup", table, "--yes", "--without-backup", "--grace", "0s");
        assertThat(kind(database, sqlName)).isEqualTo("p");
        assertThat(count(database, sqlName)).isEqualTo("1001");
        assertThat(
                        database.value(
                                "SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'kalends\\__%'"))
                .isEqualTo("0");
    }

    private static String kind(TestDatabase database, String sqlName) {
        return database.value(
                "SELECT relkind FROM pg_class WHERE oid = '%s'::regclass".formatted(sqlName));
    }

    private static String count(TestDatabase database, String sqlName) {
        return database.value("SELECT count(*) FROM " + sqlName);
    }

    @Test
    void tellsEachStepAsJson() throws SQLException {
        try (TestDatabase database = TestServers.freshDatabase(TestServers.newest())) {
            createEvent(database);
            // Else autovacuum may do so between two plans.
            database.sql("ANALYZE event");
            JsonNode plan = json(database, "plan", "event", "--key", "at", "--every", "month");
            assertThat(plan.get("steps").size()).isEqualTo(9);
            assertThat(plan.get("steps").get(1).get("locks").get(0).get("mode").asString())
                    .isEqualTo("SHARE ROW EXCLUSIVE");
            assertThat(plan.get("next").asString())
                    .isEqualTo("kalends migrate event --key at --every month");
            assertThat(
                            json(
                                    database,
                                    "migrate",
                                    "event",
                                    "--key",
                                    "at",
                                    "--every",
                                    "month",
                                    "--dry-run"))
                    .isEqualTo(plan);

            JsonNode migrated =
                    json(database, "migrate", "event", "--key", "at", "--every", "month");
            assertThat(migrated.get("rows").asLong()).isEqualTo(1000);
            assertThat(migrated.get("phase").asString()).isEqualTo("READY_TO_SWITCH");
            assertThat(migrated.get("seconds").has("copying")).isTrue();
            assertThat(migrated.get("next").asString()).isEqualTo("kalends switch event");

            JsonNode validated = json(database, "validate", "event");
            assertThat(validated.get("equal").asBoolean()).isTrue();
            assertThat(validated.get("rows").asLong()).isEqualTo(1000);

            JsonNode dryRun = json(database, "switch", "event", "--dry-run");
            assertThat(dryRun.get("steps").size()).isEqualTo(2);
            assertThat(kind(database, "event")).isEqualTo("r");

            JsonNode switched = json(database, "switch", "event");
            assertThat(switched.get("attempts").asInt()).isPositive();
            assertThat(switched.has("lockHeldMillis")).isTrue();

            JsonNode status = json(database, "status").get(0);
            assertThat(status.get("table").asString()).isEqualTo("public.event");
            assertThat(status.get("phase").asString()).isEqualTo("SWITCHED");
            assertThat(status.get("rollbackPossible").asBoolean()).isTrue();
            assertThat(json(database, "rollback", "event", "--dry-run").get("possible").asBoolean())
                    .isTrue();
        }
    }

    private static JsonNode json(TestDatabase database, String... arguments) {
        List<String> all = new ArrayList<>(Arrays.asList(arguments));
        all.addAll(List.of("--output", "json"));
        CommandRun run = succeed(database, all.toArray(new String[0]));
        assertThat(run.out().lines()).hasSize(1);
        return run.json();
    }

    @Test
    void whatDestroysNeedsAYes() throws SQLException {
        try (TestDatabase database = TestServers.freshDatabase(TestServers.newest())) {
            createEvent(database);
            succeed(database, "migrate", "event", "--key", "at", "--every", "month");

            CommandRun refused = run(database, "migrate", "event", "--abort");
            assertThat(refused.exitCode()).isEqualTo(5);
            assertThat(refused.err())
                    .contains(
                            "CONFIRMATION_NEEDED: This needs a yes: Drop the twin of public.event")
                    .contains("Run the same command with --yes.");
            CommandRun no =
                    CommandRun.answering(
                            "no", "migrate", "event", "--abort", "--database", database.url());
            assertThat(no.exitCode()).isEqualTo(5);
            assertThat(no.err()).contains("You did not say yes.");

            succeed(database, "switch", "event");
            assertThat(run(database, "cleanup", "event").exitCode()).isEqualTo(5);
            CommandRun early = run(database, "cleanup", "event", "--yes", "--without-backup");
            assertThat(early.exitCode()).isEqualTo(5);
            assertThat(early.err()).contains("GRACE_NOT_OVER: The grace time of 1 day");
            CommandRun noBackup = run(database, "cleanup", "event", "--yes", "--grace", "0s");
            assertThat(noBackup.exitCode()).isEqualTo(5);
            assertThat(noBackup.err()).contains("CONFIRMATION_NEEDED: No verified backup");

            succeed(database, "rollback", "event");
            CommandRun yes =
                    CommandRun.answering("yes", "cleanup", "event", "--database", database.url());
            assertThat(yes.exitCode()).as(yes.err()).isZero();
            assertThat(yes.out()).contains("Dropped ");
        }
    }

    @Test
    void abortLeavesTheTableAsItWas() throws SQLException {
        try (TestDatabase database = TestServers.freshDatabase(TestServers.newest())) {
            createEvent(database);
            String before = database.value("SELECT count(*) FROM pg_class");
            succeed(database, "migrate", "event", "--key", "at", "--every", "month");

            CommandRun aborted = succeed(database, "migrate", "event", "--abort", "--yes");

            assertThat(aborted.out()).contains("Nothing of Kalends is left in the database.");
            assertThat(database.value("SELECT count(*) FROM pg_class")).isEqualTo(before);
            assertThat(database.value("SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal"))
                    .isEqualTo("0");
        }
    }

    @Test
    void terminationStopsAtASafePointAndTheSameCommandContinues()
            throws SQLException, IOException, InterruptedException {
        try (TestDatabase database = TestServers.freshDatabase(TestServers.newest())) {
            createEvent(database);
            LocalTime now = LocalTime.now(ZoneOffset.UTC);
            String closed = "%tR-%tR".formatted(now.plusHours(2), now.plusHours(3));
            Path log = Path.of("target", "interrupted.log");
            Process process =
                    new ProcessBuilder(
                                    Path.of(System.getProperty("java.home"), "bin", "java")
                                            .toString(),
                                    "-cp",
                                    System.getProperty("java.class.path"),
                                    "dev.kalends.Main",
                                    "migrate",
                                    "event",
                                    "--key",
                                    "at",
                                    "--every",
                                    "month",
                                    "--window",
                                    closed,
                                    "--database",
                                    database.url())
                            .redirectErrorStream(true)
                            .redirectOutput(log.toFile())
                            .start();
            try {
                Awaitility.await()
                        .atMost(Duration.ofSeconds(60))
                        .untilAsserted(() -> assertThat(log).content().contains("waiting: window"));
                assertThat(succeed(database, "status").out())
                        .contains("COPYING", "kalends stop event");

                process.destroy();

                assertThat(process.waitFor(Duration.ofSeconds(30))).isTrue();
                assertThat(process.exitValue()).isEqualTo(1);
                assertThat(log)
                        .content()
                        .contains(
                                "SIGTERM: stopping at the next safe point",
                                "STOPPED: Stopped as requested.",
                                "Next: Run the same command again to continue");
            } finally {
                process.destroyForcibly();
            }
            assertThat(succeed(database, "migrate", "event", "--switch").out())
                    .contains("is partitioned now");
        }
    }
}
