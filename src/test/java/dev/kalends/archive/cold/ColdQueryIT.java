package dev.kalends.archive.cold;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kalends.archive.cold.ColdArchive.Read;
import dev.kalends.archive.cold.ColdPlan.Reading;
import dev.kalends.config.ArchiveConfig;
import dev.kalends.sql.QualifiedName;
import dev.kalends.store.DirectoryStore;
import dev.kalends.testing.OldestAndNewest;
import dev.kalends.testing.TestDatabase;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;

/// Queries over an archive, each compared with PostgreSQL's answer over the same rows.
class ColdQueryIT {
    /// The same text to both.
    static final List<String> QUERIES =
            List.of(
                    // All columns, all types.
                    "select * from \"Message\" where id between 100 and 140 order by id",
                    "select * from public.\"Message\" where \"at\" >= '2026-05-31 23:00' order by id",
                    "select * from \"Sender\" order by id",
                    "select \"select\", id from \"Od.d\".\"Ev\"\"ent s\" order by id",
                    // Ranges of the key.
                    "select id, \"at\" from \"Message\" where \"at\" >= '2026-03-31 23:00' and \"at\" < '2026-04-01 01:00' order by 1",
                    "select count(*), min(id), max(id) from \"Message\" where \"at\" < '2026-01-01 00:15'",
                    "select count(*) from \"Message\" where \"at\" = '2026-02-28 23:45' or \"at\" = '2026-06-01'",
                    "select id from \"Message\" where \"at\" in ('2026-01-05', '2026-05-05', '2030-01-01') order by id",
                    "select count(*) from \"Message\" where \"at\" > '2031-01-01'",
                    "select count(*) from \"Message\" where not (\"at\" < '2026-06-20')",
                    "select count(*) from \"Message\" where \"at\" is null or \"at\" between '2026-02-01' and '2026-02-02'",
                    // Aggregates.
                    "select count(*), count(ok), count(distinct sender), sum(id), min(price), max(price), sum(price) from \"Message\"",
                    "select min(\"at\"), max(\"at\"), min(tz), max(day), max(body), min(\"We\"\"ird Näme\") from \"Message\"",
                    "select date_trunc('month', \"at\") m, count(*), sum(small) from \"Message\" group by 1 order by 1",
                    "select sender, count(*) filter (where ok) n from \"Message\" group by sender having count(*) > 377 order by 1",
                    "select extra, count(*) from \"Message\" group by extra order by extra",
                    "select count(*), count(extra) from \"Message\" where extra is null and \"at\" >= '2026-03-15'",
                    "select id from \"Message\" where extra = 3 and id % 500 = 3 order by id",
                    // Text and null.
                    "select \"We\"\"ird Näme\", count(*) from \"Message\" group by 1 order by 2 desc, min(id)",
                    "select count(*) from \"Message\" where \"We\"\"ird Näme\" is null",
                    "select count(*) from \"Message\" where \"We\"\"ird Näme\" = ''",
                    "select id from \"Message\" where \"We\"\"ird Näme\" like 'näme \"4%' and id < 100 order by id",
                    "select count(*) from \"Message\" where ok is not true",
                    "select count(*) from \"Message\" where ok is distinct from null and not ok",
                    "select id, coalesce(\"We\"\"ird Näme\", '-'), upper(substring(body from 1 for 4)), length(body) from \"Message\" where id < 30 order by id",
                    "select count(*) from \"Message\" where sender not in (select id from \"Sender\" where name is null)",
                    "select id, name from \"Sender\" order by name nulls first, id limit 8",
                    "select id, price from \"Message\" order by f desc, id limit 20",
                    // Numbers.
                    "select id, id / 7, id % 7, price * 2, -price from \"Message\" where id in (0, 7, 999, 16999) order by id",
                    "select id, f, g, small, amount from \"Message\" where f > 100.5 and f < 102 order by id",
                    "select count(*) from \"Message\" where price >= 142.00 and price < 142.5",
                    "select id, share from \"Sender\" where share < 0.1 order by id",
                    // Joins.
                    "select s.name, count(*) from \"Message\" m join \"Sender\" s on s.id = m.sender where m.\"at\" < '2026-02-01' group by 1 order by 1 nulls first",
                    "select m.id, s.name from \"Message\" m left join \"Sender\" s on s.id = m.sender where m.id between 30 and 60 order by 1",
                    "select s.id from \"Sender\" s where exists (select 1 from \"Message\" m where m.sender = s.id and m.id = 16000 + s.id) order by 1",
                    "select a.id, b.id from \"Message\" a join \"Message\" b on b.id = a.id + 1 and b.\"at\" >= '2026-04-01' where a.\"at\" < '2026-04-01' order by 1",
                    "with busy as (select sender, count(*) n from \"Message\" group by sender) select s.id, n from busy join \"Sender\" s on s.id = sender where n > 377 order by 1",
                    "select id from \"Message\" where id < 3 union all select id from \"Sender\" where id > 38 order by 1",
                    "select max(id) from \"Message\" where sender = (select max(id) from \"Sender\" where name is not null)",
                    // Windows.
                    "select id, row_number() over (partition by sender order by \"at\" desc) r from \"Message\" where sender = 7 order by id limit 25",
                    "select * from (select id, \"at\" - lag(\"at\") over (order by \"at\") gap, sum(small) over (order by id rows 3 preceding) s from \"Message\" where \"at\" < '2026-01-02') x order by id",
                    "select sender, id from (select sender, id, rank() over (partition by sender order by price desc, id) r from \"Message\") x where r = 1 order by 1",
                    // Times.
                    "select id, tz, day, extract(hour from \"at\") from \"Message\" where tz >= '2026-03-03 10:00+00' and tz < '2026-03-03 11:00+00' order by id",
                    "select day, count(*) from \"Message\" where day >= date '2026-06-01' group by day order by day",
                    "select count(*) from \"Message\" where u = md5('4711')::uuid",
                    "values (1, 'a'), (2, null)");

    /// Types of keys: how row i has it, and a range within one row group.
    private static final List<List<String>> KEYS =
            List.of(
                    List.of("smallint", "i / 10", "4200", "4205"),
                    List.of("integer", "i - 30000", "12000", "12100"),
                    List.of(
                            "bigint",
                            "i * 1000000000000",
                            "50000000000000000",
                            "50100000000000000"),
                    List.of("date", "date '1700-01-01' + i::int", "'1830-01-01'", "'1830-02-01'"),
                    List.of(
                            "timestamp",
                            "timestamp '2026-01-01' + i * interval '1 minute'",
                            "'2026-01-30'",
                            "'2026-01-31'"),
                    List.of(
                            "timestamptz",
                            "timestamptz '2026-01-01 00:00+00' + i * interval '1 minute'",
                            "'2026-01-30 00:00+00'",
                            "'2026-01-30 06:00+02'"),
                    List.of(
                            "uuid",
                            "(lpad(to_hex(i::bigint * 65536), 8, '0') || '-0000-7000-8000-000000000000')::uuid",
                            "'90000000-0000-7000-8000-000000000000'",
                            "'90ffffff-0000-7000-8000-000000000000'"),
                    List.of(
                            "text",
                            "'clh' || lpad(i::text, 8, '0')",
                            "'clh00042000'",
                            "'clh00042100'"),
                    List.of("numeric(12,3)", "i / 8.0", "1000.125", "1100.5"));

    @TempDir Path folder;

    private ColdWorld world(TestDatabase database) {
        return new ColdWorld(database, new DirectoryStore(folder), ArchiveConfig.defaults());
    }

    @OldestAndNewest
    void answersAsPostgresDoes(TestDatabase database) {
        ColdWorld world = world(database);
        world.create();

        List<String> differences = new ArrayList<>();
        for (String query : QUERIES) {
            try {
                List<List<@Nullable String>> rows = new ArrayList<>();
                ColdPlan plan = world.cold().explain(query, ColdWorld.LIMITS);
                Read read =
                        world.cold().ask(query, ColdWorld.LIMITS, answer -> answer.each(rows::add));
                assertThat(rows).as(query).isEqualTo(world.live(query));
                // More would mean that the plan was wrong, and all was fetched.
                assertThat(read.bytesRead()).as(query).isEqualTo(plan.bytes());
            } catch (AssertionError | RuntimeException e) {
                differences.add(String.valueOf(e.getMessage()));
            }
        }

        assertThat(differences).isEmpty();
    }

    /// 300,000 rows of a month, some 417 of each hour.
    private static void month(ColdWorld world, TestDatabase database) {
        database.sql(
                "create table event (id bigint, \"at\" timestamptz not null, kind text, body text)",
                """
                insert into event select i, timestamptz '2026-03-01 00:00+00' + i * interval '8.928 seconds', 'kind ' || i % 7,
                    md5(i::text) || md5((i + 1)::text) from generate_series(0, 299999) i
                """);
        world.archive(QualifiedName.of("public", "event"), "event", "at");
    }

    @OldestAndNewest
    void readsLittleForAnHourOfAMonth(TestDatabase database) {
        ColdWorld world = world(database);
        month(world, database);
        long size = world.partitions().getFirst().bytes();
        String hour =
                "select id, kind, body from event where \"at\" >= '2026-03-12 10:00+00' and \"at\" < '2026-03-12 11:00+00' order by id";
        world.store().bytes();

        ColdPlan plan = world.cold().explain(hour, ColdWorld.LIMITS);
        world.store().bytes();
        List<List<@Nullable String>> rows = world.cold(hour);
        long read = world.store().bytes();

        assertThat(rows).hasSizeBetween(400, 410).isEqualTo(world.live(hour));
        assertThat(read).as("of " + size).isLessThan(size / 10);
        assertThat(plan.partitions()).hasSize(1);
        assertThat(plan.partitions().getFirst().groups()).isEqualTo(1);
        assertThat(plan.partitions().getFirst().groupsAll()).isEqualTo(15);
        // Only the manifest comes besides.
        assertThat(read - plan.bytes()).isBetween(0L, 20_000L);

        world.cold("select count(*) from event where kind = 'kind 3'");
        assertThat(world.store().bytes()).as("one narrow column").isLessThan(size / 10);
        world.cold("select count(*) from event");
        assertThat(world.store().bytes()).as("the footer").isLessThan(size / 50);
    }

    /// Both the manifest's bounds and the footer's are of the type's own order, and DuckDB skips
    /// the same row groups: it would come upon what was not fetched.
    @OldestAndNewest
    void readsOneRowGroupForARangeOfAKeyOfAnyType(TestDatabase database) {
        ColdWorld world = world(database);
        for (int i = 0; i < KEYS.size(); i++) {
            String table = "keyed_" + i;
            List<String> key = KEYS.get(i);
            database.sql(
                    "create table %s (k %s not null, other int, body text)"
                            .formatted(table, key.getFirst()),
                    "insert into %s select %s, i, md5(i::text) from generate_series(1::bigint, 61000) i"
                            .formatted(table, key.get(1)));
            world.archive(QualifiedName.of("public", table), table, "k");

            String query =
                    "select other, k, body from %s where k >= %s and k < %s order by other"
                            .formatted(table, key.get(2), key.get(3));
            ColdPlan plan = world.cold().explain(query, ColdWorld.LIMITS);
            List<List<@Nullable String>> rows = new ArrayList<>();
            Read read = world.cold().ask(query, ColdWorld.LIMITS, answer -> answer.each(rows::add));

            assertThat(rows).as(query).isNotEmpty().isEqualTo(world.live(query));
            assertThat(plan.partitions().getFirst().groups()).as(query).isEqualTo(1);
            assertThat(plan.partitions().getFirst().groupsAll()).as(query).isEqualTo(3);
            assertThat(read.bytesRead()).as(query).isEqualTo(plan.bytes());

            String none =
                    "select count(*) from %s where k < %s and k > %s"
                            .formatted(table, key.get(2), key.get(3));
            assertThat(world.cold(none)).as(none).isEqualTo(List.of(List.of("0")));
        }
    }

    @OldestAndNewest
    void leavesPartitionsAloneWhoseKeysCannotMatch(TestDatabase database) {
        ColdWorld world = world(database);
        world.create();

        Read read =
                world.cold()
                        .ask(
                                "select * from \"Message\" where \"at\" >= '2026-02-27' and \"at\" < '2026-03-02'",
                                ColdWorld.LIMITS,
                                answer -> {});
        ColdPlan plan =
                world.cold()
                        .explain(
                                "select m.id from \"Message\" m join \"Sender\" s on s.id = m.sender where s.id = 30 and \"at\" = '2026-05-05'",
                                ColdWorld.LIMITS);

        assertThat(read.rows()).isEqualTo(288);
        assertThat(read.partitionsRead()).isEqualTo(2);
        assertThat(read.partitionsAll()).isEqualTo(6);
        assertThat(plan.partitions())
                .filteredOn(each -> each.reading() != Reading.NOTHING)
                .extracting(each -> each.partition().name().value())
                .containsExactlyInAnyOrder("Message_5", "Sender_2");
    }
}
