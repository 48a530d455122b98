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

/// All tables of the messaging application by the example configuration, one after another, while
/// it writes to all of them.
class WholeApplicationIT {
    private static final Path EXAMPLE = Path.of("docs/examples/messaging.yaml");

    @OldestAndNewest
    void isConvertedWholeUnderTraffic(TestDatabase database)
            throws SQLException, InterruptedException, ConfigException {
        Config config = ConfigReader.read(EXAMPLE, Map.of("KALENDS_ARCHIVE_KEY", "unused"));
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
        assertThat(report.traffic().acknowledgedWrites()).isGreaterThan(500);
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
