package dev.kalends.demo.messaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kalends.embedded.EmbeddedPostgres;
import dev.kalends.testing.OldestAndNewest;
import dev.kalends.testing.TestDatabase;
import dev.kalends.testing.TestServers;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class LiveTrafficIT {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final int ROWS = 4_000;
    private static final int CLIENTS = 6;

    static List<Integer> versions() {
        TestServers.useBuildFolder();
        return TestServers.ends();
    }

    @OldestAndNewest
    void theTablesHoldWhatTheClientsWerePromised(TestDatabase database)
            throws SQLException, InterruptedException {
        MessagingWorld world = load(database.url());
        assertThat(judge(database, world).samples()).isEmpty();

        try (LiveTraffic traffic =
                LiveTraffic.start(
                        world, database.url(), CLIENTS, 0, LiveOptions.defaults().withUpserts())) {
            await().atMost(LIMIT)
                    .until(() -> traffic.report().traffic().acknowledgedWrites() >= 20_000);
            LiveReport report = traffic.stop();

            assertThat(report.traffic().errors()).isEmpty();
            assertThat(report.traffic().connectionFailures()).isZero();
            Verdicts verdicts = traffic.judge();
            assertThat(verdicts.samples()).isEmpty();
            assertThat(verdicts.clean()).isTrue();
            assertThat(touched(verdicts))
                    .containsExactlyInAnyOrder(
                            "Conversation",
                            "Message",
                            "MessageRecipient",
                            "MessageQueue",
                            "ConversationMessage",
                            "MessageReaction");
        }
        for (WorldTable table : WorldTable.values()) {
            assertThat(database.value("select count(*) from " + table.quoted()))
                    .isEqualTo(Long.toString(judge(database, world).of(table.table()).rows()));
        }
    }

    @OldestAndNewest
    void idsTellWhenTheirRowsWereMade(TestDatabase database)
            throws SQLException, InterruptedException {
        MessagingWorld world = load(database.url());
        try (LiveTraffic traffic =
                LiveTraffic.start(world, database.url(), 2, 0, LiveOptions.defaults())) {
            await().atMost(LIMIT)
                    .until(() -> traffic.report().traffic().acknowledgedWrites() >= 2_000);
            traffic.stop();
        }

        for (String table :
                List.of("Conversation", "Message", "MessageQueue", "ConversationMessage")) {
            assertThat(
                            database
                                    .rows("select \"id\", \"createdAt\" from \"" + table + "\"")
                                    .stream()
                                    .filter(row -> !sameTime(row.getFirst(), row.getLast())))
                    .as(table)
                    .isEmpty();
        }
        assertThat(
                        database.value(
                                """
                                select count(*) from "MessageRecipient" r
                                  join "Message" m on m."id" = r."messageId"
                                 where substr(r."id", 2, 8) <> substr(m."id", 2, 8)
                                """))
                .isEqualTo("0");
        assertThat(
                        database.value(
                                """
                                select count(distinct date_trunc('month', "createdAt")) from "Message"
                                """))
                .isEqualTo("24");
    }

    @OldestAndNewest
    void findsWhatWasLostDoubledOrChanged(TestDatabase database) throws SQLException {
        MessagingWorld world = load(database.url());
        String lost = any(database, "MessageQueue");
        String doubled = any(database, "MessageRecipient");
        String changed = any(database, "Message");
        String unexpected = "c0000000000000000000000000";
        database.sql(
                "delete from \"MessageQueue\" where \"id\" = '" + lost + "'",
                "alter table \"MessageRecipient\" drop constraint \"MessageRecipient_pkey\"",
                "drop index \"MessageRecipient_messageId_memberId_key\"",
                "insert into \"MessageRecipient\" select * from \"MessageRecipient\" where \"id\" = '"
                        + doubled
                        + "'",
                "update \"Message\" set \"content\" = 'other' where \"id\" = '" + changed + "'",
                "insert into \"Church\" (\"id\", \"name\") values ('" + unexpected + "', 'x')");

        Verdicts verdicts = judge(database, world);

        assertThat(verdicts.clean()).isFalse();
        assertThat(verdicts.of("MessageQueue").lost()).isEqualTo(1);
        assertThat(verdicts.of("MessageRecipient").doubled()).isEqualTo(1);
        assertThat(verdicts.of("Message").different()).isEqualTo(1);
        assertThat(verdicts.of("Church").unexpected()).isEqualTo(1);
        assertThat(verdicts.samples())
                .containsExactly(
                        "Church: unexpected " + unexpected + ": nobody wrote it",
                        "Message: different " + changed + ": in [content]",
                        "MessageQueue: lost " + lost + ": it was written and not deleted",
                        "MessageRecipient: doubled " + doubled + ": it is there more than once");
    }

    @OldestAndNewest
    void errorsOfTheServerAreCountedAndLoseNothing(TestDatabase database)
            throws SQLException, InterruptedException {
        MessagingWorld world = load(database.url());
        database.sql(
                "alter table \"MessageRecipient\" add constraint no_deliveries"
                        + " check (status <> 'delivered') not valid",
                "drop index \"Conversation_churchId_memberId_key\"");
        try (LiveTraffic traffic =
                LiveTraffic.start(
                        world, database.url(), CLIENTS, 0, LiveOptions.defaults().withUpserts())) {
            await().atMost(LIMIT).until(() -> traffic.report().errorsByState().size() >= 2);
            LiveReport report = traffic.stop();

            assertThat(report.errorsByState()).containsOnlyKeys("23514", "42P10");
            assertThat(traffic.judge().samples()).isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("versions")
    void nothingIsLostWhenTheServerIsKilled(int major)
            throws IOException, SQLException, InterruptedException {
        try (EmbeddedPostgres server = EmbeddedPostgres.start(major)) {
            String url = server.jdbcUrl("postgres");
            MessagingWorld world = load(url);
            try (LiveTraffic traffic =
                    LiveTraffic.start(world, url, CLIENTS, 0, LiveOptions.defaults().tolerant())) {
                AtomicLong goal = new AtomicLong();
                BooleanSupplier more =
                        () -> traffic.report().traffic().acknowledgedWrites() >= goal.get();
                for (int i = 0; i < 3; i++) {
                    goal.set(traffic.report().traffic().acknowledgedWrites() + 1_000);
                    await().atMost(LIMIT).until(more::getAsBoolean);
                    server.kill();
                    server.restart();
                }
                goal.set(traffic.report().traffic().acknowledgedWrites() + 1_000);
                await().atMost(LIMIT).until(more::getAsBoolean);
                LiveReport report = traffic.stop();

                assertThat(report.traffic().connectionFailures()).isPositive();
                assertThat(report.traffic().errors()).isEmpty();
                assertThat(traffic.judge().samples()).isEmpty();
            }
        }
    }

    private static MessagingWorld load(String url) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url)) {
            return MessagingWorld.load(connection, ROWS, Clock.systemUTC());
        }
    }

    private static Verdicts judge(TestDatabase database, MessagingWorld world) throws SQLException {
        try (Connection connection = database.connect()) {
            return world.judge(connection);
        }
    }

    private static Set<String> touched(Verdicts verdicts) {
        return verdicts.byTable().entrySet().stream()
                .filter(each -> each.getValue().acknowledgedWrites() > 0)
                .map(each -> each.getKey())
                .collect(Collectors.toSet());
    }

    private static String any(TestDatabase database, String table) {
        return database.value(
                "select \"id\" from \"%s\" order by md5(\"id\") limit 1".formatted(table));
    }

    private static boolean sameTime(String id, String createdAt) {
        return Long.parseLong(id.substring(1, 9), 36) == Timeline.millis(createdAt);
    }
}
