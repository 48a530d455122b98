package dev.kalends.migrate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kalends.app.Kalends;
import dev.kalends.config.Config;
import dev.kalends.config.ConfigException;
import dev.kalends.config.ConfigReader;
import dev.kalends.config.TableConfig;
import dev.kalends.config.TableNames;
import dev.kalends.demo.messaging.LiveOptions;
import dev.kalends.demo.messaging.LiveReport;
import dev.kalends.demo.messaging.LiveTraffic;
import dev.kalends.demo.messaging.MessagingWorld;
import dev.kalends.demo.messaging.Verdicts;
import dev.kalends.sql.QualifiedName;
import dev.kalends.testing.Conversions;
import dev.kalends.testing.OldestAndNewest;
import dev.kalends.testing.TestDatabase;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.util.List;
import java.util.Map;

/// All tables of the messaging application, one after another, while it writes to all of them.
class WholeApplicationIT {
    static final String TABLES =
            """
            tables:
              - table: ConversationMessage
                partition: {by: range, key: createdAt, every: month, ahead: 3}
                unique: {id: guard}
                references: guard
                layout: {clusterBy: [conversationId, createdAt]}
              - table: Message
                partition: {by: range, key: id, every: month}
              - table: MessageRecipient
                partition: {by: range, key: messageId, every: month}
                references: paired
                unique: {id: composite}
              - table: Conversation
                partition: {by: range, key: createdAt, every: quarter}
                unique: {id: guard, "churchId, memberId": guard}
                references: guard
              - table: MessageQueue
                partition: {by: range, key: createdAt, every: week}
            """;

    @OldestAndNewest
    void isConvertedWholeUnderTraffic(TestDatabase database)
            throws SQLException, InterruptedException, ConfigException {
        Config config = ConfigReader.parse(TABLES, "kalends.yaml", Path.of("."), Map.of());
        MessagingWorld world;
        try (Connection connection = database.connect()) {
            world = MessagingWorld.load(connection, 4_000, Clock.systemUTC());
        }
        Kalends kalends = Conversions.kalends(database.url());
        LiveReport report;
        Verdicts verdicts;
        try (LiveTraffic traffic =
                LiveTraffic.start(world, database.url(), 4, 400, LiveOptions.defaults())) {
            for (List<String> group :
                    List.of(
                            List.of("Conversation"),
                            List.of("Message", "MessageRecipient"),
                            List.of("MessageQueue"),
                            List.of("ConversationMessage"))) {
                convert(kalends, config, group);
            }
            for (String table :
                    List.of("ConversationMessage", "MessageRecipient", "Conversation")) {
                assertThat(kalends.validate(TableNames.parse(table)))
                        .allMatch(Validator.Result::equal);
            }
            report = traffic.stop();
            verdicts = traffic.judge();
        }

        assertThat(report.traffic().errors()).isEmpty();
        assertThat(verdicts.samples()).isEmpty();
        assertThat(verdicts.clean()).isTrue();
        assertThat(
                        database.value(
                                "SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND NOT convalidated AND conparentid = 0"))
                .isEqualTo("0");
        assertThat(
                        database.value(
                                "SELECT string_agg(relname, ', ' ORDER BY relname) FROM pg_class WHERE relkind = 'p' AND relnamespace = 'public'::regnamespace"))
                .isEqualTo(
                        "Conversation, ConversationMessage, Message, MessageQueue, MessageRecipient");
    }

    private static void convert(Kalends kalends, Config config, List<String> names) {
        List<QualifiedName> tables = names.stream().map(TableNames::parse).toList();
        List<TableConfig> wishes = tables.stream().map(config::table).toList();
        kalends.migrate(tables, wishes);
        kalends.switchTables(tables.getFirst());
    }
}
