package dev.kalends.migrate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kalends.app.Kalends;
import dev.kalends.config.TableConfig;
import dev.kalends.plan.Phase;
import dev.kalends.testing.Conversions;
import dev.kalends.testing.Mirror;
import dev.kalends.testing.Moments;
import dev.kalends.testing.ServerTest;
import dev.kalends.testing.TestDatabase;

/// Tables without a primary key, which take inserts only while they are converted.
class KeylessIT {
    private static final TableConfig MONTHLY =
            Conversions.wish(
                    "  - table: t\n    partition: {by: range, key: at, every: month}\n    withoutPrimaryKey: insertsOnly\n");

    @ServerTest
    void doesNotDoubleOnTheWayBackWhatWasReplayedJustBeforeTheSwitch(TestDatabase database) {
        database.sql(
                "CREATE TABLE t (at timestamp NOT NULL, body text)",
                "INSERT INTO t SELECT timestamp '2024-01-01' + i * interval '1 hour', 'x' FROM generate_series(1, 3000) i");
        Mirror mirror = Mirror.of(database, "public.t");
        Kalends kalends = Conversions.kalends(database.url());
        kalends.migrate(MONTHLY.table(), MONTHLY);
        mirror.write(
                "INSERT INTO {t} SELECT timestamp '2024-02-01' + i * interval '1 minute', 'late' FROM generate_series(1, 500) i");
        kalends.switchTables(MONTHLY.table());
        assertThat(mirror.differences()).isEmpty();
        assertThat(kalends.validate(MONTHLY.table())).allMatch(Validator.Result::equal);

        mirror.write("INSERT INTO {t} VALUES ('2024-02-01', 'after'), ('2024-02-01', 'after')");
        kalends.rollback(MONTHLY.table());

        assertThat(mirror.differences()).isEmpty();
    }

    @ServerTest
    void followsATableWithANullableUniqueKey(TestDatabase database) {
        database.sql(
                "CREATE TABLE t (at timestamp NOT NULL, code int, UNIQUE (at, code))",
                "INSERT INTO t SELECT timestamp '2024-01-01' + i * interval '1 hour', CASE WHEN i % 2 = 0 THEN i END FROM generate_series(1, 3000) i");
        Mirror mirror = Mirror.of(database, "public.t");
        Moments moments = new Moments();
        moments.whenBegins(
                Phase.COPYING, () -> mirror.write("INSERT INTO {t} VALUES ('2024-02-02', 1)"));
        moments.whenBegins(
                Phase.CATCHING_UP,
                () ->
                        mirror.write(
                                "INSERT INTO {t} VALUES ('2024-02-02', 2), ('2024-02-02', NULL), ('2024-02-02', NULL)"));
        Kalends kalends = Conversions.kalends(database.url(), moments);
        kalends.migrate(MONTHLY.table(), MONTHLY);
        kalends.switchTables(MONTHLY.table());
        mirror.write("INSERT INTO {t} VALUES ('2025-02-02', 2), ('2024-02-03', NULL)");
        assertThatThrownBy(() -> database.sql("DELETE FROM t WHERE code = 2"))
                .hasStackTraceContaining("cannot delete rows of public.t");
        kalends.rollback(MONTHLY.table());
        assertThat(mirror.differences()).isEmpty();
    }

    @ServerTest
    void goesThroughTwoLevelsWithADefaultPartition(TestDatabase database) {
        database.sql(
                "CREATE TABLE t (at timestamptz NOT NULL, tenant text NOT NULL, body text)",
                "INSERT INTO t SELECT timestamptz '2024-01-01 00:00+00' + i * interval '1 hour', 't' || i % 4, 'x' FROM generate_series(1, 3000) i");
        TableConfig wish =
                Conversions.wish(
                        "  - table: t\n    partition: {by: range, key: at, every: month, timeZone: Europe/Berlin, default: true, then: {by: hash, key: tenant, partitions: 3}}\n    withoutPrimaryKey: insertsOnly\n");
        Mirror mirror = Mirror.of(database, "public.t");
        Moments moments = new Moments();
        moments.whenAdvances(
                Phase.COPYING,
                () -> mirror.write("INSERT INTO {t} VALUES ('2024-03-31 01:30+00', 't1', 'dst')"));
        moments.whenBegins(
                Phase.VALIDATING,
                () ->
                        mirror.write(
                                "INSERT INTO {t} VALUES ('1999-03-31 01:30+00', 't1', 'stray')"));
        Kalends kalends = Conversions.kalends(database.url(), moments);
        kalends.migrate(wish.table(), wish);
        mirror.write("INSERT INTO {t} VALUES ('2024-03-31 01:30+00', 't1', 'dst')");
        kalends.switchTables(wish.table());
        mirror.write("INSERT INTO {t} VALUES ('2029-03-31 01:30+00', 't1', 'stray')");
        assertThat(mirror.differences()).isEmpty();
        kalends.rollback(wish.table());
        assertThat(mirror.differences()).isEmpty();
    }
}
