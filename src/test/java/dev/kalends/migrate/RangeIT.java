package dev.kalends.migrate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.kalends.app.Kalends;
import dev.kalends.calendar.Interval;
import dev.kalends.calendar.PartitionNames;
import dev.kalends.config.LayoutConfig;
import dev.kalends.config.PartitionConfig;
import dev.kalends.config.TableConfig;
import dev.kalends.failure.FailureCode;
import dev.kalends.failure.KalendsException;
import dev.kalends.plan.Phase;
import dev.kalends.sql.Identifier;
import dev.kalends.testing.Conversions;
import dev.kalends.testing.Events;
import dev.kalends.testing.Mirror;
import dev.kalends.testing.Moments;
import dev.kalends.testing.OldestAndNewest;
import dev.kalends.testing.TestDatabase;
import java.time.ZoneId;
import java.util.List;

/// Keys at the edges: outside the planned range, infinite, and under every type, interval, time
/// zone and setting of the role.
class RangeIT {
    private static final List<Phase> PHASES =
            List.of(
                    Phase.PREPARED,
                    Phase.COPYING,
                    Phase.INDEXING,
                    Phase.CATCHING_UP,
                    Phase.VALIDATING);

    @OldestAndNewest
    void makesPartitionsForKeysOutsideThePlanInEveryPhase(TestDatabase database) {
        Events.create(database, 3000);
        Mirror mirror = Mirror.of(database, "public.events");
        Moments moments = new Moments();
        int number = 1;
        for (Phase phase : PHASES) {
            int n = number++;
            moments.whenBegins(phase, () -> writeOutside(mirror, n));
        }
        Kalends kalends = Conversions.kalends(database.url(), moments);
        kalends.migrate(Events.TABLE, Events.WISH);
        writeOutside(mirror, 6);
        moments.whenAdvances(Phase.CATCHING_UP, () -> writeOutside(mirror, 7));
        moments.whenAdvances(
                Phase.CATCHING_UP,
                () -> moments.whenAdvances(Phase.CATCHING_UP, () -> writeOutside(mirror, 8)));
        kalends.switchTables(Events.TABLE);

        assertThat(Events.kind(database)).isEqualTo("p");
        assertThat(mirror.differences()).isEmpty();
        assertThat(kalends.validate(Events.TABLE)).allMatch(Validator.Result::equal);
        assertThat(
                        database.value(
                                "SELECT count(*) FROM pg_index x JOIN pg_inherits h ON h.inhrelid = x.indrelid WHERE NOT indisvalid"))
                .isEqualTo("0");
        kalends.rollback(Events.TABLE);
        assertThat(mirror.differences()).isEmpty();
        kalends.cleanup(Events.TABLE, Kalends.Backup.WAIVED);
        assertThat(
                        database.value(
                                "SELECT count(*) FROM pg_class WHERE relname LIKE 'events_p%' AND relkind = 'r'"))
                .isEqualTo("0");
    }

    private static void writeOutside(Mirror mirror, int n) {
        int own = 100_000 * n;
        mirror.write(
                "INSERT INTO {t} (id, at) VALUES (%d, '%d-03-01'), (%d, '19%d7-05-31 23:59:59.999'), (%d, '0001-01-0%d'), (%d, '9999-12-%d'), (%d, '00%d4-01-15 BC'), (%d, '12%d00-06-15')"
                        .formatted(
                                own, 2030 + n, own + 1, n, own + 2, n, own + 3, n + 20, own + 4, n,
                                own + 5, n),
                "UPDATE {t} SET at = '%d-12-31 12:00' WHERE id = %d".formatted(1700 + n, n),
                "UPDATE {t} SET at = at + interval '%d years' WHERE id %% 500 = %d"
                        .formatted(10 * n, n));
    }

    @OldestAndNewest
    void twoSessionsThatNeedTheSameNewPartitionMakeItOnce(TestDatabase database) {
        for (int round = 0; round < 2; round++) {
            database.sql("DROP TABLE IF EXISTS public.events, public.events_mirror");
            Events.create(database, 20_000);
            // Free room in every page, so that the new versions stay where the chunks are.
            database.sql("DELETE FROM public.events WHERE id % 3 <> 0", "VACUUM public.events");
            Mirror mirror = Mirror.of(database, "public.events");
            Moments moments = new Moments();
            moments.whenBegins(
                    Phase.COPYING,
                    () ->
                            mirror.write(
                                    "UPDATE {t} SET at = timestamp '2077-01-01' + (id % 240) * interval '15 days' WHERE id % 4 = 0"));
            Kalends kalends = Conversions.kalends(database.url(), moments);
            kalends.migrate(Events.TABLE, Events.WISH);
            kalends.switchTables(Events.TABLE);
            assertThat(mirror.differences()).isEmpty();
            kalends.cleanup(Events.TABLE, Kalends.Backup.WAIVED);
        }
    }

    @OldestAndNewest
    void anInfiniteKeyWrittenMeanwhileStopsWithNothingLost(TestDatabase database) {
        Events.create(database, 2000);
        Mirror mirror = Mirror.of(database, "public.events");
        for (Phase phase :
                List.of(Phase.COPYING, Phase.INDEXING, Phase.CATCHING_UP, Phase.VALIDATING)) {
            for (String key : List.of("infinity", "-infinity")) {
                Moments moments = new Moments();
                moments.whenBegins(
                        phase,
                        () -> mirror.write("UPDATE {t} SET at = '%s' WHERE id = 9".formatted(key)));
                Kalends kalends = Conversions.kalends(database.url(), moments);
                KalendsException stopped =
                        catchThrowableOfType(
                                KalendsException.class,
                                () -> {
                                    kalends.migrate(Events.TABLE, Events.WISH);
                                    kalends.switchTables(Events.TABLE);
                                });
                assertThat(stopped).as(phase + " " + key).isNotNull();
                assertThat(stopped.code())
                        .as(phase + " " + key)
                        .isEqualTo(FailureCode.KEY_OUT_OF_RANGE);
                assertThat(stopped.what()).contains("at = " + key);
                assertThat(Events.kind(database)).isEqualTo("r");
                assertThat(mirror.differences()).isEmpty();
                mirror.write("UPDATE {t} SET at = '2026-05-05' WHERE id = 9");
                if (phase != Phase.COPYING) {
                    kalends.abort(Events.TABLE);
                }
            }
        }
        Kalends kalends = Conversions.kalends(database.url());
        kalends.migrate(Events.TABLE, Events.WISH);
        kalends.switchTables(Events.TABLE);
        assertThat(mirror.differences()).isEmpty();
    }

    private record Cut(String type, Interval every, String zone) {}

    private static final List<Cut> CUTS =
            List.of(
                    new Cut("timestamp(3)", Interval.HOUR, "UTC"),
                    new Cut("date", Interval.DAY, "Europe/Berlin"),
                    new Cut("timestamptz", Interval.DAY, "Europe/Berlin"),
                    new Cut("timestamptz", Interval.DAY, "America/St_Johns"),
                    new Cut("timestamptz", Interval.WEEK, "America/St_Johns"),
                    new Cut("timestamptz", Interval.QUARTER, "Europe/Berlin"),
                    new Cut("timestamp", Interval.YEAR, "Europe/Berlin"));

    @OldestAndNewest
    void cutsEveryTypeByEveryIntervalInItsTimeZone(TestDatabase database) {
        // A session's settings must not matter; these are the role's own.
        String role = database.createRole("abroad");
        database.sql(
                "ALTER ROLE \"%s\" SUPERUSER".formatted(role),
                "ALTER ROLE \"%s\" SET TimeZone = 'Pacific/Apia'".formatted(role),
                "ALTER ROLE \"%s\" SET DateStyle = 'German, DMY'".formatted(role),
                "ALTER ROLE \"%s\" SET IntervalStyle = 'sql_standard'".formatted(role),
                "ALTER ROLE \"%s\" SET quote_all_identifiers = on".formatted(role));
        for (Cut cut : CUTS) {
            database.sql("DROP TABLE IF EXISTS public.cut, public.cut_mirror");
            // Around the last change of the clocks, and close to now.
            database.sql(
                    "CREATE TABLE public.cut (id int PRIMARY KEY, at %s NOT NULL)"
                            .formatted(cut.type()),
                    """
                    INSERT INTO public.cut SELECT i, now() - interval '%s' * i FROM generate_series(1, 60) i
                    """
                            .formatted(
                                    switch (cut.every()) {
                                        case HOUR -> "23 minutes";
                                        case DAY -> "11 hours 23 minutes";
                                        case WEEK -> "30 hours";
                                        case MONTH, QUARTER -> "111 hours";
                                        case YEAR -> "1000 hours";
                                    }));
            Mirror mirror = Mirror.of(database, "public.cut");
            TableConfig wish =
                    new TableConfig(
                            dev.kalends.sql.QualifiedName.of("public", "cut"),
                            PartitionConfig.of(
                                    Identifier.of("at"),
                                    cut.every(),
                                    3,
                                    ZoneId.of(cut.zone()),
                                    PartitionNames.standard()),
                            LayoutConfig.defaults());
            Moments moments = new Moments();
            moments.whenBegins(
                    Phase.CATCHING_UP,
                    () ->
                            mirror.write(
                                    "INSERT INTO {t} VALUES (-1, '2029-10-28 00:30'), (-2, '2011-03-27 02:00')"));
            Kalends kalends = Conversions.kalends(database.urlAs(role), moments);
            kalends.migrate(wish.table(), wish);
            kalends.switchTables(wish.table());
            assertThat(mirror.differences()).as(cut.toString()).isEmpty();
            assertThat(database.value("SELECT count(*) FROM ONLY public.cut")).isEqualTo("0");
            kalends.cleanup(wish.table(), Kalends.Backup.WAIVED);
        }
    }

    @OldestAndNewest
    void aHostileSearchPathOfTheRoleDoesNotMatter(TestDatabase database) {
        String role = database.createRole("victim");
        Events.create(database, 1000);
        Mirror mirror = Mirror.of(database, "public.events");
        database.sql(
                "ALTER ROLE \"%s\" SUPERUSER".formatted(role),
                "CREATE SCHEMA evil",
                "CREATE TABLE evil.pg_class (oid oid, relname name, relkind \"char\")",
                "CREATE TABLE evil.events (id bigint)",
                "CREATE FUNCTION evil.never(bigint, bigint) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT false'",
                "CREATE OPERATOR evil.= (LEFTARG = bigint, RIGHTARG = bigint, FUNCTION = evil.never)",
                "CREATE FUNCTION evil.to_regclass(text) RETURNS regclass LANGUAGE sql AS 'SELECT NULL::regclass'",
                "CREATE FUNCTION evil.pg_backend_pid() RETURNS int LANGUAGE sql AS 'SELECT 1'",
                "CREATE FUNCTION evil.count(bigint) RETURNS bigint LANGUAGE sql AS 'SELECT 0::bigint'",
                "ALTER ROLE \"%s\" SET search_path = evil, pg_catalog, public".formatted(role),
                "ALTER ROLE \"%s\" SET enable_indexscan = off".formatted(role),
                "ALTER ROLE \"%s\" SET standard_conforming_strings = on".formatted(role));
        Moments moments = new Moments();
        for (Phase phase : PHASES) {
            moments.whenBegins(
                    phase,
                    () ->
                            mirror.write(
                                    "SET search_path = evil, pg_catalog, public",
                                    "UPDATE {t} SET body = 'touched', id = id + 5000 WHERE at = '2026-05-0%d'"
                                            .formatted(2 + PHASES.indexOf(phase))));
        }
        Kalends kalends = Conversions.kalends(database.urlAs(role), moments);
        kalends.migrate(Events.TABLE, Events.WISH);
        kalends.switchTables(Events.TABLE);
        assertThat(mirror.differences()).isEmpty();
        mirror.write(
                "SET search_path = evil, pg_catalog, public",
                "DELETE FROM {t} WHERE at > '2026-06-01'");
        kalends.rollback(Events.TABLE);
        assertThat(mirror.differences()).isEmpty();
    }
}
