package dev.kalends.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kalends.demo.messaging.Generator;
import dev.kalends.demo.messaging.Loader;
import dev.kalends.demo.messaging.Variant;
import dev.kalends.embedded.EmbeddedPostgres;
import dev.kalends.embedded.ServerOptions;
import dev.kalends.testing.Events;
import dev.kalends.testing.OldestAndNewest;
import dev.kalends.testing.TestDatabase;
import dev.kalends.testing.TestServers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class CheckIT {
    @TempDir Path directory;

    private CommandRun check(TestDatabase database, String... options) {
        return checkAt(database.url(), options);
    }

    private CommandRun checkAt(String url, String... options) {
        List<String> all = new ArrayList<>(List.of("check", "--database", url));
        all.addAll(Arrays.asList(options));
        return CommandRun.in(directory, Map.of(), all.toArray(new String[0]));
    }

    private static JsonNode table(CommandRun run, String name) {
        for (JsonNode table : run.json().get("tables")) {
            if (table.get("table").asString().equals(name)) {
                return table;
            }
        }
        throw new AssertionError(name + " is not in " + run.out() + run.err());
    }

    private static String findings(JsonNode node) {
        StringBuilder all = new StringBuilder();
        node.forEach(each ->
                all.append(each.get("weight").asString())
                        .append(' ')
                        .append(each.get("topic").asString())
                        .append(": ")
                        .append(each.get("text").asString())
                        .append(" → ")
                        .append(each.get("remedy").asString())
                        .append('\n'));
        return all.toString();
    }

    private static void loadMessaging(TestDatabase database) throws SQLException {
        try (Connection connection = database.connect()) {
            Loader.load(
                    connection,
                    new Generator(20_000, 24, 7, Instant.now().truncatedTo(ChronoUnit.MILLIS)),
                    Variant.CURRENT,
                    rows -> {});
        }
    }

    @OldestAndNewest
    void recommendsKeysForTheMessagingApplication(TestDatabase database) throws SQLException {
        try (database) {
            loadMessaging(database);

            CommandRun run = check(database, "--smallest", "150kB", "--output", "json");

            JsonNode messages = table(run, "public.\"ConversationMessage\"");
            assertThat(messages.get("verdict").asString()).isEqualTo("ready");
            assertThat(messages.get("recommendation").get("entry").asString())
                    .contains("key: id, every: ", "clusterBy: [conversationId, createdAt]")
                    .doesNotContain("unique", "references");
            assertThat(messages.get("recommendation").get("why").asString())
                    .startsWith("Its ids (cuid) begin with the time they were made");
            assertThat(findings(messages.get("findings")))
                    .contains("sampled rows the time in id and \"createdAt\" differ by at most ");
            JsonNode recipients = table(run, "public.\"MessageRecipient\"");
            assertThat(recipients.get("verdict").asString()).isEqualTo("ready with changes");
            assertThat(recipients.get("recommendation").get("entry").asString())
                    .contains("key: messageId", "references: paired");
            JsonNode admins = table(run, "public.\"Admin\"");
            assertThat(admins.get("verdict").asString()).isEqualTo("not needed");
            assertThat(admins.get("reason").asString()).startsWith("Do not partition it: it has ");
            assertThat(findings(run.json().get("server")))
                    .contains("extension pg_stat_statements is not in this database")
                    .contains("CREATE EXTENSION pg_stat_statements");
            assertThat(run.exitCode()).isEqualTo(3);
            assertThat(check(database).out())
                    .contains("Do not partition it", "Nothing has to be done.");
        }
    }

    @OldestAndNewest
    void measuresHowOldConversationsThatAreInUseHoldQuartersBack(TestDatabase database)
            throws SQLException, IOException {
        try (database) {
            loadMessaging(database);
            database.sql(
                    "UPDATE \"Conversation\" SET \"lastMessageAt\" = now(), \"createdAt\" = now() - interval '30 months'"
                            + " WHERE abs(hashtext(id)) % 2 = 0",
                    "ANALYZE \"Conversation\"");
            Files.writeString(
                    directory.resolve("kalends.yaml"),
                    """
                    tables:
                      - table: Conversation
                        partition: {key: createdAt, every: quarter}
                        unique: {id: guard, "churchId, memberId": guard}
                        references: guard
                        lifecycle: {retain: 24 months}
                    """);

            CommandRun run = check(database, "--output", "json");

            JsonNode conversations = table(run, "public.\"Conversation\"");
            assertThat(conversations.get("verdict").asString()).isEqualTo("ready with changes");
            assertThat(findings(conversations.get("findings")))
                    .containsPattern(
                            "change activity: \\d+ of \\d+ sampled rows older than 24 months were in use in the last 90 days"
                                    + " \\(\"lastMessageAt\"\\); they lie in 1 of 1 quarters")
                    .contains("partition by a hash of what is looked up, or not at all")
                    .contains("Unique key \"Conversation_pkey\" does not hold the partition key");
            assertThat(run.exitCode()).isEqualTo(3);
        }
    }

    @OldestAndNewest
    void isReadyWhereNothingChangesForTheApplication(TestDatabase database) throws SQLException {
        try (database) {
            createUploads(database, "id");

            CommandRun run = check(database, "upload", "--smallest", "8kB");

            assertThat(run.err()).isEmpty();
            assertThat(run.out())
                    .contains(
                            "public.upload: ready",
                            "Nothing that the application relies on changes.");
            assertThat(run.exitCode()).isZero();
        }
    }

    /// Ids are UUIDs of version 7, or random ones.
    private static void createUploads(TestDatabase database, String kind) {
        String id =
                kind.equals("random")
                        ? "gen_random_uuid()"
                        : """
                        (lpad(to_hex((extract(epoch FROM t.at) * 1000)::bigint), 12, '0') || '7'
                           || substr(md5(t.at::text), 1, 3) || '8' || substr(md5(t.at::text), 4, 15))::uuid
                        """;
        database.sql(
                "CREATE TABLE upload (id uuid PRIMARY KEY, at timestamp NOT NULL, name text)",
                """
                INSERT INTO upload SELECT %s, t.at, 'upload'
                  FROM generate_series(now()::timestamp - interval '20 months', now()::timestamp, interval '15 minutes') t (at)
                """
                        .formatted(id),
                "ANALYZE upload");
    }

    @OldestAndNewest
    void namesStatementsThatWillFailOrLookIntoAllPartitions(TestDatabase database)
            throws SQLException {
        try (database) {
            createUploads(database, "random");
            database.sql(
                    "CREATE EXTENSION pg_stat_statements",
                    "INSERT INTO upload AS u VALUES (gen_random_uuid(), now(), 'a') ON CONFLICT (id) DO UPDATE SET name = 'b'",
                    "SELECT name FROM upload WHERE id = gen_random_uuid()",
                    "SELECT count(*) FROM public.upload u WHERE u.at > now() - interval '1 day'",
                    "UPDATE upload SET at = now() WHERE id = gen_random_uuid()");

            CommandRun run = check(database, "upload", "--smallest", "8kB", "--output", "json");

            JsonNode upload = table(run, "public.upload");
            assertThat(upload.get("verdict").asString()).isEqualTo("ready with changes");
            assertThat(upload.get("recommendation").get("entry").asString())
                    .contains(
                            "partition: {by: range, key: \"at\", every: month}".replace("\"", ""));
            assertThat(findings(upload.get("findings")))
                    .contains("change statements: ON CONFLICT (id) will fail with 42P10: 1 calls")
                    .contains("change statements: An update sets the partition key")
                    .containsPattern("note statements: 1 statement name at and read only")
                    .containsPattern(
                            "note statements: 2 statements do not name at and will look into all \\d+");
            assertThat(findings(run.json().get("server"))).doesNotContain("extension");
            assertThat(run.exitCode()).isEqualTo(3);
        }
    }

    @Test
    void saysWhatItLosesWithoutTheLibrary() throws IOException, SQLException {
        TestServers.useBuildFolder();
        ServerOptions options =
                ServerOptions.of(TestServers.newest()).withSetting("shared_preload_libraries", "");
        try (EmbeddedPostgres server = EmbeddedPostgres.start(options)) {
            server.createDatabase("app");
            try (Connection connection = server.connect("app");
                    Statement statement = connection.createStatement()) {
                statement.execute("CREATE EXTENSION pg_stat_statements");
            }

            CommandRun run = checkAt(server.jdbcUrl("app"), "--output", "json");

            assertThat(findings(run.json().get("server")))
                    .contains(
                            "note statements: Which statements would fail or get slower is not known: ")
                    .contains("shared_preload_libraries");
            assertThat(run.exitCode()).isZero();
        }
    }

    @OldestAndNewest
    void isRefusedByEverythingThatThePlanWouldRefuse(TestDatabase database) {
        Events.create(database, 2000);
        database.sql(
                "CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
                "CREATE RULE quiet AS ON DELETE TO events DO INSTEAD NOTHING",
                "ALTER TABLE events ADD CHECK (id > 0) NOT VALID");
        String role = database.createRole("reader");
        database.sql("GRANT SELECT ON events TO \"" + role + "\"");

        CommandRun run =
                checkAt(database.urlAs(role), "events", "--smallest", "8kB", "--output", "json");

        JsonNode events = table(run, "public.events");
        assertThat(events.get("verdict").asString()).isEqualTo("refused");
        assertThat(findings(events.get("findings")))
                .contains("refusal privileges: the rights of the table's owner: GRANT ")
                .contains("refusal table: rule quiet")
                .contains("is not valid: run ALTER TABLE … VALIDATE CONSTRAINT first");
        assertThat(run.exitCode()).isEqualTo(5);
        assertThat(
                        database.value(
                                "SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'kalends%'"))
                .isEqualTo("0");
    }

    @OldestAndNewest
    void readsNoMoreThanSomePagesOfATable(TestDatabase database) throws SQLException {
        try (database) {
            Events.create(database, 100_000);
            database.sql("CREATE EXTENSION pg_stat_statements");

            check(database, "events");

            assertThat(
                            database.value(
                                    """
                                    SELECT max(shared_blks_hit + shared_blks_read) < 400 FROM pg_stat_statements
                                     WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
                                       AND ltrim(query, E' \\n') LIKE 'SELECT%'
                                       AND (query LIKE '%TABLESAMPLE%' OR query LIKE '%"events"%' OR query LIKE '%.events%')
                                    """))
                    .isEqualTo("t");
            assertThat(database.value("SELECT pg_relation_size('events') / 8192 > 2000"))
                    .isEqualTo("t");
        }
    }

    @OldestAndNewest
    void reportsOthersTransactions(TestDatabase database) throws SQLException, IOException {
        try (database;
                Connection other = database.connect();
                Statement statement = other.createStatement()) {
            Events.create(database, 100);
            Files.writeString(
                    directory.resolve("kalends.yaml"),
                    """
                    throttle: {longTransaction: 1s}
                    tables: [{table: events, partition: {key: id, every: 1000}}]
                    """);
            other.setAutoCommit(false);
            statement.execute("SELECT pg_sleep(1.2)");

            CommandRun run = check(database, "--output", "json");

            assertThat(findings(run.json().get("server")))
                    .contains("change transactions: A long transaction makes the copy pause");
            assertThat(run.exitCode()).isEqualTo(3);
            other.rollback();
        }
    }

    @Test
    void namesTheNearestTables() throws SQLException {
        try (TestDatabase database = TestServers.freshDatabase(TestServers.newest())) {
            Events.create(database, 10);

            CommandRun run = check(database, "event");

            assertThat(run.exitCode()).isEqualTo(2);
            assertThat(run.err()).contains("TABLE_NOT_FOUND: ", "public.events");
        }
    }
}
