package dev.kalends.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kalends.demo.messaging.Generator;
import dev.kalends.demo.messaging.Loader;
import dev.kalends.demo.messaging.MessagingApplication;
import dev.kalends.demo.messaging.Variant;
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
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class SchemaIT {
    /// The models that have something to do with the converted tables.
    private static final String SCHEMA =
            """
            datasource db {
              provider = "postgresql"
            }

            model ConversationMessage {
              id             String   @id @default(cuid())
              conversationId String
              direction      String
              replyToId      String?
              createdAt      DateTime @default(now())
              replyTo        ConversationMessage?  @relation("Replies", fields: [replyToId], references: [id])
              replies        ConversationMessage[] @relation("Replies")
              reactions      MessageReaction[]

              @@index([conversationId, createdAt])
            }

            model MessageReaction {
              id        String              @id @default(cuid())
              messageId String
              emoji     String
              message   ConversationMessage @relation(fields: [messageId], references: [id], onDelete: Cascade)
            }

            model Broadcast {
              id        String   @id
              content   String
              @@map("Message")
            }
            """;

    /// What Prisma's engine reads of a database: ordinary and partitioned tables that are no
    /// partitions, in the schemas of the datasource, with their columns, keys and foreign keys.
    private static final String SEEN =
            """
            SELECT kind, place, definition FROM (
                SELECT 'key' AS kind, t.relname AS place, x.relname || CASE WHEN i.indisprimary THEN ' primary ' ELSE ' unique ' END
                       || (SELECT string_agg(a.attname, ',' ORDER BY k.ord) FROM unnest(i.indkey) WITH ORDINALITY k (num, ord)
                             JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.num) AS definition
                  FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid JOIN pg_class t ON t.oid = i.indrelid
                  JOIN pg_namespace n ON n.oid = t.relnamespace
                 WHERE i.indisunique AND NOT t.relispartition AND (n.nspname = 'public' OR n.nspname LIKE 'kalends\\_guard\\_%')
                UNION ALL
                SELECT 'reference', t.relname, c.conname || ' ' || regexp_replace(pg_get_constraintdef(c.oid), '_[0-9]+\\.', '.')
                  FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid JOIN pg_namespace n ON n.oid = t.relnamespace
                 WHERE c.contype = 'f' AND NOT t.relispartition AND n.nspname = 'public' AND c.conparentid = 0) seen
             ORDER BY 1, 2, 3
            """;

    @TempDir Path directory;

    @BeforeEach
    void writeTheSchema() throws IOException {
        Files.writeString(directory.resolve("schema.prisma"), SCHEMA);
        Files.writeString(
                directory.resolve("kalends.yaml"),
                """
                tables:
                  - table: ConversationMessage
                    partition: {key: createdAt, every: year}
                    unique: {id: guard}
                    references: guard
                  - table: Message
                    partition: {key: id, every: year}
                """);
    }

    private CommandRun run(TestDatabase database, String... arguments) {
        List<String> all = new ArrayList<>(Arrays.asList(arguments));
        all.addAll(List.of("--database", database.url()));
        return CommandRun.in(directory, Map.of(), all.toArray(new String[0]));
    }

    private CommandRun succeed(TestDatabase database, String... arguments) {
        CommandRun run = run(database, arguments);
        assertThat(run.exitCode()).as(run.err() + run.out()).isZero();
        return run;
    }

    private static void load(TestDatabase database) throws SQLException {
        try (Connection connection = database.connect()) {
            Loader.load(
                    connection,
                    new Generator(2_000, 12, 7, Instant.now().truncatedTo(ChronoUnit.MILLIS)),
                    Variant.CURRENT,
                    rows -> {});
        }
    }

    @OldestAndNewest
    void givesAnOrdinaryTableTheKeysOfTheConvertedOne(TestDatabase database) throws SQLException {
        load(database);
        String[] command = {
            "schema",
            "prisma",
            "--schema",
            "schema.prisma",
            "ConversationMessage",
            "--output",
            "json"
        };
        JsonNode planned = succeed(database, withPlanned(command)).json();
        succeed(database, "migrate", "ConversationMessage", "--switch");

        JsonNode converted = succeed(database, command).json();

        assertThat(converted.get("schema")).isEqualTo(planned.get("schema"));
        assertThat(converted.get("migrationSql")).isEqualTo(planned.get("migrationSql"));
        String schema = converted.get("schema").asString();
        assertThat(schema)
                .contains("  id             String   @default(cuid())\n")
                .contains("  @@id([id, createdAt])\n")
                .containsPattern(
                        "  // \\(id\\) stays unique across partitions, by the table kalends_guard_\\d+")
                .contains("message   ConversationMessageGuard @relation(fields: [messageId]")
                .contains("replyTo        ConversationMessageGuard?  @relation(\"Replies\"")
                .contains("model ConversationMessageGuard {\n  reactions      MessageReaction[]")
                .contains("\n  replies        ConversationMessage[] @relation(\"Replies\")\n")
                .containsPattern("schemas  = \\[\"public\", \"kalends_guard_\\d+\"\\]")
                .contains("  @@schema(\"public\")\n");
        assertThat(converted.get("external").get(0).asString())
                .matches("kalends_guard_\\d+\\.ConversationMessage");
        assertThat(converted.get("commands").get(0).asString())
                .matches("npx prisma migrate resolve --applied \\d{14}_kalends_partitioning");
        assertThat(converted.get("notVerified").asString()).startsWith("Not verified: ");
        sameShape(database, converted.get("migrationSql").asString());
    }

    private static String[] withPlanned(String... command) {
        String[] planned = Arrays.copyOf(command, command.length + 1);
        planned[command.length] = "--planned";
        return planned;
    }

    /// A database made from the application's migrations and the baseline looks to Prisma as the
    /// converted one does.
    private static void sameShape(TestDatabase converted, String baseline) throws SQLException {
        try (TestDatabase shadow = TestServers.freshDatabase(converted.server().major())) {
            try (Connection connection = shadow.connect()) {
                MessagingApplication.create(connection, Variant.CURRENT);
            }
            shadow.sql(baseline);
            List<List<@Nullable String>> seen = shadow.rows(SEEN);

            assertThat(seen).isEqualTo(converted.rows(SEEN)).hasSizeGreaterThan(20);
        }
    }

    @OldestAndNewest
    void needsNoChangeWhereTheIdIsTheKey(TestDatabase database) throws SQLException {
        load(database);
        succeed(database, "migrate", "Message", "--switch");

        CommandRun run = succeed(database, "schema", "prisma", "--schema", "schema.prisma");

        assertThat(run.out())
                .contains(
                        "public.\"Message\": no change. Its primary key, unique keys and foreign keys are what they were")
                .contains("Not verified: Prisma's own engine was not run.")
                .doesNotContain("@@id", "migration.sql", "tables.external", "resolve");
        sameShape(database, "SELECT 1");
    }

    @Test
    void saysWhatItNeeds() throws SQLException {
        try (TestDatabase database = TestServers.freshDatabase(TestServers.newest())) {
            assertThat(run(database, "schema", "drizzle").err())
                    .contains("USAGE: \"drizzle\" is no kind of schema that Kalends knows.");
            assertThat(run(database, "schema", "prisma").err())
                    .contains("USAGE: Nothing says where the schema is.");
            assertThat(run(database, "schema", "prisma", "--schema", "nowhere").err())
                    .contains("USAGE: There is no file ");
            CommandRun none = run(database, "schema", "prisma", "--schema", "schema.prisma");
            assertThat(none.exitCode()).isEqualTo(2);
            assertThat(none.err())
                    .contains(
                            "MIGRATION_NOT_FOUND: No table of this database has been converted.",
                            "--planned");
        }
    }
}
