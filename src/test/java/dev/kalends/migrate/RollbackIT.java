package dev.kalends.migrate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.kalends.app.Kalends;
import dev.kalends.failure.FailureCode;
import dev.kalends.failure.KalendsException;
import dev.kalends.plan.Phase;
import dev.kalends.testing.Conversions;
import dev.kalends.testing.Events;
import dev.kalends.testing.Mirror;
import dev.kalends.testing.Moments;
import dev.kalends.testing.OldestAndNewest;
import dev.kalends.testing.TestDatabase;
import java.util.List;

/// The way back keeps what was written after the switch, or says why it cannot.
class RollbackIT {
    private static Kalends switched(TestDatabase database) {
        Kalends kalends = Conversions.kalends(database.url());
        kalends.migrate(Events.TABLE, Events.WISH);
        kalends.switchTables(Events.TABLE);
        assertThat(Events.kind(database)).isEqualTo("p");
        return kalends;
    }

    @OldestAndNewest
    void keepsManyWritesMadeAfterTheSwitch(TestDatabase database) {
        Events.create(database, 5000);
        Mirror mirror = Mirror.of(database, "public.events");
        Kalends kalends = switched(database);

        mirror.write(
                "INSERT INTO {t} (id, at, body) SELECT 10000 + i, timestamp '2026-05-01' + i * interval '12 minutes', 'new' FROM generate_series(1, 20000) i",
                "UPDATE {t} SET body = 'changed' WHERE id % 3 = 0",
                "UPDATE {t} SET at = at + interval '1 month' WHERE id % 7 = 0 AND id < 10000",
                "UPDATE {t} SET at = at - interval '1 month' WHERE id % 11 = 0 AND at >= '2026-06-01'",
                "UPDATE {t} SET id = -id WHERE id % 13 = 0",
                "DELETE FROM {t} WHERE id % 17 = 0");
        assertThat(kalends.follow(Events.TABLE)).isGreaterThan(20_000);
        assertThat(mirror.differences(oldTable(database))).isEmpty();
        assertThat(kalends.validate(Events.TABLE)).allMatch(Validator.Result::equal);
        mirror.write("DELETE FROM {t} WHERE id % 19 = 0");

        kalends.rollback(Events.TABLE);

        assertThat(Events.kind(database)).isEqualTo("r");
        assertThat(mirror.differences()).isEmpty();
    }

    private static String oldTable(TestDatabase database) {
        return "kalends_old_%s.events"
                .formatted(
                        database.value(
                                "SELECT table_oid FROM kalends.migration WHERE NOT cleaned"));
    }

    @OldestAndNewest
    void refusesTheWayBackWhileAnIdStandsTwice(TestDatabase database) {
        for (String deletion :
                List.of(
                        "DELETE FROM {t} WHERE id = 42 AND at > '2026-07-01'",
                        "DELETE FROM {t} WHERE id = 42 AND at < '2026-07-01'",
                        "UPDATE {t} SET id = 4200 WHERE id = 42 AND at < '2026-07-01'",
                        "UPDATE {t} SET id = 4200 WHERE id = 42 AND at > '2026-07-01'")) {
            for (boolean following : List.of(true, false)) {
                Events.create(database, 2000);
                Mirror mirror = Mirror.of(database, "public.events");
                database.sql("ALTER TABLE public.events_mirror DROP CONSTRAINT events_mirror_pkey");
                Kalends kalends = switched(database);
                mirror.write(
                        "INSERT INTO {t} (id, at, body) VALUES (42, '2026-07-15', 'the second')",
                        "UPDATE {t} SET body = 'touched' WHERE id IN (41, 43)");
                if (following) {
                    kalends.follow(Events.TABLE);
                    kalends.follow(Events.TABLE);
                }

                assertThat(kalends.underWay(Events.TABLE).rollbackObstacles())
                        .containsExactly("doubled keys: 42");
                KalendsException refusal =
                        catchThrowableOfType(
                                KalendsException.class, () -> kalends.rollback(Events.TABLE));
                assertThat(refusal.code()).isEqualTo(FailureCode.ROLLBACK_CONFLICT);
                assertThat(refusal.what()).contains("public.events").endsWith(": 42");
                assertThat(refusal.state()).contains("Nothing was switched");
                assertThat(Events.kind(database)).isEqualTo("p");
                assertThat(mirror.differences()).isEmpty();

                mirror.write(deletion);
                assertThat(kalends.underWay(Events.TABLE).rollbackObstacles()).isEmpty();
                kalends.rollback(Events.TABLE);
                assertThat(Events.kind(database)).isEqualTo("r");
                assertThat(mirror.differences()).as(deletion).isEmpty();
                kalends.cleanup(Events.TABLE, Kalends.Backup.WAIVED);
                database.sql("DROP TABLE public.events, public.events_mirror");
            }
        }
    }

    @OldestAndNewest
    void refusesTheWayBackForAnIdDoubledAmongNewRowsOrAtTheLastMoment(TestDatabase database) {
        Events.create(database, 2000);
        Mirror mirror = Mirror.of(database, "public.events");
        database.sql("ALTER TABLE public.events_mirror DROP CONSTRAINT events_mirror_pkey");
        switched(database);
        Moments moments = new Moments();
        moments.whenAdvances(
                Phase.SWITCHED,
                () ->
                        mirror.write(
                                "INSERT INTO {t} (id, at) VALUES (7777, '2026-07-15')",
                                "INSERT INTO {t} (id, at) VALUES (7777, '2026-06-15'), (7777, '2026-05-15')"));
        Kalends kalends = Conversions.kalends(database.url(), moments);

        KalendsException refusal =
                catchThrowableOfType(KalendsException.class, () -> kalends.rollback(Events.TABLE));

        assertThat(refusal.code()).isEqualTo(FailureCode.ROLLBACK_CONFLICT);
        assertThat(refusal.what()).endsWith(": 7777");
        assertThat(Events.kind(database)).isEqualTo("p");
        mirror.write("DELETE FROM {t} WHERE id = 7777 AND at <> '2026-06-15'");
        kalends.rollback(Events.TABLE);
        assertThat(Events.kind(database)).isEqualTo("r");
        assertThat(mirror.differences()).isEmpty();
    }

    @OldestAndNewest
    void validationAfterTheSwitchSeesADamagedOldTable(TestDatabase database) {
        Events.create(database, 2000);
        Kalends kalends = switched(database);
        database.sql("UPDATE " + oldTable(database) + " SET body = 'damaged' WHERE id = 77");

        KalendsException failure =
                catchThrowableOfType(KalendsException.class, () -> kalends.validate(Events.TABLE));

        assertThat(failure.code()).isEqualTo(FailureCode.VALIDATION_FAILED);
        assertThat(failure.what()).contains("different content: 77");
    }

    @OldestAndNewest
    void convertsAgainAfterTheWayBackWasCleanedUp(TestDatabase database) {
        Events.create(database, 2000);
        Mirror mirror = Mirror.of(database, "public.events");
        for (int round = 1; round <= 3; round++) {
            Kalends kalends = switched(database);
            mirror.write("UPDATE {t} SET kind = kind || '%d' WHERE id %% 5 = 0".formatted(round));
            kalends.rollback(Events.TABLE);
            KalendsException refusal =
                    catchThrowableOfType(
                            KalendsException.class,
                            () -> kalends.migrate(Events.TABLE, Events.WISH));
            assertThat(refusal.code()).isEqualTo(FailureCode.MIGRATION_EXISTS);
            kalends.cleanup(Events.TABLE, Kalends.Backup.WAIVED);
            assertThat(mirror.differences()).isEmpty();
        }
        switched(database).cleanup(Events.TABLE, Kalends.Backup.WAIVED);
        assertThat(mirror.differences()).isEmpty();
        assertThat(Events.phase(database)).isEqualTo("COMPLETED");
    }
}
