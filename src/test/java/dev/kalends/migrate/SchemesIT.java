package dev.kalends.migrate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kalends.app.Kalends;
import dev.kalends.calendar.Interval;
import dev.kalends.calendar.PartitionNames;
import dev.kalends.config.ContractConfig;
import dev.kalends.config.LayoutConfig;
import dev.kalends.config.PartitionConfig;
import dev.kalends.config.TableConfig;
import dev.kalends.config.TableNames;
import dev.kalends.plan.Phase;
import dev.kalends.sql.Identifier;
import dev.kalends.testing.Conversions;
import dev.kalends.testing.Mirror;
import dev.kalends.testing.Moments;
import dev.kalends.testing.ServerTest;
import dev.kalends.testing.TestDatabase;
import java.time.ZoneId;
import java.util.List;

/// Every way to cut a table: converted while it is written to, switched, switched back.
class SchemesIT {
    static final String CUID =
            """
            CREATE FUNCTION cuid(at timestamp, n int) RETURNS text LANGUAGE sql AS $$
              SELECT 'c' || string_agg(substr('0123456789abcdefghijklmnopqrstuvwxyz',
                       1 + ((extract(epoch FROM at) * 1000)::bigint / (36 ^ i)::bigint % 36)::int, 1), '' ORDER BY i DESC)
                || lpad(n::text, 16, '0') FROM generate_series(0, 7) i $$
            """;

    @ServerTest
    void byATimeOrderedIdKeepsThePrimaryKey(TestDatabase database) {
        database.sql(
                CUID,
                "CREATE TABLE \"We\"\"ird Näme\" (id text PRIMARY KEY, \"createdAt\" timestamp(3) NOT NULL, body text)",
                """
                INSERT INTO "We""ird Näme" SELECT cuid(t, i), t, 'x' || i
                  FROM generate_series(1, 5000) i, LATERAL (SELECT timestamp '2024-01-01' + i * interval '1 hour' AS t) x
                """);
        TableConfig wish =
                new TableConfig(
                        TableNames.parse("public.\"We\"\"ird Näme\""),
                        PartitionConfig.of(Identifier.of("id"), Interval.MONTH),
                        LayoutConfig.defaults());
        Mirror mirror = Mirror.of(database, "public.\"We\"\"ird Näme\"");

        convert(
                database,
                wish,
                mirror,
                """
                INSERT INTO {t} VALUES (cuid('2024-03-01', 7), '2024-03-01', 'new'), (cuid('2031-02-03', 8), '2031-02-03', 'late')
                """,
                "UPDATE {t} SET body = 'changed' WHERE \"createdAt\" < '2024-01-20'",
                "DELETE FROM {t} WHERE \"createdAt\" BETWEEN '2024-04-01' AND '2024-04-02'");

        assertThat(
                        database.value(
                                """
                                SELECT string_agg(pg_get_constraintdef(oid), '') FROM pg_constraint
                                 WHERE conrelid = 'public."We""ird Näme"'::regclass AND contype = 'p'
                                """))
                .isEqualTo("PRIMARY KEY (id)");
        database.sql(
                "INSERT INTO \"We\"\"ird Näme\" VALUES (cuid('2024-03-01', 7), '2024-03-01', 'again') ON CONFLICT (id) DO UPDATE SET body = excluded.body");
    }

    @ServerTest
    void byNumbersHashesAndLists(TestDatabase database) {
        database.sql(
                "CREATE TABLE t (id bigint PRIMARY KEY, kind text NOT NULL, body text)",
                "INSERT INTO t SELECT i, (ARRAY['a','b','c'])[1 + abs(i) % 3], 'x' || i FROM generate_series(-500, 5000) i");
        String[] writes = {
            "INSERT INTO {t} VALUES (9001, 'a', 'new'), (9002, 'b', 'new')",
            "UPDATE {t} SET body = body || 'y', kind = 'c' WHERE id % 7 = 0",
            "DELETE FROM {t} WHERE id % 11 = 0"
        };
        PartitionNames names = PartitionNames.standard();
        List<PartitionConfig> ways =
                List.of(
                        new PartitionConfig.ByNumber(
                                Identifier.of("id"),
                                1000,
                                2,
                                names,
                                PartitionConfig.Strays.REFUSED),
                        new PartitionConfig.ByHash(Identifier.of("id"), 4, names),
                        new PartitionConfig.ByList(
                                Identifier.of("kind"),
                                List.of(
                                        new PartitionConfig.Group("first", List.of("a", "b")),
                                        new PartitionConfig.Group("o'dd", List.of("c'd"))),
                                names,
                                PartitionConfig.Strays.DEFAULT_PARTITION));
        for (PartitionConfig way : ways) {
            Mirror mirror = Mirror.of(database, "public.t");
            TableConfig wish = new TableConfig(TableNames.parse("t"), way, LayoutConfig.defaults());
            Kalends kalends = convert(database, wish, mirror, writes);
            kalends.rollback(wish.table());
            mirror.write("INSERT INTO {t} VALUES (777777, 'b', 'old again')");
            assertThat(mirror.differences()).isEmpty();
            kalends.cleanup(wish.table(), Kalends.Backup.WAIVED);
            database.sql("DELETE FROM t WHERE id > 8000", "DROP TABLE t_mirror");
        }
    }

    @ServerTest
    void byTimeAndThenByHashWithADefaultPartition(TestDatabase database) {
        database.sql(
                "CREATE TABLE t (id int, at timestamptz NOT NULL, tenant int NOT NULL, body text, PRIMARY KEY (id))",
                "CREATE INDEX ON t (tenant, at)",
                "INSERT INTO t SELECT i, timestamptz '2024-01-01 00:00+00' + i * interval '1 hour', i % 5, 'x' FROM generate_series(1, 4000) i");
        TableConfig wish =
                new TableConfig(
                        TableNames.parse("t"),
                        new PartitionConfig.ByTime(
                                Identifier.of("at"),
                                Interval.QUARTER,
                                null,
                                2,
                                ZoneId.of("Europe/Berlin"),
                                PartitionNames.standard(),
                                PartitionConfig.Strays.DEFAULT_PARTITION,
                                PartitionConfig.Collation.KEEP,
                                null,
                                new PartitionConfig.ByHash(
                                        Identifier.of("tenant"), 3, PartitionNames.standard())),
                        LayoutConfig.defaults());
        Mirror mirror = Mirror.of(database, "public.t");
        Kalends kalends =
                convert(
                        database,
                        wish,
                        mirror,
                        "INSERT INTO {t} VALUES (-1, '1999-12-31 12:00+00', 3, 'stray'), (-2, '2024-02-01', 4, 'new')",
                        "UPDATE {t} SET tenant = tenant + 1, body = 'moved' WHERE id % 5 = 0",
                        "UPDATE {t} SET at = at + interval '100 days' WHERE id % 50 = 1",
                        "DELETE FROM {t} WHERE id % 13 = 0");
        assertThat(database.value("SELECT count(*) FROM t_default")).isEqualTo("1");
        kalends.rollback(wish.table());
        assertThat(mirror.differences()).isEmpty();
    }

    @ServerTest
    void byAnEpochAndByAnIdThatIsToldFromItsTimestamp(TestDatabase database) {
        database.sql(
                CUID,
                "CREATE TABLE t (id varchar(25) COLLATE \"C\" PRIMARY KEY, at bigint NOT NULL, \"createdAt\" timestamptz NOT NULL)",
                """
                INSERT INTO t SELECT cuid(x.at AT TIME ZONE 'UTC', i), (extract(epoch FROM x.at) * 1000)::bigint, x.at - interval '3 s'
                  FROM generate_series(1, 2000) i, LATERAL (SELECT timestamptz '2024-01-01 00:00+00' + i * interval '1 hour' AS at) x
                """);
        PartitionConfig.ByTime byId =
                new PartitionConfig.ByTime(
                        Identifier.of("id"),
                        Interval.MONTH,
                        "cuid",
                        1,
                        ZoneId.of("America/New_York"),
                        PartitionNames.standard(),
                        PartitionConfig.Strays.REFUSED,
                        PartitionConfig.Collation.KEEP,
                        new PartitionConfig.TimeCheck(
                                Identifier.of("createdAt"), java.time.Duration.ofMinutes(1)),
                        null);
        TableConfig wish = new TableConfig(TableNames.parse("t"), byId, LayoutConfig.defaults());
        assertThat(Conversions.kalends(database.url()).plan(wish).consequences())
                .contains(
                        "Every id was decoded: the time in it and createdAt differ by at most 3 s.");
        Mirror mirror = Mirror.of(database, "public.t");
        Kalends kalends = convert(database, wish, mirror, "DELETE FROM {t} WHERE at % 7 = 0");
        assertThat(
                        database.value(
                                "SELECT count(*) FROM pg_constraint WHERE conname = 'kalends_time' AND convalidated"))
                .isEqualTo(
                        database.value(
                                "SELECT count(*) FROM pg_inherits WHERE inhparent = 't'::regclass"));
        assertThat(
                        database.rows(
                                "EXPLAIN (COSTS OFF) SELECT FROM t WHERE \"createdAt\" = '2024-02-10 00:00+00'"))
                .hasSizeLessThan(4);
        kalends.rollback(wish.table());
        kalends.cleanup(wish.table(), Kalends.Backup.WAIVED);
        database.sql("DROP TABLE t_mirror");

        TableConfig byEpoch =
                new TableConfig(
                        TableNames.parse("t"),
                        PartitionConfig.of(Identifier.of("at"), Interval.MONTH),
                        LayoutConfig.defaults());
        convert(
                database,
                byEpoch,
                Mirror.of(database, "public.t"),
                "UPDATE {t} SET at = at + 86400000::bigint * 40 WHERE at % 11 = 0");
    }

    @ServerTest
    void withoutAPrimaryKeyWhenItOnlyTakesInserts(TestDatabase database) {
        database.sql(
                "CREATE TABLE t (at timestamp NOT NULL, body text)",
                "INSERT INTO t SELECT timestamp '2024-01-01' + i * interval '1 hour', 'x' FROM generate_series(1, 4000) i",
                "INSERT INTO t SELECT * FROM t WHERE at < '2024-02-01'");
        TableConfig wish =
                new TableConfig(
                        TableNames.parse("t"),
                        PartitionConfig.of(Identifier.of("at"), Interval.MONTH),
                        new ContractConfig(
                                java.util.Map.of(), null, ContractConfig.Keyless.INSERTS_ONLY),
                        LayoutConfig.defaults());
        Mirror mirror = Mirror.of(database, "public.t");
        Kalends kalends =
                convert(
                        database,
                        wish,
                        mirror,
                        "INSERT INTO {t} SELECT timestamp '2024-03-01' + i * interval '7 minutes', 'new' FROM generate_series(1, 300) i",
                        "INSERT INTO {t} VALUES ('2030-01-01', 'late')");
        kalends.rollback(wish.table());
        assertThat(mirror.differences()).isEmpty();
        kalends.cleanup(wish.table(), Kalends.Backup.WAIVED);
        mirror.write("UPDATE {t} SET body = 'y'", "DELETE FROM {t} WHERE at < '2024-02-01'");
        assertThat(mirror.differences()).isEmpty();
    }

    /// Writes before each phase, and after the switch.
    private static Kalends convert(
            TestDatabase database, TableConfig wish, Mirror mirror, String... writes) {
        Moments moments = new Moments();
        Phase[] phases = {Phase.COPYING, Phase.INDEXING, Phase.CATCHING_UP, Phase.VALIDATING};
        for (int i = 0; i < writes.length; i++) {
            String write = writes[i];
            moments.whenBegins(phases[i], () -> mirror.write(write));
        }
        Kalends kalends = Conversions.kalends(database.url(), moments);
        kalends.migrate(wish.table(), wish);
        assertThat(mirror.differences()).isEmpty();
        kalends.switchTables(wish.table());
        assertThat(mirror.differences()).isEmpty();
        assertThat(kalends.validate(wish.table())).allMatch(Validator.Result::equal);
        return kalends;
    }
}
