package dev.kalends.bench;

import dev.kalends.demo.messaging.Generator;
import dev.kalends.demo.messaging.QuerySet;
import dev.kalends.demo.messaging.QueryTiming;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/// The application's queries on one layout of its table.
///
/// @param layout "plain", "partitioned" or "partitioned and clustered"
/// @param cold each after a restart of its own
record QueryRuns(
        String layout, List<QueryTiming> warm, List<QueryTiming> cold, Server.OsCache osCache) {
    static QueryRuns measure(Server server, String database, String layout, Generator generator)
            throws IOException, SQLException {
        List<QueryTiming> warm;
        List<QueryTiming> cold = new ArrayList<>();
        Server.OsCache osCache = Server.OsCache.NOT_DROPPED;
        // Cold first: the last of the warm ones changes pages before it is rolled back.
        for (QuerySet.Query query : QuerySet.of(generator)) {
            osCache = server.restartCold();
            try (Connection connection = server.connect(database)) {
                cold.add(QuerySet.once(connection, query));
            }
        }
        try (Connection connection = server.connect(database)) {
            warm = QuerySet.measure(connection, generator);
        }
        return new QueryRuns(layout, warm, cold, osCache);
    }
}
