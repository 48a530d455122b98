package dev.kalends.demo.messaging;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The queries of "ConversationMessage" that the application's users wait for.
public final class QuerySet {
    private static final int RUNS = 5;
    private static final int ANALYTICS_MONTHS = 6;
    private static final JsonMapper JSON = new JsonMapper();

    private QuerySet() {}

    /// One query of the application.
    ///
    /// @param runs how often it is measured with a warm cache; it changes rows if only once
    public record Query(String name, String sql, int runs) {}

    /// The queries over the generated data; the last one deletes the oldest month.
    public static List<Query> of(Generator generator) {
        Instant end = generator.end();
        String monthAgo = text(end.minus(Duration.ofDays(30)));
        String sixMonthsAgo =
                text(end.atOffset(ZoneOffset.UTC).minusMonths(ANALYTICS_MONTHS).toInstant());
        String secondMonth =
                text(generator.start().atOffset(ZoneOffset.UTC).plusMonths(1).toInstant());
        String conversation = generator.longestConversation();
        return List.of(
                new Query(
                        "30 days of the longest conversation",
                        """
                        SELECT * FROM "ConversationMessage"
                        WHERE "conversationId" = '%s' AND "createdAt" >= TIMESTAMP '%s'
                        ORDER BY "createdAt" DESC
                        """
                                .formatted(conversation, monthAgo),
                        RUNS),
                new Query(
                        "counts by direction over 6 months",
                        """
                        SELECT "direction", count(*) FROM "ConversationMessage"
                        WHERE "createdAt" >= TIMESTAMP '%s' GROUP BY "direction"
                        """
                                .formatted(sixMonthsAgo),
                        RUNS),
                new Query(
                        "page at offset 1000",
                        """
                        SELECT * FROM "ConversationMessage" WHERE "conversationId" = '%s'
                        ORDER BY "createdAt" DESC LIMIT 50 OFFSET 1000
                        """
                                .formatted(conversation),
                        RUNS),
                new Query(
                        "by id",
                        """
                        SELECT * FROM "ConversationMessage" WHERE "id" = '%s'
                        """
                                .formatted(generator.messageId(generator.rows() / 2)),
                        RUNS),
                new Query(
                        "delete the oldest month",
                        """
                        DELETE FROM "ConversationMessage" WHERE "createdAt" < TIMESTAMP '%s'
                        """
                                .formatted(secondMonth),
                        1));
    }

    /// Measures each query with everything it needs in the cache. The deletion of the oldest month
    /// is measured once, and rolled back.
    ///
    /// @param connection in autocommit mode
    public static List<QueryTiming> measure(Connection connection, Generator generator)
            throws SQLException {
        List<QueryTiming> timings = new ArrayList<>();
        for (Query query : of(generator)) {
            timings.add(median(connection, query));
        }
        return timings;
    }

    /// Runs a query once, whatever is in the cache, and rolls it back.
    ///
    /// @param connection in autocommit mode
    public static QueryTiming once(Connection connection, Query query) throws SQLException {
        connection.setAutoCommit(false);
        try {
            return explain(connection, query.name(), query.sql());
        } finally {
            connection.rollback();
            connection.setAutoCommit(true);
        }
    }

    private static QueryTiming median(Connection connection, Query query) throws SQLException {
        if (query.runs() > 1) {
            // The first run fills the cache and does not count.
            once(connection, query);
        }
        List<QueryTiming> runs = new ArrayList<>();
        for (int i = 0; i < query.runs(); i++) {
            runs.add(once(connection, query));
        }
        runs.sort(Comparator.comparingDouble(QueryTiming::milliseconds));
        return runs.get(query.runs() / 2);
    }

    private static QueryTiming explain(Connection connection, String name, String query)
            throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet result =
                        statement.executeQuery(
                                "EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) " + query)) {
            result.next();
            JsonNode explained = JSON.readTree(result.getString(1)).get(0);
            JsonNode plan = explained.get("Plan");
            return new QueryTiming(
                    name,
                    explained.get("Planning Time").asDouble()
                            + explained.get("Execution Time").asDouble(),
                    plan.get("Shared Hit Blocks").asLong()
                            + plan.get("Shared Read Blocks").asLong());
        }
    }

    private static String text(Instant instant) {
        return Timeline.text(instant.toEpochMilli());
    }
}
