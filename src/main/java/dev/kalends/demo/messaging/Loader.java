package dev.kalends.demo.messaging;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/// Fills the application's tables with generated data: rows first, then keys and indexes.
public final class Loader {
    private static final int MESSAGES_PER_BROADCAST = 20;
    private static final int RECIPIENTS_PER_BROADCAST = 4;
    private static final int MESSAGES_PER_REACTION = 100;
    private static final int QUEUED_MIN = 100;
    private static final int MESSAGES_PER_QUEUED = 100;
    private static final int QUEUED_AFTER_MILLIS = 5_000;
    private static final int ROWS_PER_REPORT = 10_000;
    private static final List<String> RECIPIENT_STATUSES =
            List.of("delivered", "delivered", "delivered", "delivered", "sent", "failed");

    private final Connection connection;
    private final Generator generator;
    private final Variant variant;

    private Loader(Connection connection, Generator generator, Variant variant) {
        this.connection = connection;
        this.generator = generator;
        this.variant = variant;
    }

    /// Creates the schema with all its rows, and analyzes it. The database must hold none of its
    /// tables yet.
    ///
    /// @param connection in autocommit mode
    /// @param loaded told from time to time how many rows of "ConversationMessage" are written
    public static void load(
            Connection connection, Generator generator, Variant variant, LongConsumer loaded)
            throws SQLException {
        MessagingApplication.createTables(connection, variant);
        Loader loader = new Loader(connection, generator, variant);
        loader.churches();
        loader.members();
        loader.conversations(loader.messages(loaded));
        loader.broadcasts();
        loader.recipients();
        loader.queue();
        if (variant == Variant.CURRENT) {
            loader.reactions();
        }
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET maintenance_work_mem = '512MB'");
            MessagingApplication.createKeys(connection, variant);
            statement.execute("ANALYZE");
            statement.execute("RESET maintenance_work_mem");
        }
    }

    /// @return the time of each conversation's last message, 0 if it has none
    private long[] messages(LongConsumer loaded) throws SQLException {
        long[] lastMessageAt = new long[Math.toIntExact(generator.conversations())];
        List<Column> columns = Column.of(variant);
        @Nullable String[] values = new @Nullable String[columns.size()];
        try (CopyWriter writer =
                new CopyWriter(
                        connection,
                        MessagingApplication.CONVERSATION_MESSAGE,
                        columns.stream().map(Column::quoted).toList())) {
            for (long ordinal = 0; ordinal < generator.rows(); ordinal++) {
                MessageRow row = generator.message(ordinal);
                for (int i = 0; i < values.length; i++) {
                    values[i] = row.value(columns.get(i));
                }
                writer.row(values);
                int conversation = Math.toIntExact(Cuid.number(row.text(Column.CONVERSATION_ID)));
                lastMessageAt[conversation] = generator.createdAt(ordinal);
                if (ordinal % ROWS_PER_REPORT == 0) {
                    loaded.accept(ordinal);
                }
            }
            writer.finish();
        }
        loaded.accept(generator.rows());
        return lastMessageAt;
    }

    private void churches() throws SQLException {
        String start = Timeline.text(generator.start().toEpochMilli());
        try (CopyWriter writer = copy("Church", "id", "name", "createdAt")) {
            for (long church = 0; church < generator.churches(); church++) {
                writer.row(generator.churchId(church), "Church " + church, start);
            }
            writer.finish();
        }
        try (CopyWriter writer = copy("Admin", "id", "churchId", "email", "createdAt")) {
            for (long church = 0; church < generator.churches(); church++) {
                writer.row(
                        generator.adminId(church),
                        generator.churchId(church),
                        "pastor" + church + "@example.org",
                        start);
            }
            writer.finish();
        }
    }

    private void members() throws SQLException {
        try (CopyWriter writer =
                copy("Member", "id", "churchId", "phone", "name", "createdAt", "updatedAt")) {
            for (long member = 0; member < generator.members(); member++) {
                String createdAt = Timeline.text(generator.conversationCreatedAt(member));
                writer.row(
                        generator.memberId(member),
                        generator.churchId(generator.churchOf(member)),
                        "+1555" + (1_000_000 + member),
                        member % 9 == 0 ? null : "Member " + member,
                        createdAt,
                        createdAt);
            }
            writer.finish();
        }
    }

    private void conversations(long[] lastMessageAt) throws SQLException {
        try (CopyWriter writer =
                copy(
                        "Conversation",
                        "id",
                        "churchId",
                        "memberId",
                        "status",
                        "lastMessageAt",
                        "createdAt",
                        "updatedAt")) {
            for (int i = 0; i < lastMessageAt.length; i++) {
                String createdAt = Timeline.text(generator.conversationCreatedAt(i));
                String last = lastMessageAt[i] == 0 ? null : Timeline.text(lastMessageAt[i]);
                writer.row(
                        generator.conversationId(i),
                        generator.churchId(generator.churchOf(i)),
                        generator.memberId(i),
                        i % 5 == 0 ? "closed" : "open",
                        last,
                        createdAt,
                        last == null ? createdAt : last);
            }
            writer.finish();
        }
    }

    private long broadcastCount() {
        return Math.max(1, generator.rows() / MESSAGES_PER_BROADCAST);
    }

    private String broadcastId(long broadcast) {
        return Cuid.of(
                Cuid.Kind.BROADCAST,
                broadcastAt(broadcast),
                broadcast,
                generator.chance(Cuid.Kind.BROADCAST, broadcast));
    }

    private long broadcastAt(long broadcast) {
        return generator.at((double) broadcast / broadcastCount());
    }

    private void broadcasts() throws SQLException {
        try (CopyWriter writer =
                copy("Message", "id", "churchId", "content", "status", "createdAt", "updatedAt")) {
            for (long i = 0; i < broadcastCount(); i++) {
                SplittableRandom random =
                        new SplittableRandom(generator.chance(Cuid.Kind.BROADCAST, ~i));
                String createdAt = Timeline.text(broadcastAt(i));
                writer.row(
                        broadcastId(i),
                        generator.churchId(random.nextLong(generator.churches())),
                        Texts.message(random),
                        random.nextInt(4) == 0 ? "archived" : "sent",
                        createdAt,
                        createdAt);
            }
            writer.finish();
        }
    }

    private void recipients() throws SQLException {
        try (CopyWriter writer =
                copy(
                        "MessageRecipient",
                        "id",
                        "messageId",
                        "memberId",
                        "status",
                        "attempts",
                        "deliveredAt")) {
            for (long i = 0; i < broadcastCount() * RECIPIENTS_PER_BROADCAST; i++) {
                long broadcast = i / RECIPIENTS_PER_BROADCAST;
                long sentAt = broadcastAt(broadcast);
                SplittableRandom random =
                        new SplittableRandom(generator.chance(Cuid.Kind.RECIPIENT, i));
                String status = RECIPIENT_STATUSES.get(random.nextInt(RECIPIENT_STATUSES.size()));
                writer.row(
                        Cuid.of(Cuid.Kind.RECIPIENT, sentAt, i, random.nextLong()),
                        broadcastId(broadcast),
                        generator.memberId((broadcast * 7 + i) % generator.members()),
                        status,
                        Integer.toString(1 + random.nextInt(3)),
                        status.equals("delivered")
                                ? Timeline.text(sentAt + random.nextInt(60_000))
                                : null);
            }
            writer.finish();
        }
    }

    /// One delivery for each of the last broadcasts, made a little later than its broadcast.
    private void queue() throws SQLException {
        long now = generator.end().toEpochMilli();
        long queued =
                Math.min(
                        broadcastCount(),
                        Math.max(QUEUED_MIN, generator.rows() / MESSAGES_PER_QUEUED));
        try (CopyWriter writer =
                copy("MessageQueue", "id", "messageId", "status", "nextRetryAt", "createdAt")) {
            for (long i = 0; i < queued; i++) {
                long broadcast = broadcastCount() - 1 - i;
                long queuedAt = Math.min(now - 1, broadcastAt(broadcast) + QUEUED_AFTER_MILLIS);
                writer.row(
                        Cuid.of(
                                Cuid.Kind.QUEUED,
                                queuedAt,
                                i,
                                generator.chance(Cuid.Kind.QUEUED, i)),
                        broadcastId(broadcast),
                        i % 3 == 0 ? "retry" : "queued",
                        i % 3 == 0 ? Timeline.text(now + 60_000) : null,
                        Timeline.text(queuedAt));
            }
            writer.finish();
        }
    }

    private void reactions() throws SQLException {
        try (CopyWriter writer = copy("MessageReaction", "id", "messageId", "emoji", "createdAt")) {
            for (long i = 0; i < generator.rows() / MESSAGES_PER_REACTION; i++) {
                long chance = generator.chance(Cuid.Kind.REACTION, i);
                long createdAt =
                        generator.at((double) i * MESSAGES_PER_REACTION / generator.rows());
                writer.row(
                        Cuid.of(Cuid.Kind.REACTION, createdAt, i, chance),
                        generator.referredId(chance >>> 1),
                        chance % 2 == 0 ? "❤️" : "👍",
                        Timeline.text(createdAt));
            }
            writer.finish();
        }
    }

    private CopyWriter copy(String table, String... columns) throws SQLException {
        return new CopyWriter(
                connection,
                '"' + table + '"',
                Arrays.stream(columns).map(column -> '"' + column + '"').toList());
    }
}
