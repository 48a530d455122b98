package dev.kalends.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kalends.embedded.EmbeddedPostgres;
import dev.kalends.testing.TestDatabase;
import dev.kalends.testing.TestServers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Every bad input gets a message that says what is wrong, and changes nothing.
class RefusalIT {
    private static final String EVENT =
            "CREATE TABLE event (id bigint PRIMARY KEY, at timestamp(3) NOT NULL, note text)";
    private static final String CATALOG =
            """
            SELECT concat_ws(E'\\n',
                (SELECT count(*) FROM pg_class), (SELECT count(*) FROM pg_proc),
                (SELECT count(*) FROM pg_trigger), (SELECT count(*) FROM pg_constraint),
                (SELECT string_agg(nspname, ',' ORDER BY nspname) FROM pg_namespace WHERE nspname !~ '^pg_'),
                (SELECT string_agg(relname || relkind::text, ',' ORDER BY oid) FROM pg_class WHERE oid >= 16384),
                (SELECT count(*) FROM pg_attribute))
            """;

    @TempDir private Path folder;
    private final TestDatabase database = TestServers.freshDatabase(TestServers.newest());

    @BeforeEach
    void createTable() {
        database.sql(EVENT);
    }

    @AfterEach
    void dropDatabase() throws SQLException {
        database.close();
    }

    /// @param text part of the message
    record Refusal(String name, int exitCode, List<String> setup, String table, List<String> text) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static Refusal refusal(
            String name, int exitCode, String setup, String table, String... text) {
        return new Refusal(name, exitCode, List.of(setup), table, Arrays.asList(text));
    }

    static Stream<Refusal> refusals() {
        return Stream.of(
                refusal(
                        "unknown table",
                        2,
                        "CREATE TABLE \"Events\" (id int)",
                        "Evnt",
                        "TABLE_NOT_FOUND: There is no table public.\"Evnt\" in this database.",
                        "The nearest names are: public.event, public.\"Events\""),
                refusal(
                        "view",
                        2,
                        "CREATE VIEW latest AS SELECT 1 AS id",
                        "latest",
                        "NOT_A_PLAIN_TABLE: public.latest is a view"),
                refusal(
                        "partitioned table",
                        2,
                        "CREATE TABLE done (id int, at date) PARTITION BY RANGE (at)",
                        "done",
                        "NOT_A_PLAIN_TABLE: public.done is a partitioned table",
                        "It is partitioned already."),
                refusal(
                        "no primary key",
                        5,
                        "ALTER TABLE event DROP CONSTRAINT event_pkey",
                        "event",
                        "REFUSED: ",
                        "the table has no primary key"),
                refusal(
                        "NULL keys",
                        5,
                        "ALTER TABLE event ALTER at DROP NOT NULL; INSERT INTO event VALUES (1), (2), (3)",
                        "event",
                        "REFUSED: ",
                        "3 rows have no at (NULL)"),
                refusal(
                        "nullable key",
                        5,
                        "ALTER TABLE event ALTER at DROP NOT NULL",
                        "event",
                        "REFUSED: ",
                        "at allows NULL",
                        "ALTER TABLE public.event ALTER COLUMN at SET NOT NULL"),
                refusal(
                        "infinite keys",
                        5,
                        "INSERT INTO event VALUES (1, 'infinity'), (2, '-infinity'), (3, now())",
                        "event",
                        "REFUSED: ",
                        "2 rows have an infinite at"),
                refusal(
                        "key column missing",
                        2,
                        "ALTER TABLE event RENAME at TO created",
                        "event",
                        "KEY_NOT_USABLE: public.event has no column at.",
                        "Columns that can be the key: created."),
                refusal(
                        "key of another type",
                        2,
                        "ALTER TABLE event ALTER at TYPE text",
                        "event",
                        "KEY_NOT_USABLE: at of public.event cannot be the partition key: its type is text"),
                feature(
                        "rule",
                        "quiet",
                        "CREATE RULE quiet AS ON DELETE TO event DO INSTEAD NOTHING"),
                feature(
                        "incoming foreign key",
                        "child_event_id_fkey",
                        "CREATE TABLE child (id int PRIMARY KEY, event_id bigint REFERENCES event)"),
                feature(
                        "unique constraint",
                        "one_note",
                        "ALTER TABLE event ADD CONSTRAINT one_note UNIQUE (note)"),
                feature("unique index", "one_note", "CREATE UNIQUE INDEX one_note ON event (note)"),
                feature(
                        "exclusion constraint",
                        "apart",
                        "ALTER TABLE event ADD CONSTRAINT apart EXCLUDE USING btree (note WITH =)"),
                feature("inheritance", "inheritance", "CREATE TABLE child () INHERITS (event)"),
                feature("unlogged", "persistence", "ALTER TABLE event SET UNLOGGED"),
                feature(
                        "check that is not valid",
                        "short",
                        "ALTER TABLE event ADD CONSTRAINT short CHECK (length(note) < 10) NOT VALID"));
    }

    private static Refusal feature(String name, String named, String setup) {
        return new Refusal(
                name,
                5,
                List.of(setup),
                "event",
                List.of("REFUSED: public.event cannot be converted as it is:", named, "Next: "));
    }

    @ParameterizedTest
    @MethodSource("refusals")
    void refusesAndChangesNothing(Refusal refusal) {
        refusal.setup().forEach(database::sql);

        assertRefused(refusal.exitCode(), migrate(refusal.table()), refusal.text());
    }

    private CommandRun migrate(String table, String... more) {
        return migrateAs(database.url(), table, more);
    }

    private CommandRun migrateAs(String url, String table, String... more) {
        String before = database.value(CATALOG);
        String[] arguments =
                Stream.concat(
                                Stream.of(
                                        "migrate",
                                        table,
                                        "--key",
                                        "at",
                                        "--every",
                                        "month",
                                        "--switch",
                                        "--yes",
                                        "--database",
                                        url),
                                Arrays.stream(more))
                        .toArray(String[]::new);
        CommandRun run = CommandRun.of(arguments);
        assertThat(database.value(CATALOG)).isEqualTo(before);
        return run;
    }

    private static void assertRefused(int exitCode, CommandRun run, List<String> text) {
        assertThat(run.err()).contains(text).contains("State: Nothing was changed.");
        assertThat(run.err()).doesNotContain("\tat ");
        assertThat(run.out()).isEmpty();
        assertThat(run.exitCode()).isEqualTo(exitCode);
    }

    @Test
    void refusesARoleThatDoesNotOwnTheTable() {
        String role = database.createRole("stranger");
        database.sql("GRANT SELECT ON event TO \"" + role + "\"");

        assertRefused(
                5,
                migrateAs(database.urlAs(role), "event"),
                List.of("PRIVILEGE_MISSING: Role " + role, "the rights of the table's owner"));
    }

    @Test
    void refusesAnOwnerWithoutCreateOnSchemaAndDatabase() {
        String role = database.createRole("owner");
        database.sql(
                "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
                "ALTER TABLE event OWNER TO \"" + role + "\"");

        assertRefused(
                5,
                migrateAs(database.urlAs(role), "event"),
                List.of(
                        "PRIVILEGE_MISSING: ",
                        "CREATE on the database: GRANT CREATE ON DATABASE " + database.name(),
                        "CREATE on the schema",
                        "GRANT CREATE ON SCHEMA public TO "));
        database.sql("ALTER TABLE event OWNER TO postgres");
    }

    @Test
    void refusesAReadOnlyReplica() throws IOException, SQLException {
        try (EmbeddedPostgres standby = database.server().startStandby()) {
            assertRefused(
                    5,
                    migrateAs(standby.jdbcUrl(database.name()), "event"),
                    List.of(
                            "SERVER_READ_ONLY: The server is a read-only replica.",
                            "Give the address of the primary"));
        }
    }

    @Test
    void refusesAConnectionThatChangesItsBackend() throws IOException {
        try (FakePooler pooler = FakePooler.before(database.server().port())) {
            assertRefused(
                    5,
                    migrateAs(pooler.url(database.name()), "event"),
                    List.of("POOLER_IN_BETWEEN: A connection pooler stands between"));
        }
    }

    @Test
    void refusesWhatTheDiskCannotHold() throws IOException {
        database.sql(
                "INSERT INTO event SELECT i, now(), repeat('x', 200) FROM generate_series(1, 10000) i",
                "ANALYZE event");
        Path config = write("diskFree: 1MB");

        assertRefused(
                5,
                migrate("event", "--config", config.toString()),
                List.of(
                        "DISK_TOO_SMALL: The copy of public.event needs about",
                        "diskFree says 1 MB"));
    }

    @Test
    void refusesPartitionNamesThatAreTaken() {
        String name =
                CommandRun.of(
                                "plan",
                                "event",
                                "--key",
                                "at",
                                "--every",
                                "month",
                                "--output",
                                "json",
                                "--database",
                                database.url())
                        .json()
                        .get("partitions")
                        .get("last")
                        .get("name")
                        .asString();
        database.sql("CREATE TABLE " + name + " (id int)");

        assertRefused(
                5,
                migrate("event"),
                List.of("REFUSED: Names that the partitions of public.event need are taken", name));
    }

    @Test
    void listsEveryMistakeOfTheConfiguration() throws IOException {
        Path config =
                write(
                        """
                        databse: postgresql://localhost/x
                        tables:
                          - table: event
                            partition: {key: at, every: moon, ahead: 0}
                        copy: {sessions: many}
                        switch: {lockTimeout: 1h}
                        """);

        CommandRun run = CommandRun.of("plan", "event", "--config", config.toString());

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err())
                .contains("CONFIGURATION: The configuration has 5 problems:")
                .contains(":1:1: databse: ", "did you mean database?")
                .contains(":4:", "tables[0].partition.every: ", "tables[0].partition.ahead: ")
                .contains(":5:18: copy.sessions: ")
                .contains(":6:23: switch.lockTimeout: ");
    }

    @Test
    void needsToKnowHowToPartition() {
        CommandRun run = CommandRun.of("plan", "event", "--database", database.url());

        assertRefused(
                2,
                run,
                List.of(
                        "USAGE: Nothing says how to partition public.event.",
                        "Give --key and --every"));
    }

    @Test
    void readsTheDatabaseFromOptionThenFileThenEnvironment() throws IOException {
        Map<String, String> environment = Map.of("KALENDS_DATABASE", database.url());
        assertThat(CommandRun.in(folder, environment, "status").out())
                .isEqualTo("No migrations.\n");
        Files.writeString(
                folder.resolve("kalends.yaml"), "database: postgresql://127.0.0.1:1/nothing\n");
        assertThat(CommandRun.in(folder, environment, "status").err())
                .contains("CONNECTION_FAILED");
        assertThat(CommandRun.in(folder, environment, "--database", database.url(), "status").out())
                .isEqualTo("No migrations.\n");
    }

    @Test
    void whatIsNotUnderWayCannotBeSwitchedOrEnded() {
        for (String command : List.of("switch", "rollback", "cleanup", "validate", "stop")) {
            CommandRun run = CommandRun.of(command, "event", "--yes", "--database", database.url());

            assertThat(run.exitCode()).isEqualTo(2);
            assertThat(run.err()).contains("MIGRATION_NOT_FOUND: No migration of public.event");
        }
    }

    private Path write(String text) throws IOException {
        return Files.writeString(folder.resolve("config.yaml"), text);
    }
}
