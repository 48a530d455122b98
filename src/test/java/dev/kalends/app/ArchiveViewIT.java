package dev.kalends.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kalends.archive.view.ArchiveView;
import dev.kalends.config.Config;
import dev.kalends.config.ConfigException;
import dev.kalends.config.ConfigReader;
import dev.kalends.config.TableConfig;
import dev.kalends.execute.StopSignal;
import dev.kalends.failure.FailureCode;
import dev.kalends.failure.KalendsException;
import dev.kalends.maintain.Restoration;
import dev.kalends.maintain.Tick;
import dev.kalends.maintain.TickReport;
import dev.kalends.pg.Target;
import dev.kalends.plan.MaintenanceWork;
import dev.kalends.sql.QualifiedName;
import dev.kalends.sql.Sql;
import dev.kalends.testing.Conversions;
import dev.kalends.testing.MaintainedTables;
import dev.kalends.testing.OldestAndNewest;
import dev.kalends.testing.TestDatabase;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

/// Live and archived rows under one name.
class ArchiveViewIT {
    private static final String CONVERSION =
            """
              - table: message
                partition: {key: at, every: month, ahead: 2}
            """;

    /// Seven months have rows; those that ended four months ago are out.
    private static final String LATER = "2026-09-20T00:00:00Z";

    private static final QualifiedName MESSAGE = QualifiedName.of("public", "message");

    @TempDir Path folder;
    private final List<AutoCloseable> open = new ArrayList<>();
    private @Nullable ArchiveEndpoint endpoint;
    private String place = "127.0.0.1:0";

    @AfterEach
    void end() throws Exception {
        for (AutoCloseable each : open.reversed()) {
            each.close();
        }
    }

    private static void create(TestDatabase database) {
        database.sql(
                "create type mood as enum ('sad', 'ok', 'happy')",
                "create domain short as varchar(12)",
                """
                create table message (id bigint not null, at timestamp(3) not null, tz timestamptz(3), t text, c char(6), v varchar(20),
                    n numeric, p numeric(10,2), f double precision, r real, i int, s smallint, b boolean, d date, iv interval, ti time,
                    j jsonb, js json, a int[], ta text[], rg int4range, tr tstzrange, u uuid, ip inet, by bytea, m mood, sh short,
                    bc text collate "C", "We""ird Näme" text, primary key (id, at))
                """,
                """
                insert into message
                select i, timestamp '2026-01-01' + i * interval '1 hour 41 seconds 7 ms',
                       case when i % 11 <> 0 then timestamptz '2026-01-01 00:00+00' + i * interval '1 hour 3 minutes' end,
                       case i % 7 when 0 then null when 1 then 'a%b_c\\' || i when 2 then E'line\\nbreak ' || i when 3 then 'Ünï ' || i
                                  when 4 then '' when 5 then 'zebra' else 'B' || i end,
                       'c' || i % 10, case when i % 5 <> 0 then 'v' || i end,
                       i / 7.0, (i - 1000) / 3.0, case when i % 97 = 0 then 'NaN' else i / 9.0 end, i / 11.0,
                       case when i % 13 <> 0 then (i - 1500) * 7 end, i % 300, case i % 3 when 0 then true when 1 then false end,
                       date '2026-01-01' + i % 200, i * interval '1 minute', time '00:00' + i * interval '17 s',
                       jsonb_build_object('k', i % 17, 'l', jsonb_build_array(i, null, 'x')), json_build_object('z', i),
                       array[i, null, i % 5], case when i % 4 = 0 then array['x', 'y' || i] end,
                       int4range(i, i + 10), tstzrange(timestamptz '2026-01-01 00:00+00' + i * interval '1 hour', null),
                       md5(i::text)::uuid, ('10.0.' || i % 250 || '.1')::inet, decode(lpad(to_hex(i), 8, '0'), 'hex'),
                       (array['sad', 'ok', 'happy'])[i % 3 + 1]::mood, 's' || i % 40, (array['a', 'B', 'c', 'D'])[i % 4 + 1], 'w' || i
                  from generate_series(1, 5000) i
                """);
        Kalends kalends = Conversions.kalends(database.url());
        TableConfig wish = Conversions.wish(CONVERSION);
        kalends.migrate(wish.table(), wish);
        kalends.switchTables(wish.table());
        kalends.cleanup(wish.table(), Kalends.Backup.WAIVED);
        database.sql("create table plain as select * from message", "analyze plain");
    }

    private Config config(String lifecycle) {
        try {
            return ConfigReader.parse(
                    """
                    switch: {lockTimeout: 500ms, attempts: 20, retryPause: 50ms}
                    archive: {store: 'file:%s', view: {listen: '%s', password: 'only-for-tests'}}
                    tables:
                    %s    lifecycle: %s
                    """
                            .formatted(folder, place, CONVERSION, lifecycle),
                    "kalends.yaml",
                    folder,
                    Map.of());
        } catch (ConfigException e) {
            throw new IllegalStateException(e);
        }
    }

    private ArchiveAccess access(Config config) {
        ArchiveAccess access =
                new ArchiveAccess(
                        config, folder, Clock.fixed(Instant.parse(LATER), ZoneOffset.UTC), "test");
        open.add(access);
        return access;
    }

    private void serve(TestDatabase database) {
        Config config = config("{retain: 4 months}");
        ArchiveEndpoint started =
                ArchiveEndpoint.start(
                        Target.parse(database.url(), ""),
                        Objects.requireNonNull(Objects.requireNonNull(config.archive()).view()),
                        folder,
                        access(config));
        open.add(started);
        endpoint = started;
        place = "127.0.0.1:" + started.address().getPort();
    }

    private TickReport tick(TestDatabase database, String lifecycle) {
        Config config = config(lifecycle);
        return MaintainedTables.maintenance(database.url(), config, LATER, access(config))
                .run(List.of(), EnumSet.allOf(MaintenanceWork.class), Tick.Consent.GIVEN);
    }

    private ArchiveViewing viewing(String url) {
        Config config = config("{retain: 4 months}");
        return new ArchiveViewing(Target.parse(url, ""), config, access(config));
    }

    private Archiving archiving(TestDatabase database) {
        Config config = config("{retain: 4 months}");
        return new Archiving(
                Target.parse(database.url(), ""),
                config,
                Clock.fixed(Instant.parse(LATER), ZoneOffset.UTC),
                new StopSignal(),
                access(config));
    }

    private Restoring restoring(TestDatabase database) {
        Config config = config("{retain: 4 months}");
        return new Restoring(
                Target.parse(database.url(), ""),
                config,
                Clock.fixed(Instant.parse(LATER), ZoneOffset.UTC),
                new StopSignal(),
                access(config));
    }

    private static Archiving.Selection months(String from, String to) {
        return new Archiving.Selection(
                List.of(MESSAGE),
                LocalDateTime.parse(from + "-01T00:00:00"),
                LocalDateTime.parse(to + "-01T00:00:00"));
    }

    /// Queries over `{m}`.
    private static final List<String> QUERIES =
            List.of(
                    "select * from {m}",
                    "select count(*) from {m}",
                    "select m from {m} m",
                    "select * from {m} where at >= '2026-02-01' and at < '2026-03-01'",
                    "select * from {m} where at = (select max(at) from {m})",
                    "select * from {m} where at between '2026-01-31 23:00' and '2026-02-01 02:00'",
                    "select id from {m} where id = 77",
                    "select id from {m} where id in (1, 2, 3000, 4999, 70000)",
                    "select id from {m} where id = any (array[5, 6, null])",
                    "select id from {m} where not (id > 20)",
                    "select id from {m} where t like 'a\\%b%'",
                    "select id from {m} where t like 'a!%b!_c%' escape '!'",
                    "select id from {m} where t ilike 'ü%'",
                    "select id from {m} where t not like '%e%'",
                    "select id from {m} where t similar to '(B|z)%'",
                    "select id from {m} where t ~ '^line.break'",
                    "select id from {m} where t ~ '(?n)^break'",
                    "select id from {m} where t ~* 'ZEBRA$'",
                    "select id from {m} where t !~ '[0-9]'",
                    "select id from {m} where t = ''",
                    "select id from {m} where t is null",
                    "select id from {m} where t is distinct from 'zebra'",
                    "select id from {m} where (t = 'zebra') is not true",
                    "select id from {m} where t < 'b'",
                    "select id from {m} where t collate \"C\" < 'b'",
                    "select id from {m} where bc < 'b'",
                    "select id, i / 4, i % 4, -i / 3, i >> 1 from {m}",
                    "select id from {m} where i / 7 = -3",
                    "select id from {m} where s / 100 = 2",
                    "select id from {m} where p = 0.33 or p = -333",
                    "select id, round(p), trunc(n, 3), n * n from {m}",
                    "select id from {m} where f = 'NaN' or f > 550",
                    "select id, f + r, r::text from {m}",
                    "select id from {m} where c = 'c3'",
                    "select id, length(c), octet_length(c), c || '|' from {m} where c like 'c4%'",
                    "select id from {m} where v = 'v12 '",
                    "select id from {m} where b",
                    "select id from {m} where b is unknown",
                    "select id from {m} where not b and i > 0",
                    "select id from {m} where tz >= '2026-03-01 00:00+05:30' and tz < '2026-03-01 12:00 America/New_York'",
                    "select id, tz at time zone 'Europe/Berlin' from {m} where extract(dow from tz) = 0",
                    "select id, date_trunc('week', at), age(at, '2026-01-01') from {m} where extract(hour from at) = 3",
                    "select id from {m} where d + 7 > date '2026-07-10'",
                    "select id from {m} where iv > interval '2 days 3 hours'",
                    "select id from {m} where ti between '05:00' and '06:00'",
                    "select id from {m} where j ->> 'k' = '3'",
                    "select id from {m} where j @> '{\"k\": 4}'",
                    "select id from {m} where j @? '$.l[*] ? (@ == 77)'",
                    "select id, js ->> 'z' from {m} where (js ->> 'z')::int < 9",
                    "select id from {m} where a[3] = 4 and 100 > any (a)",
                    "select id from {m} where a @> array[7]",
                    "select id, cardinality(ta), ta from {m} where ta && array['y8', 'y4000']",
                    "select id from {m} where rg @> 1234",
                    "select id, lower(tr) from {m} where tr && tstzrange('2026-01-02', '2026-01-03')",
                    "select id from {m} where u > 'f0000000-0000-0000-0000-000000000000'",
                    "select id from {m} where ip << '10.0.12.0/22'",
                    "select id from {m} where by >= '\\x00000f00' and length(by) = 4",
                    "select id from {m} where m > 'sad' and m::text <> 'ok'",
                    "select id from {m} where sh in ('s3', 's39')",
                    "select \"We\"\"ird Näme\" from {m} where \"We\"\"ird Näme\" like 'w1%'",
                    "select m, count(*), sum(p), avg(i), min(t), max(t collate \"C\"), string_agg(c, ',' order by id) from {m} group by m having count(*) > 1",
                    "select distinct s, b from {m}",
                    "select id, row_number() over (partition by s order by at), lag(t) over (order by at, id), sum(i) over (partition by b order by id rows 3 preceding) from {m}",
                    "select x.id, y.id from {m} x join {m} y on x.id = y.i / 7 where x.at < '2026-01-20' and y.b",
                    "select x.id, y.t from {m} x left join plain y on y.id = x.id + 4000 where x.s = 5",
                    "select id from {m} x where exists (select from plain y where y.i = x.s and y.b)",
                    "select id from {m} where id in (select i from {m} where i > 4000)",
                    "select id from {m} where (s, b) in (select s, b from plain where id < 30)",
                    "select id from {m} order by t collate \"C\" desc nulls last, id limit 25 offset 7",
                    "select count(*) filter (where b), count(distinct s), percentile_disc(0.5) within group (order by id) from {m}",
                    "select id, case when t is null then 'none' else upper(t) end, coalesce(v, c), nullif(s, 3) from {m}",
                    "with recursive r(n) as (select 1 union all select n + 1 from r where n < 5) select r.n, x.id from r join {m} x on x.id = r.n * 1000");

    private static String checksum(TestDatabase database, String query, String table) {
        return database.value(
                "select count(*) || ' ' || md5(coalesce(string_agg(md5(q::text), ',' order by md5(q::text)), '')) from (%s) q"
                        .formatted(query.replace("{m}", table)));
    }

    @OldestAndNewest
    void answersAsAPlainTableWouldWhateverIsAsked(TestDatabase database) {
        create(database);
        serve(database);
        assertThat(MaintainedTables.failures(tick(database, "{retain: 4 months}"))).isEmpty();
        assertThat(database.number("select count(*) from message")).isBetween(1L, 3000L);

        ArchiveView.Made made = viewing(database.url()).make(MESSAGE, null);

        assertThat(made.view().display()).isEqualTo("public.message_all");
        assertThat(made.archived()).isEqualTo(4);
        assertThat(QUERIES).hasSizeGreaterThan(60);
        for (String query : QUERIES) {
            assertThat(checksum(database, query, "message_all"))
                    .as(query)
                    .isEqualTo(checksum(database, query, "plain"));
        }
        assertThat(types(database, "message_all")).isEqualTo(types(database, "plain"));
    }

    private static List<List<@Nullable String>> types(TestDatabase database, String table) {
        return database.rows(
                "select attname, format_type(atttypid, atttypmod), attcollation::text from pg_attribute where attrelid = '%s'::regclass and attnum > 0 order by attnum"
                        .formatted(table));
    }

    private static final Pattern SCANNED =
            Pattern.compile("Foreign Scan on (?:\\w+\\.)?(message_2026_\\d\\d)");

    private static Set<String> foreign(TestDatabase database, String query) {
        Set<String> scanned = new TreeSet<>();
        for (List<@Nullable String> line : database.rows("explain " + query)) {
            SCANNED.matcher(String.valueOf(line.getFirst()))
                    .results()
                    .forEach(found -> scanned.add(found.group(1)));
        }
        return scanned;
    }

    @OldestAndNewest
    void readsThePartitionsOfARangeAloneAndTheColumnsThatAreAskedFor(TestDatabase database) {
        create(database);
        serve(database);
        tick(database, "{retain: 4 months}");
        viewing(database.url()).make(MESSAGE, null);

        assertThat(
                        foreign(
                                database,
                                "select * from message_all where at >= '2026-02-03' and at < '2026-02-05'"))
                .containsExactly("message_2026_02");
        assertThat(
                        foreign(
                                database,
                                "select * from message_all where at > '2026-03-15' and id > 3"))
                .containsExactly("message_2026_03", "message_2026_04");
        assertThat(foreign(database, "select count(*) from message_all where at = '2026-01-05'"))
                .containsExactly("message_2026_01");
        assertThat(foreign(database, "select * from message_all where at >= '2026-05-01'"))
                .isEmpty();
        assertThat(foreign(database, "select * from message_all where id = 3")).hasSize(4);
        String live = "select count(*) from message_all where at >= '2026-06-01'";
        assertThat(
                        database.rows(
                                "explain verbose select id, t from message_all where at < '2026-02-01' and t like 'a%' and i / 2 = 3"))
                .extracting(List::getFirst)
                .filteredOn(line -> String.valueOf(line).contains("Remote SQL"))
                .singleElement()
                .asString()
                .matches(" *Remote SQL: SELECT id, at, t, i FROM archive.\"\\d+\"");

        String before = database.value(live);
        Objects.requireNonNull(endpoint).close();
        assertThat(database.value(live)).isEqualTo(before);
        assertThatThrownBy(() -> database.value("select count(*) from message_all"))
                .rootCause()
                .hasMessageContaining("could not connect to server \"kalends_archive\"");
    }

    @OldestAndNewest
    void followsPartitionsOutAndBackAndNeverShowsARowTwiceOrNotAtAll(TestDatabase database)
            throws SQLException {
        create(database);
        serve(database);
        ArchiveView.Made made = viewing(database.url()).make(MESSAGE, "everything");
        assertThat(made.archived()).isZero();
        AtomicBoolean done = new AtomicBoolean();
        List<Long> seen = new ArrayList<>();
        CompletableFuture<Void> reader =
                CompletableFuture.runAsync(() -> read(database, done, seen));
        try {
            assertThat(
                            MaintainedTables.failures(
                                    tick(database, "{archiveAfter: 2 months, retain: 6 months}")))
                    .isEmpty();
            assertThat(aside(database)).isPositive();
            assertThat(
                            MaintainedTables.failures(
                                    tick(database, "{archiveAfter: 2 months, retain: 4 months}")))
                    .isEmpty();
            assertThat(foreign(database, "select * from everything")).hasSize(4);

            List<Archiving.Outcome> back =
                    restoring(database)
                            .restore(months("2026-02", "2026-04"), Restoration.Orphans.LISTED, 1);

            assertThat(back).hasSize(2).allMatch(each -> each.failure() == null);
            assertThat(foreign(database, "select * from everything"))
                    .containsExactly("message_2026_01", "message_2026_04");
            archiving(database).export(MESSAGE, months("2026-02", "2026-03"));
            assertThat(MaintainedTables.failures(tick(database, "{retain: 4 months}"))).isEmpty();
        } finally {
            done.set(true);
            reader.join();
        }
        assertThat(foreign(database, "select * from everything"))
                .containsExactly("message_2026_01", "message_2026_02", "message_2026_04");
        assertThat(seen).hasSizeGreaterThan(5).containsOnly(5000L);
        assertThat(checksum(database, "select * from {m}", "everything"))
                .isEqualTo(checksum(database, "select * from {m}", "plain"));

        archiving(database).expire(months("2026-01", "2026-02"));
        assertThat(foreign(database, "select * from everything"))
                .containsExactly("message_2026_02", "message_2026_04");
        assertThat(database.number("select count(*) from everything where at < '2026-02-01'"))
                .isZero();
    }

    private static long aside(TestDatabase database) {
        return database.number(
                "select count(*) from pg_class c where c.relname ~ '^message_2026' and c.relkind = 'r' and not c.relispartition");
    }

    private static void read(TestDatabase database, AtomicBoolean done, List<Long> seen) {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            while (!done.get()) {
                try (ResultSet result =
                        statement.executeQuery(
                                "select count(distinct id) + count(*) - 5000 from everything")) {
                    result.next();
                    seen.add(result.getLong(1));
                }
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @OldestAndNewest
    void showsColumnsThatCameAndTakesNewTypes(TestDatabase database) {
        create(database);
        serve(database);
        tick(database, "{retain: 4 months}");
        viewing(database.url()).make(MESSAGE, null);

        database.sql("alter table message add column extra int not null default 7");
        viewing(database.url()).make(MESSAGE, null);

        assertThat(database.number("select count(*) from message_all where extra is null"))
                .isEqualTo(database.number("select count(*) from plain where at < '2026-05-01'"));
        assertThat(database.number("select count(*) from message_all where extra = 7"))
                .isEqualTo(database.number("select count(*) from message"));

        assertThat(viewing(database.url()).drop(MESSAGE)).isTrue();
        assertThat(viewing(database.url()).drop(MESSAGE)).isFalse();
        assertThat(database.number("select count(*) from pg_foreign_server")).isZero();
        database.sql(
                "alter table message drop column t",
                "alter table message alter column s type bigint",
                "alter table message alter column p type text");
        viewing(database.url()).make(MESSAGE, null);
        assertThat(checksum(database, "select id, s::int, p::numeric from {m}", "message_all"))
                .isEqualTo(checksum(database, "select id, s::int, p from {m}", "plain"));
        assertThatThrownBy(() -> database.sql("select t from message_all"))
                .rootCause()
                .hasMessageContaining("does not exist");
    }

    @OldestAndNewest
    void isMadeByAndForRolesThatAreNoSuperusers(TestDatabase database) throws SQLException {
        create(database);
        serve(database);
        tick(database, "{retain: 4 months}");
        String app = database.createRole("app");
        String kalends = database.createRole("kalends");
        String reader = database.createRole("reader");
        database.sql(
                "grant \"%s\" to \"%s\"".formatted(app, kalends),
                "do $$ declare t regclass; begin for t in select relid from pg_partition_tree('message') loop execute format('alter table %%s owner to \"%s\"', t); end loop; end $$"
                        .formatted(app),
                "grant create on schema public to \"%s\", \"%s\"".formatted(app, kalends),
                "grant create on database \"%s\" to \"%s\"".formatted(database.name(), kalends),
                "grant usage on schema kalends to \"%s\"".formatted(kalends),
                "grant all on all tables in schema kalends to \"%s\"".formatted(kalends),
                "grant all on all sequences in schema kalends to \"%s\"".formatted(kalends),
                "grant select on message to \"%s\"".formatted(reader));

        assertThatThrownBy(() -> viewing(database.urlAs(kalends)).make(MESSAGE, null))
                .isInstanceOfSatisfying(
                        KalendsException.class,
                        e -> {
                            assertThat(e.code()).isEqualTo(FailureCode.PRIVILEGE_MISSING);
                            assertThat(e.next()).contains("CREATE EXTENSION");
                        });
        database.sql(
                "create extension postgres_fdw",
                "grant usage on foreign data wrapper postgres_fdw to \"%s\"".formatted(kalends));

        viewing(database.urlAs(kalends)).make(MESSAGE, null);
        viewing(database.urlAs(kalends)).make(MESSAGE, null);
        Config config = config("{retain: 3 months}");
        assertThat(
                        MaintainedTables.failures(
                                MaintainedTables.maintenance(
                                                database.urlAs(kalends),
                                                config,
                                                LATER,
                                                access(config))
                                        .run(
                                                List.of(),
                                                EnumSet.allOf(MaintenanceWork.class),
                                                Tick.Consent.GIVEN)))
                .isEmpty();
        assertThat(foreign(database, "select * from message_all")).hasSize(5);

        try (Connection connection = database.connectAs(reader);
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery("select count(*) from message_all")) {
            result.next();
            assertThat(result.getLong(1)).isEqualTo(5000);
        }
        try (Connection connection = database.connectAs(reader);
                Statement statement = connection.createStatement()) {
            assertThatThrownBy(() ->
                            statement.executeQuery(
                                    "select count(*) from kalends_archive_%d.rows"
                                            .formatted(
                                                    database.number(
                                                            "select 'message'::regclass::oid::bigint"))))
                    .hasMessageContaining("permission denied");
            try (ResultSet options =
                    statement.executeQuery(
                            "select count(*) from pg_user_mappings where umoptions is not null")) {
                options.next();
                assertThat(options.getLong(1)).isZero();
            }
        }
        assertThat(viewing(database.urlAs(kalends)).drop(MESSAGE)).isTrue();
    }

    @OldestAndNewest
    void refusesTablesWithRowSecurityAndNamesThatAreTaken(TestDatabase database) {
        create(database);
        database.sql("create view message_all as select 1 as one");
        assertThatThrownBy(() -> viewing(database.url()).statements(MESSAGE, null))
                .hasMessageContaining("by which the database cannot find it");
        place = "127.0.0.1:1";

        assertThatThrownBy(() -> viewing(database.url()).make(MESSAGE, null))
                .hasMessageContaining("message_all is taken");
        assertThat(viewing(database.url()).statements(MESSAGE, null))
                .extracting(Sql::render)
                .noneMatch(sql -> sql.contains("only-for-tests"))
                .anyMatch(sql -> sql.contains("password :'password'"));
        database.sql("alter table message enable row level security");
        assertThatThrownBy(() -> viewing(database.url()).make(MESSAGE, "other"))
                .hasMessageContaining("row level security");
    }
}
