package dev.kalends.demo.messaging;

import java.sql.SQLException;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Collectors;

/// The application's reads of whole conversations. Long conversations are read most often.
final class ConversationReads {
    private static final long THIRTY_DAYS_MILLIS = 30L * 86_400_000;

    private static final String COUNT_BY_DIRECTION =
            """
            SELECT "direction", count(*) FROM "ConversationMessage"
            WHERE "conversationId" = ? GROUP BY "direction"
            """;
    private static final String INBOX =
            """
            SELECT "id", "memberId", "lastMessageAt" FROM "Conversation"
            WHERE "churchId" = ? ORDER BY "lastMessageAt" DESC LIMIT 20
            """;

    private final Generator generator;
    private final SplittableRandom random;
    private final String thirtyDays;
    private final String page;

    ConversationReads(Generator generator, SplittableRandom random, Variant variant) {
        this.generator = generator;
        this.random = random;
        String select =
                Column.of(variant).stream()
                        .map(Column::quoted)
                        .collect(
                                Collectors.joining(
                                        ", ", "SELECT ", " FROM \"ConversationMessage\""));
        this.thirtyDays =
                select
                        + """
                         WHERE "conversationId" = ? AND "createdAt" >= CAST(? AS TIMESTAMP(3))
                            AND "createdAt" < CAST(? AS TIMESTAMP(3))
                        ORDER BY "createdAt"
                        """;
        this.page =
                select
                        + """
                         WHERE "conversationId" = ?
                        ORDER BY "createdAt" DESC LIMIT 50 OFFSET CAST(? AS INTEGER)
                        """;
    }

    void thirtyDays(Session session, long fromMillis) throws SQLException {
        session.read(
                thirtyDays,
                List.of(
                        conversation(),
                        Timeline.text(fromMillis),
                        Timeline.text(fromMillis + THIRTY_DAYS_MILLIS)));
    }

    void page(Session session, int offset) throws SQLException {
        session.read(page, List.of(conversation(), Integer.toString(offset)));
    }

    void countByDirection(Session session) throws SQLException {
        session.read(COUNT_BY_DIRECTION, List.of(conversation()));
    }

    void inbox(Session session) throws SQLException {
        session.read(INBOX, List.of(generator.churchId(random.nextLong(generator.churches()))));
    }

    private String conversation() {
        double share = random.nextDouble();
        return generator.conversationId((long) (generator.conversations() * share * share));
    }
}
