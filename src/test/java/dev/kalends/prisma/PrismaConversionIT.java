package dev.kalends.prisma;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kalends.app.Kalends;
import dev.kalends.config.Config;
import dev.kalends.config.ConfigException;
import dev.kalends.config.ConfigReader;
import dev.kalends.config.TableConfig;
import dev.kalends.config.TableNames;
import dev.kalends.demo.messaging.MessagingApplication;
import dev.kalends.demo.messaging.Variant;
import dev.kalends.plan.Plan;
import dev.kalends.sql.QualifiedName;
import dev.kalends.testing.Conversions;
import dev.kalends.testing.OldestAndNewest;
import dev.kalends.testing.PrismaProject;
import dev.kalends.testing.TestDatabase;
import dev.kalends.testing.TestServers;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Prisma's client and schema engine, with the schema and code of before, on converted tables.
class PrismaConversionIT {
    /// The operations' rows are made then, and 31 days earlier, which must be another month; both
    /// in partitions of tables that were empty when they were converted.
    private final Instant base =
            Instant.now(Clock.systemUTC()).plus(Duration.ofDays(45)).truncatedTo(ChronoUnit.DAYS);

    private static final String BY_ID =
            """
            tables:
              - table: Conversation
                partition: {by: range, key: id, every: month, format: cuid}
                unique: {"churchId, memberId": guard}
              - table: ConversationMessage
                partition: {by: range, key: id, every: month, format: cuid}
              - table: Message
                partition: {by: range, key: id, every: month, format: cuid}
              - table: MessageRecipient
                partition: {by: range, key: messageId, every: month, format: cuid}
                references: paired
            """;

    private static final String BY_TIME =
            """
            tables:
              - table: Conversation
                partition: {by: range, key: createdAt, every: month}
                unique: {id: guard, "churchId, memberId": guard}
                references: guard
              - table: ConversationMessage
                partition: {by: range, key: createdAt, every: month}
                unique: {id: guard}
                references: guard
            """;

    private static final JsonMapper JSON = new JsonMapper();

    private static final String UNIQUE =
            "P2002 23505 duplicate key value violates unique constraint ";
    private static final String NO_CONFLICT_TARGET =
            "P2039 42P10 there is no unique or exclusion constraint matching the ON CONFLICT specification";
    private static final String NAMES_INDEX =
            "A violation of a unique key names the partition's index";
    private static final String NAMES_PARTITION = "A violation of any rule names the partition";
    private static final String NO_UPSERT_OF_CONVERSATION =
            "ON CONFLICT (\"churchId\", \"memberId\") will fail with 42P10, and so do an ORM's native upserts";
    private static final String CONVERSATION_OF_ANN =
            "{\"churchId\":\"<church>\",\"createdAt\":\"t+0\",\"id\":\"<conversation>\",\"lastMessageAt\":null,"
                    + "\"memberId\":\"<ann>\",\"status\":\"%s\",\"updatedAt\":\"<time>\"}";

    private static final Expected UPSERT_INSERTS =
            new Expected(
                    "upsert conversation, inserts",
                    CONVERSATION_OF_ANN.formatted("open"),
                    NO_CONFLICT_TARGET,
                    NO_UPSERT_OF_CONVERSATION);
    private static final Expected UPSERT_UPDATES =
            new Expected(
                    "upsert conversation, updates",
                    CONVERSATION_OF_ANN.formatted("closed"),
                    NO_CONFLICT_TARGET,
                    NO_UPSERT_OF_CONVERSATION);
    private static final Expected REPLY_TO_NOTHING =
            foreignKey(
                    "create reply to nothing",
                    "ConversationMessage",
                    "conversation_message_M",
                    "ConversationMessage_replyToId_fkey");

    /// A step that is expected to print something else.
    ///
    /// @param because how the announced consequence begins
    private record Expected(String step, String before, String after, String because) {
        Difference difference() {
            return new Difference(step, before, after);
        }
    }

    private static Expected uniqueKey(String step, String index, String ofPartition) {
        return new Expected(
                step, UNIQUE + '"' + index + '"', UNIQUE + '"' + ofPartition + '"', NAMES_INDEX);
    }

    private static Expected foreignKey(String step, String table, String partition, String key) {
        String message =
                "P2003 23503 insert or update on table \"%s\" violates foreign key constraint \"%s\"";
        return new Expected(
                step,
                message.formatted(table, key),
                message.formatted(partition, key),
                NAMES_PARTITION);
    }

    /// A step that prints something else on converted tables.
    ///
    /// @param before on plain tables
    /// @param after on converted ones; months of partitions are written as "M"
    private record Difference(String step, String before, String after) {}

    @OldestAndNewest
    void cutByIdsTablesBehaveAsAnnounced(TestDatabase database)
            throws IOException, InterruptedException, SQLException, ConfigException {
        List<String> consequences = convert(database, BY_ID);

        assertDifferences(
                database,
                consequences,
                List.of(
                        uniqueKey("create, id taken", "Message_pkey", "message_M_pkey"),
                        uniqueKey(
                                "create, id taken, other month", "Message_pkey", "message_M_pkey"),
                        foreignKey(
                                "create, no such church",
                                "Message",
                                "message_M",
                                "Message_churchId_fkey"),
                        uniqueKey(
                                "create recipient, unique key taken",
                                "MessageRecipient_messageId_memberId_key",
                                "message_recipient_M_messageId_memberId_key"),
                        foreignKey(
                                "create recipient, no such message",
                                "MessageRecipient",
                                "message_recipient_M",
                                "MessageRecipient_messageId_fkey"),
                        new Expected(
                                "upsert recipient by id, updates",
                                "{\"attempts\":1,\"deliveredAt\":null,\"id\":\"<recipient1>\",\"memberId\":\"<ann>\","
                                        + "\"messageId\":\"<message3>\",\"status\":\"pending\"}",
                                NO_CONFLICT_TARGET,
                                "ON CONFLICT (id) will fail with 42P10, and so do an ORM's native upserts;"
                                        + " ON CONFLICT (id, \"messageId\") works"),
                        new Expected(
                                "create recipient, id taken, other message",
                                UNIQUE + "\"MessageRecipient_pkey\"",
                                "{\"attempts\":0,\"deliveredAt\":null,\"id\":\"<recipient1>\",\"memberId\":\"<dee>\","
                                        + "\"messageId\":\"<message4>\",\"status\":\"pending\"}",
                                "PRIMARY KEY (id) becomes (id, \"messageId\"): the same id with another \"messageId\""
                                        + " will be accepted."),
                        UPSERT_INSERTS,
                        UPSERT_UPDATES,
                        uniqueKey("createMany, one id taken", "Message_pkey", "message_M_pkey"),
                        REPLY_TO_NOTHING,
                        uniqueKey(
                                "interactive transaction, fails",
                                "Message_pkey",
                                "message_M_pkey")));
        assertThat(sqlOf(PrismaProject.installed().schema(database, "diff")))
                .containsExactly(
                        "DROP INDEX \"Conversation_churchId_memberId_key\"",
                        "ALTER TABLE \"MessageRecipient\" DROP CONSTRAINT \"MessageRecipient_pkey\","
                                + " ADD CONSTRAINT \"MessageRecipient_pkey\" PRIMARY KEY (\"id\")",
                        "CREATE UNIQUE INDEX \"Conversation_churchId_memberId_key\""
                                + " ON \"Conversation\"(\"churchId\", \"memberId\")",
                        "ALTER TABLE \"MessageRecipient\" ADD CONSTRAINT \"MessageRecipient_messageId_fkey\""
                                + " FOREIGN KEY (\"messageId\") REFERENCES \"Message\"(\"id\")"
                                + " ON DELETE CASCADE ON UPDATE CASCADE");
        assertThat(consequences)
                .anyMatch(each ->
                        each.startsWith("Foreign key \"MessageRecipient_messageId_fkey\"")
                                && each.contains("introspection shows none on the table itself"))
                .noneMatch(each ->
                        each.startsWith("Foreign key \"MessageRecipient_messageId_fkey\"")
                                && each.contains("will point at a partitioned table"));
    }

    @OldestAndNewest
    void cutByTimeWithGuardsTablesBehaveAsAnnounced(TestDatabase database)
            throws IOException, InterruptedException, SQLException, ConfigException {
        List<String> consequences = convert(database, BY_TIME);

        assertDifferences(
                database,
                consequences,
                List.of(
                        UPSERT_INSERTS,
                        UPSERT_UPDATES,
                        uniqueKey(
                                "create conversation, unique key taken",
                                "Conversation_churchId_memberId_key",
                                "conversation_M_churchId_memberId_key"),
                        REPLY_TO_NOTHING));
        assertThat(PrismaProject.installed().schema(database, "diff").path("error").toString())
                .contains(
                        "P4002",
                        "Cross schema references are only allowed when the target schema is listed",
                        "`public.ConversationMessage` points to `kalends_guard_");
        assertThat(consequences)
                .anyMatch(each ->
                        each.startsWith("Foreign key \"ConversationMessage_conversationId_fkey\"")
                                && each.contains("guard table kalends_guard_N.\"Conversation\"")
                                && each.contains("P4002"));
    }

    private void assertDifferences(
            TestDatabase database, List<String> consequences, List<Expected> expected)
            throws IOException, InterruptedException, SQLException {
        assertThat(differences(database))
                .containsExactlyElementsOf(expected.stream().map(Expected::difference).toList());
        assertThat(expected)
                .allSatisfy(each ->
                        assertThat(consequences)
                                .as(each.step())
                                .anyMatch(line -> line.startsWith(each.because())));
    }

    /// The statements of a diff, each on one line.
    private static List<String> sqlOf(JsonNode diff) {
        return Arrays.stream(diff.path("sql").asString().split(";", -1))
                .map(each -> each.replaceAll("--.*", "").replaceAll("\\s+", " ").strip())
                .filter(each -> !each.isEmpty())
                .toList();
    }

    private List<Difference> differences(TestDatabase converted)
            throws IOException, SQLException, InterruptedException {
        PrismaProject prisma = PrismaProject.installed();
        List<String> after = prisma.operations(converted, base);
        List<String> before;
        try (TestDatabase plain = TestServers.freshDatabase(converted.server().major())) {
            create(plain);
            before = prisma.operations(plain, base);
        }
        assertThat(after).hasSameSizeAs(before);
        List<Difference> differences = new ArrayList<>();
        for (int i = 0; i < before.size(); i++) {
            if (!before.get(i).equals(after.get(i))) {
                JsonNode plain = JSON.readTree(before.get(i));
                JsonNode other = JSON.readTree(after.get(i));
                assertThat(other.path("step")).isEqualTo(plain.path("step"));
                differences.add(
                        new Difference(
                                plain.path("step").asString(), outcome(plain), outcome(other)));
            }
        }
        return differences;
    }

    /// The result, or the error's codes and message, and the name that Prisma gives to the
    /// constraint unless the message has it.
    private static String outcome(JsonNode line) {
        JsonNode error = line.path("error");
        if (error.isMissingNode()) {
            return line.path("result").toString();
        }
        String message = error.path("message").asString();
        String constraint = error.path("constraint").path("index").asString("");
        return "%s %s %s%s"
                .formatted(
                        error.path("code").asString(),
                        error.path("sqlState").asString("-"),
                        message,
                        message.contains(constraint) ? "" : " [" + constraint + "]")
                .replaceAll("_\\d{4}_\\d\\d(?!\\d)", "_M");
    }

    private static void create(TestDatabase database) throws SQLException {
        try (Connection connection = database.connect()) {
            MessagingApplication.create(connection, Variant.CURRENT);
        }
    }

    /// @return the consequences that the plans announce
    private static List<String> convert(TestDatabase database, String tables)
            throws ConfigException, SQLException {
        create(database);
        Config config = ConfigReader.parse(tables, "kalends.yaml", Path.of("."), Map.of());
        Kalends kalends = Conversions.kalends(database.url());
        List<String> consequences = new ArrayList<>();
        for (List<String> group :
                List.of(
                        List.of("Conversation"),
                        List.of("ConversationMessage"),
                        List.of("Message", "MessageRecipient"))) {
            List<QualifiedName> names = group.stream().map(TableNames::parse).toList();
            List<TableConfig> wishes =
                    names.stream().map(config::table).filter(Objects::nonNull).toList();
            if (wishes.isEmpty()) {
                continue;
            }
            for (Plan plan : kalends.plan(wishes)) {
                plan.consequences().stream()
                        .map(each ->
                                each.replaceAll("_\\d{4}_\\d\\d(?!\\d)", "_M")
                                        .replaceAll("kalends_guard_\\d+", "kalends_guard_N"))
                        .forEach(consequences::add);
            }
            kalends.migrate(names, wishes);
            kalends.switchTables(names.getFirst());
        }
        return consequences;
    }
}
