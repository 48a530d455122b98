package dev.kalends.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kalends.embedded.EmbeddedPostgres;
import dev.kalends.execute.StopSignal;
import dev.kalends.pg.Target;
import dev.kalends.testing.OldestAndNewest;
import dev.kalends.testing.TestDatabase;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

class PrimaryIT {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final Duration LOOK = Duration.ofMillis(100);

    @OldestAndNewest
    void waitsForAReplicaToBePromoted(TestDatabase database) throws IOException, SQLException {
        StopSignal stop = new StopSignal();
        assertThat(Primary.await(Target.parse(database.uri(), ""), stop)).isTrue();
        try (EmbeddedPostgres standby = database.server().startStandby()) {
            CompletableFuture<Boolean> waiting =
                    CompletableFuture.supplyAsync(
                            () -> Primary.await(target(standby, database), stop, LOOK));
            await().during(Duration.ofSeconds(1))
                    .atMost(Duration.ofSeconds(3))
                    .until(() -> !waiting.isDone());
            promote(standby);
            await().atMost(LIMIT).until(waiting::isDone);

            assertThat(waiting.join()).isTrue();
        }
    }

    @OldestAndNewest
    void stopsWaitingWhenToldTo(TestDatabase database) throws IOException, SQLException {
        StopSignal stop = new StopSignal();
        try (EmbeddedPostgres standby = database.server().startStandby()) {
            CompletableFuture<Boolean> waiting =
                    CompletableFuture.supplyAsync(
                            () -> Primary.await(target(standby, database), stop));
            stop.request();
            await().atMost(LIMIT).until(waiting::isDone);

            assertThat(waiting.join()).isFalse();
        }
    }

    private static Target target(EmbeddedPostgres standby, TestDatabase database) {
        return Target.parse(
                "postgresql://postgres@127.0.0.1:%d/%s".formatted(standby.port(), database.name()),
                "");
    }

    private static void promote(EmbeddedPostgres standby) throws SQLException {
        try (Connection connection = standby.connect("postgres");
                Statement statement = connection.createStatement()) {
            statement.execute("SELECT pg_promote()");
        }
    }
}
