package dev.kalends.migrate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kalends.app.Kalends;
import dev.kalends.config.TableConfig;
import dev.kalends.demo.messaging.Generator;
import dev.kalends.demo.messaging.Ledger;
import dev.kalends.demo.messaging.Loader;
import dev.kalends.demo.messaging.Traffic;
import dev.kalends.demo.messaging.TrafficOptions;
import dev.kalends.demo.messaging.TrafficReport;
import dev.kalends.demo.messaging.Variant;
import dev.kalends.demo.messaging.Verdict;
import dev.kalends.execute.LockRetry;
import dev.kalends.plan.Phase;
import dev.kalends.testing.Conversions;
import dev.kalends.testing.ServerTest;
import dev.kalends.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;

/// The whole way of the messaging application's table, with clients at work.
class MainRoadIT {
    private static final int CLIENTS = 4;
    private static final TableConfig WISH = Conversions.monthly("ConversationMessage", "createdAt");

    @ServerTest
    void convertsATableUnderTrafficAndGoesBackWithoutLosingAWrite(TestDatabase database)
            throws SQLException, InterruptedException {
        Ledger ledger = load(database, 20_000);
        Kalends kalends = Conversions.kalends(database.url());
        TrafficReport report;
        try (Traffic traffic =
                Traffic.start(
                        TrafficOptions.of(database.url(), Clock.systemUTC())
                                .withOperationsPerSecond(1_000),
                        ledger)) {
            Kalends.Migrated migrated = kalends.migrate(WISH.table(), WISH);
            assertThat(migrated.phase()).isEqualTo(Phase.READY_TO_SWITCH);
            assertThat(kind(database)).isEqualTo("r");
            LockRetry.Outcome outcome = kalends.switchTables(WISH.table());
            assertThat(kind(database)).isEqualTo("p");
            assertThat(outcome.attempts()).isPositive();
            assertThat(kalends.validate(WISH.table())).allMatch(Validator.Result::equal);
            kalends.rollback(WISH.table());
            assertThat(kind(database)).isEqualTo("r");
            report = traffic.stop();
        }

        assertThat(report.errors()).isEmpty();
        assertThat(judge(database, ledger).samples()).isEmpty();
        kalends.cleanup(WISH.table(), Kalends.Backup.WAIVED);
        assertThat(judge(database, ledger).clean()).isTrue();
    }

    private static Ledger load(TestDatabase database, long rows) throws SQLException {
        Generator generator = new Generator(rows, 6, 7, Instant.now(Clock.systemUTC()));
        try (Connection connection = database.connect()) {
            Loader.load(connection, generator, Variant.AS_MIGRATED, loaded -> {});
        }
        return new Ledger(generator, Variant.AS_MIGRATED, CLIENTS);
    }

    private static String kind(TestDatabase database) {
        return database.value(
                "select relkind from pg_class where oid = 'public.\"ConversationMessage\"'::regclass");
    }

    private static Verdict judge(TestDatabase database, Ledger ledger) throws SQLException {
        try (Connection connection = database.connect()) {
            return ledger.judge(connection, "public.\"ConversationMessage\"");
        }
    }
}
