package dev.kalends.demo.messaging;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.stream.Collectors;

/// The application's schema, as Prisma's migrations write it. There is no view, trigger or sequence
/// in it.
public final class MessagingApplication {
    /// The table that grows, as it stands in SQL.
    public static final String CONVERSATION_MESSAGE = "\"ConversationMessage\"";

    private static final String TABLES =
            """
            CREATE TABLE "Church" (
                "id" TEXT NOT NULL,
                "name" TEXT NOT NULL,
                "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP);
            CREATE TABLE "Admin" (
                "id" TEXT NOT NULL,
                "churchId" TEXT NOT NULL,
                "email" TEXT NOT NULL,
                "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP);
            CREATE TABLE "Member" (
                "id" TEXT NOT NULL,
                "churchId" TEXT NOT NULL,
                "phone" TEXT NOT NULL,
                "name" TEXT,
                "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
                "updatedAt" TIMESTAMP(3) NOT NULL);
            CREATE TABLE "Conversation" (
                "id" TEXT NOT NULL,
                "churchId" TEXT NOT NULL,
                "memberId" TEXT NOT NULL,
                "status" TEXT NOT NULL DEFAULT 'open',
                "lastMessageAt" TIMESTAMP(3),
                "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
                "updatedAt" TIMESTAMP(3) NOT NULL);
            CREATE TABLE "Message" (
                "id" TEXT NOT NULL,
                "churchId" TEXT NOT NULL,
                "content" TEXT NOT NULL,
                "status" TEXT NOT NULL DEFAULT 'draft',
                "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
                "updatedAt" TIMESTAMP(3) NOT NULL);
            CREATE TABLE "MessageRecipient" (
                "id" TEXT NOT NULL,
                "messageId" TEXT NOT NULL,
                "memberId" TEXT NOT NULL,
                "status" TEXT NOT NULL DEFAULT 'pending',
                "attempts" INTEGER NOT NULL DEFAULT 0,
                "deliveredAt" TIMESTAMP(3));
            CREATE TABLE "MessageQueue" (
                "id" TEXT NOT NULL,
                "messageId" TEXT NOT NULL,
                "status" TEXT NOT NULL DEFAULT 'queued',
                "nextRetryAt" TIMESTAMP(3),
                "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP);
            """;

    private static final String REACTION_TABLE =
            """
            CREATE TABLE "MessageReaction" (
                "id" TEXT NOT NULL,
                "messageId" TEXT NOT NULL,
                "emoji" TEXT NOT NULL,
                "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP)
            """;

    private static final List<String> KEYS =
            List.of(
                    primaryKey("Church"),
                    primaryKey("Admin"),
                    primaryKey("Member"),
                    primaryKey("Conversation"),
                    primaryKey("Message"),
                    primaryKey("MessageRecipient"),
                    primaryKey("MessageQueue"),
                    primaryKey("ConversationMessage"),
                    index("Member", "churchId"),
                    index("Conversation", "churchId", "lastMessageAt"),
                    index("Message", "churchId", "createdAt", "status"),
                    index("MessageRecipient", "memberId"),
                    index("MessageQueue", "status", "nextRetryAt"),
                    index("ConversationMessage", "churchId"),
                    index("ConversationMessage", "conversationId"),
                    index("ConversationMessage", "conversationId", "createdAt"),
                    index("ConversationMessage", "createdAt"),
                    index("ConversationMessage", "direction"),
                    index("ConversationMessage", "memberId"),
                    index("ConversationMessage", "providerMessageId"),
                    unique("Admin", "email"),
                    unique("Conversation", "churchId", "memberId"),
                    unique("MessageRecipient", "messageId", "memberId"),
                    foreignKey("Admin", "churchId", "Church", "CASCADE"),
                    foreignKey("Member", "churchId", "Church", "CASCADE"),
                    foreignKey("Conversation", "churchId", "Church", "CASCADE"),
                    foreignKey("Conversation", "memberId", "Member", "CASCADE"),
                    foreignKey("Message", "churchId", "Church", "CASCADE"),
                    foreignKey("MessageRecipient", "messageId", "Message", "CASCADE"),
                    foreignKey("MessageRecipient", "memberId", "Member", "CASCADE"),
                    foreignKey("MessageQueue", "messageId", "Message", "CASCADE"),
                    foreignKey("ConversationMessage", "conversationId", "Conversation", "CASCADE"),
                    foreignKey("ConversationMessage", "memberId", "Member", "SET NULL"));

    private static final List<String> CURRENT_KEYS =
            List.of(
                    primaryKey("MessageReaction"),
                    index("ConversationMessage", "replyToId"),
                    index("MessageReaction", "messageId"),
                    foreignKey(
                            "ConversationMessage", "replyToId", "ConversationMessage", "SET NULL"),
                    foreignKey("MessageReaction", "messageId", "ConversationMessage", "CASCADE"));

    private MessagingApplication() {}

    /// Creates the empty schema, whole.
    public static void create(Connection connection, Variant variant) throws SQLException {
        createTables(connection, variant);
        createKeys(connection, variant);
    }

    /// Creates the tables without keys and indexes, for loading.
    static void createTables(Connection connection, Variant variant) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(TABLES);
            statement.execute(
                    Column.of(variant).stream()
                            .map(Column::definition)
                            .collect(
                                    Collectors.joining(
                                            ", ",
                                            "CREATE TABLE " + CONVERSATION_MESSAGE + " (",
                                            ")")));
            if (variant == Variant.CURRENT) {
                statement.execute(REACTION_TABLE);
            }
        }
    }

    /// Adds what [#createTables] left out.
    static void createKeys(Connection connection, Variant variant) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            for (String key : KEYS) {
                statement.execute(key);
            }
            if (variant == Variant.CURRENT) {
                for (String key : CURRENT_KEYS) {
                    statement.execute(key);
                }
            }
        }
    }

    private static String primaryKey(String table) {
        return "ALTER TABLE \"%s\" ADD CONSTRAINT \"%s_pkey\" PRIMARY KEY (\"id\")"
                .formatted(table, table);
    }

    private static String index(String table, String... columns) {
        return "CREATE INDEX \"%s_%s_idx\" ON \"%s\" (\"%s\")"
                .formatted(table, String.join("_", columns), table, String.join("\", \"", columns));
    }

    private static String unique(String table, String... columns) {
        return "CREATE UNIQUE INDEX \"%s_%s_key\" ON \"%s\" (\"%s\")"
                .formatted(table, String.join("_", columns), table, String.join("\", \"", columns));
    }

    private static String foreignKey(
            String table, String column, String referenced, String onDelete) {
        return """
        ALTER TABLE "%s" ADD CONSTRAINT "%s_%s_fkey" FOREIGN KEY ("%s")
            REFERENCES "%s" ("id") ON DELETE %s ON UPDATE CASCADE
        """
                .formatted(table, table, column, column, referenced, onDelete);
    }
}
