package dev.kalends.prisma;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kalends.demo.messaging.MessagingApplication;
import dev.kalends.demo.messaging.Variant;
import dev.kalends.testing.PrismaProject;
import dev.kalends.testing.TestDatabase;
import dev.kalends.testing.TestServers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// What holds of the Prisma project itself, before anything is converted.
class PrismaIT {
    private static final Instant BASE = Instant.parse("2026-05-17T10:00:00Z");

    /// What a conversion by "createdAt" means for the table's keys. Prisma sees no partitions.
    private static final String[] PARTITION = {
        "ALTER TABLE \"MessageReaction\" DROP CONSTRAINT \"MessageReaction_messageId_fkey\"",
        "ALTER TABLE \"ConversationMessage\" DROP CONSTRAINT \"ConversationMessage_replyToId_fkey\"",
        "ALTER TABLE \"ConversationMessage\" DROP CONSTRAINT \"ConversationMessage_pkey\"",
        "ALTER TABLE \"ConversationMessage\""
                + " ADD CONSTRAINT \"ConversationMessage_pkey\" PRIMARY KEY (\"id\", \"createdAt\")",
    };

    @TempDir private Path migrations;

    @Test
    void theOperationsPrintTheSameOnEqualDatabases()
            throws IOException, SQLException, InterruptedException {
        PrismaProject prisma = PrismaProject.installed();
        try (TestDatabase one = database();
                TestDatabase other = database()) {
            List<String> lines = prisma.operations(one, BASE);

            assertThat(lines)
                    .hasSizeGreaterThan(60)
                    .allMatch(line -> line.startsWith("{\"step\":"));
            assertThat(prisma.operations(other, BASE)).isEqualTo(lines);
            assertThat(lines)
                    .filteredOn(line -> line.contains("\"step\":\"create, id taken\""))
                    .singleElement()
                    .asString()
                    .contains("\"code\":\"P2002\"", "\"constraint\":{\"index\":\"Message_pkey\"}");
            assertThat(lines)
                    .filteredOn(line -> line.contains("\"step\":\"create, no such church\""))
                    .singleElement()
                    .asString()
                    .contains("\"code\":\"P2003\"", "{\"index\":\"Message_churchId_fkey\"}");
            assertThat(lines.getLast())
                    .isEqualTo(
                            "{\"step\":\"rows after that\",\"result\":"
                                    + "{\"conversations\":0,\"messages\":0,\"recipients\":0}}");
        }
    }

    @Test
    void theSchemaIsThatOfTheApplication() throws IOException, SQLException, InterruptedException {
        PrismaProject prisma = PrismaProject.installed();
        try (TestDatabase database = database()) {
            assertThat(prisma.schema(database, "diff").path("sql").asString()).isEmpty();
            assertThat(prisma.schema(database, "diff").path("empty").asBoolean()).isTrue();

            database.sql("ALTER TABLE \"Message\" ADD COLUMN extra text");
            assertThat(prisma.schema(database, "diff").path("sql").asString())
                    .contains("ALTER TABLE \"Message\" DROP COLUMN \"extra\"");
        }
    }

    @Test
    void partitionsAreNoDriftButTheirKeysAre()
            throws IOException, SQLException, InterruptedException {
        PrismaProject prisma = PrismaProject.installed();
        try (TestDatabase database = database()) {
            migration("20260101000000_init", prisma.schema(database, "baseline").path("sql"));
            resolve(prisma, database, "20260101000000_init");
            assertThat(status(prisma, database).path("dev").path("tag").asString())
                    .isEqualTo("createMigration");

            partition(database);
            JsonNode drifted = status(prisma, database);
            assertThat(drifted.path("dev").path("tag").asString()).isEqualTo("reset");
            assertThat(drifted.path("dev").path("reason").asString())
                    .contains(
                            "Drift detected",
                            "[-] Removed foreign key on columns (replyToId)",
                            "[-] Dropped the primary key on columns (id)",
                            "[+] Added primary key on columns (id, createdAt)")
                    .doesNotContain("2026_05");

            Files.createDirectory(migrations.resolve("20260601000000_partition"));
            Files.writeString(
                    migrations.resolve("20260601000000_partition/migration.sql"),
                    String.join(";\n", PARTITION) + ";\n");
            resolve(prisma, database, "20260601000000_partition");
            JsonNode resolved = status(prisma, database);
            assertThat(resolved.path("dev").path("tag").asString()).isEqualTo("createMigration");
            assertThat(resolved.path("history").path("history").isNull()).isTrue();
            // What is left is for the schema to follow.
            assertThat(resolved.path("change").path("sql").asString())
                    .contains("ADD CONSTRAINT \"ConversationMessage_pkey\" PRIMARY KEY (\"id\")");
        }
    }

    private static TestDatabase database() throws SQLException {
        TestDatabase database = TestServers.freshDatabase(TestServers.newest());
        try (Connection connection = database.connect()) {
            MessagingApplication.create(connection, Variant.CURRENT);
        }
        return database;
    }

    private static void partition(TestDatabase database) {
        database.sql(PARTITION);
        database.sql(
                "ALTER TABLE \"ConversationMessage\" RENAME TO plain",
                "CREATE TABLE \"ConversationMessage\" (LIKE plain INCLUDING DEFAULTS)"
                        + " PARTITION BY RANGE (\"createdAt\")",
                "CREATE TABLE \"ConversationMessage_2026_05\" PARTITION OF \"ConversationMessage\""
                        + " FOR VALUES FROM ('2026-05-01') TO ('2026-06-01')",
                """
                DO $$ DECLARE each record; BEGIN
                    FOR each IN SELECT indexname AS name, replace(indexdef, '.plain', '."ConversationMessage"') AS sql
                                  FROM pg_indexes WHERE tablename = 'plain' LOOP
                        EXECUTE format('ALTER INDEX %I RENAME TO %I', each.name, 'plain_' || each.name);
                        EXECUTE each.sql;
                    END LOOP;
                    FOR each IN SELECT conname AS name, pg_get_constraintdef(oid) AS sql
                                  FROM pg_constraint WHERE conrelid = 'plain'::regclass AND contype = 'f' LOOP
                        EXECUTE format('ALTER TABLE "ConversationMessage" ADD CONSTRAINT %I %s', each.name, each.sql);
                    END LOOP;
                END $$
                """,
                "DROP TABLE plain",
                "DROP INDEX \"ConversationMessage_pkey\"",
                PARTITION[3]);
    }

    private void migration(String name, JsonNode sql) throws IOException {
        Files.writeString(migrations.resolve("migration_lock.toml"), "provider = \"postgresql\"\n");
        Files.createDirectory(migrations.resolve(name));
        Files.writeString(migrations.resolve(name).resolve("migration.sql"), sql.asString());
    }

    private void resolve(PrismaProject prisma, TestDatabase database, String name)
            throws IOException, InterruptedException {
        assertThat(prisma.schema(database, "resolve", migrations.toString(), name))
                .hasToString("{\"applied\":\"" + name + "\"}");
    }

    private JsonNode status(PrismaProject prisma, TestDatabase database)
            throws IOException, InterruptedException {
        return prisma.schema(database, "status", migrations.toString());
    }
}
