package dev.kalends.migrate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kalends.app.Kalends;
import dev.kalends.config.TableConfig;
import dev.kalends.execute.ProgressEvent;
import dev.kalends.failure.FailureCode;
import dev.kalends.failure.KalendsException;
import dev.kalends.plan.Phase;
import dev.kalends.testing.Conversions;
import dev.kalends.testing.OldestAndNewest;
import dev.kalends.testing.TestDatabase;
import java.util.concurrent.atomic.AtomicBoolean;

/// A table that is rewritten while its pages are copied.
class RewriteIT {
    private static final TableConfig WISH = Conversions.monthly("event", "at");

    @OldestAndNewest
    void stopsWhenTheTableIsRewrittenWhileItIsCopied(TestDatabase database) {
        create(database);
        AtomicBoolean done = new AtomicBoolean();
        Kalends kalends =
                Conversions.kalends(
                        database.url(),
                        event -> {
                            if (event instanceof ProgressEvent.Advanced advanced
                                    && advanced.phase() == Phase.COPYING
                                    && done.compareAndSet(false, true)) {
                                // The first rows go, so that all others move to other pages.
                                database.sql(
                                        "DELETE FROM event WHERE id <= 20000", "VACUUM FULL event");
                            }
                        });

        assertThatThrownBy(() -> kalends.migrate(WISH.table(), WISH))
                .isInstanceOfSatisfying(
                        KalendsException.class,
                        e -> {
                            assertThat(e.code()).isEqualTo(FailureCode.SCHEMA_CHANGED);
                            assertThat(e.what()).contains("VACUUM FULL");
                        });
        assertThat(database.value("SELECT count(*) FROM event")).isEqualTo("20000");
        assertThat(kalends.abort(WISH.table())).isTrue();
        assertThat(kalends.migrate(WISH.table(), WISH).phase()).isEqualTo(Phase.READY_TO_SWITCH);
        kalends.switchTables(WISH.table());
        assertThat(database.value("SELECT count(*) FROM event")).isEqualTo("20000");
    }

    private static void create(TestDatabase database) {
        database.sql(
                "CREATE TABLE event (id bigint PRIMARY KEY, at timestamp NOT NULL, text text)",
                "INSERT INTO event SELECT g, timestamp '2026-01-01' + g * interval '2 min', repeat('x', 300)"
                        + " FROM generate_series(1, 40000) g");
    }
}
