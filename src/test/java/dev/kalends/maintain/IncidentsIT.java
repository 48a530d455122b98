package dev.kalends.maintain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kalends.testing.MaintainedTables;
import dev.kalends.testing.OldestAndNewest;
import dev.kalends.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.stream.Stream;

/// What took production systems down under other tools, one test for each incident.
class IncidentsIT {
    private static final String MAY = "2026-05-17T10:00:00Z";
    private static final String EVENT =
            "  - {table: event, partition: {key: at, every: month, ahead: 2}}\n";
    private static final String RETAIN =
            "  - {table: event, partition: {key: at, every: month, ahead: 2}, lifecycle: {retain: 2 months, drop: true}}\n";

    private static void event(TestDatabase database, String... more) {
        database.sql(
                "create table event (id int not null, at timestamp not null, note text) partition by range (at)");
        for (String month : List.of("01", "02", "03", "04", "05")) {
            database.sql(
                    "create table event_2026_%s partition of event for values from ('2026-%s-01') to ('2026-%02d-01')"
                            .formatted(month, month, Integer.parseInt(month) + 1));
        }
        database.sql(more);
        MaintainedTables.take(database, "event", "at", "timestamp", "month", "UTC");
    }

    private static Stream<String> names(TestDatabase database, String table) {
        return MaintainedTables.partitions(database, table).stream()
                .map(row -> String.valueOf(row.getFirst()));
    }

    private static List<SetReport.Stay> stays(TickReport report) {
        return report.tables().stream().flatMap(each -> each.stays().stream()).toList();
    }

    /// `PARTITION OF` takes ACCESS EXCLUSIVE on the table.
    @OldestAndNewest
    void makesPartitionsBesideReadersAndWriters(TestDatabase database) throws SQLException {
        try (database) {
            event(database);
            try (Connection connection = database.connect();
                    Statement client = connection.createStatement()) {
                connection.setAutoCommit(false);
                client.execute("insert into event values (1, '2026-05-01', 'open')");
                client.executeQuery("select * from event").close();

                TickReport report = MaintainedTables.tick(database.url(), EVENT, MAY);

                assertThat(MaintainedTables.failures(report)).isEmpty();
                assertThat(names(database, "event")).contains("event_2026_06", "event_2026_07");
                connection.commit();
            }
        }
    }

    /// Premaking driven by data stops when no data comes.
    @OldestAndNewest
    void makesPartitionsThoughNoRowCame(TestDatabase database) throws SQLException {
        try (database) {
            event(database);
            MaintainedTables.tick(database.url(), EVENT, "2031-12-31T23:59:59Z");

            assertThat(database.number("select count(*) from event")).isZero();
            assertThat(names(database, "event"))
                    .contains("event_2031_12", "event_2032_01", "event_2032_02")
                    .doesNotContain("event_2032_03");
            database.sql("insert into event values (1, '2029-02-28', 'in a gap')");
        }
    }

    /// Creation in one transaction with retention stops when retention fails.
    @OldestAndNewest
    void makesPartitionsThoughRetentionFails(TestDatabase database) throws SQLException {
        try (database) {
            event(database, "create view january as select * from event_2026_01");

            TickReport report = MaintainedTables.agreedTick(database.url(), RETAIN, MAY, null);

            assertThat(MaintainedTables.failures(report))
                    .hasSize(1)
                    .first()
                    .asString()
                    .contains("event_2026_01")
                    .contains("other objects depend on it");
            assertThat(names(database, "event"))
                    .containsExactly(
                            "event_2026_03",
                            "event_2026_04",
                            "event_2026_05",
                            "event_2026_06",
                            "event_2026_07");
            assertThat(database.number("select count(*) from january")).isZero();

            database.sql("drop view january");
            assertThat(
                            MaintainedTables.failures(
                                    MaintainedTables.tick(database.url(), RETAIN, MAY)))
                    .isEmpty();
            assertThat(database.value("select to_regclass('event_2026_01')")).isEqualTo("NULL");
        }
    }

    /// Rows in the default partition make every attach fail, for ever.
    @OldestAndNewest
    void putsRowsOfTheDefaultPartitionWhereTheyBelong(TestDatabase database) throws SQLException {
        try (database) {
            event(
                    database,
                    "create table event_default partition of event default",
                    "insert into event select i, '2026-06-10'::timestamp + i * interval '1 minute', 'late' from generate_series(1, 100) i",
                    "insert into event values (1000, '2025-11-11 11:11', 'of the past'), (1001, 'infinity', 'never')");
            String rows = "select md5(string_agg(e::text, ',' order by id)) from event e";
            String before = database.value(rows);

            TickReport report = MaintainedTables.tick(database.url(), EVENT, MAY);

            assertThat(MaintainedTables.failures(report)).isEmpty();
            assertThat(report.tables().getFirst().notes())
                    .containsExactly(
                            "public.event_default holds 1 rows whose at says no time that a partition could hold; they stay there.");
            assertThat(database.value(rows)).isEqualTo(before);
            assertThat(
                            database.rows(
                                    "select tableoid::regclass::text, count(*) from event group by 1 order by 1"))
                    .containsExactly(
                            List.of("event_2025_11", "1"),
                            List.of("event_2026_06", "100"),
                            List.of("event_default", "1"));
            MaintainedTables.tick(database.url(), EVENT, MAY);
            assertThat(names(database, "event")).contains("event_2025_12", "event_2026_07");
        }
    }

    /// Row moves by DELETE and INSERT fire ON DELETE actions: users lost data that way.
    @OldestAndNewest
    void movesRowsWithoutFiringTriggersOrActions(TestDatabase database) throws SQLException {
        try (database) {
            event(
                    database,
                    "create table event_default partition of event default",
                    "insert into event select i, '2026-06-10'::timestamp + i * interval '1 minute', 'late' from generate_series(1, 10) i",
                    "create table fired (what text)",
                    "create function fire() returns trigger language plpgsql as $$ begin insert into fired values (tg_op); return null; end $$",
                    "create trigger fire after insert or update or delete on event for each row execute function fire()");

            MaintainedTables.tick(database.url(), EVENT, MAY);

            assertThat(database.number("select count(*) from event_2026_06")).isEqualTo(10);
            assertThat(database.number("select count(*) from fired")).isZero();
            database.sql("delete from event where id = 1");
            assertThat(database.rows("select * from fired")).containsExactly(List.of("DELETE"));
        }
    }

    /// A default partition with millions of rows of one missing month.
    @OldestAndNewest
    void makesALargeDefaultPartitionThePartitionThatIsMissing(TestDatabase database)
            throws SQLException {
        try (database) {
            event(
                    database,
                    "create index event_note_idx on event (note)",
                    "create table event_default partition of event default",
                    "insert into event select i, '2026-06-01'::timestamp + i * interval '1 second', 'late' from generate_series(1, 50000) i");
            String rows = "select md5(string_agg(e::text, ',' order by id)) from event e";
            String before = database.value(rows);

            TickReport report = MaintainedTables.tick(database.url(), EVENT, MAY);

            assertThat(MaintainedTables.failures(report)).isEmpty();
            assertThat(database.value(rows)).isEqualTo(before);
            assertThat(
                            database.rows(
                                    "select tableoid::regclass::text, count(*) from event group by 1"))
                    .containsExactly(List.of("event_2026_06", "50000"));
            assertThat(
                            database.rows(
                                    "select tablename, indexname from pg_indexes where tablename in ('event_default', 'event_2026_06') order by 1"))
                    .containsExactly(
                            List.of("event_2026_06", "event_2026_06_note_idx"),
                            List.of("event_default", "event_default_note_idx"));
            assertThat(
                            database.number(
                                    "select count(*) from pg_constraint where conname like 'kalends%'"))
                    .isZero();
            database.sql("insert into event values (0, '2040-01-01', 'far')");
        }
    }

    /// Detach is refused while rows of the partition are referenced.
    @OldestAndNewest
    void tellsWhoRefersToAPartitionWhoseTimeHasCome(TestDatabase database) throws SQLException {
        try (database) {
            database.sql(
                    "create table event (id int not null, at timestamp not null, primary key (at, id)) partition by range (at)",
                    "create table event_2026_01 partition of event for values from ('2026-01-01') to ('2026-02-01')",
                    "create table event_2026_02 partition of event for values from ('2026-02-01') to ('2026-03-01')",
                    "create table child (at timestamp, id int, foreign key (at, id) references event on delete cascade)",
                    "insert into event select i, '2026-01-01'::timestamp + i * interval '1 day' from generate_series(1, 50) i",
                    "insert into child select at, id from event where id <= 7");
            MaintainedTables.take(database, "event", "at", "timestamp", "month", "UTC");

            TickReport report = MaintainedTables.agreedTick(database.url(), RETAIN, MAY, null);

            assertThat(MaintainedTables.failures(report)).isEmpty();
            assertThat(stays(report))
                    .extracting(each -> each.partition() + ": " + each.reason())
                    .containsExactly(
                            "public.event_2026_01: 7 rows of public.child refer to its rows (child_at_id_fkey)");
            assertThat(database.number("select count(*) from child")).isEqualTo(7);
            assertThat(database.number("select count(*) from event")).isEqualTo(30);
            assertThat(database.value("select to_regclass('event_2026_02')")).isEqualTo("NULL");
        }
    }

    /// `DROP … CASCADE` on one partition removed the foreign key of the whole set.
    @OldestAndNewest
    void keepsTheForeignKeysOfTheSet(TestDatabase database) throws SQLException {
        try (database) {
            database.sql(
                    "create table event (id int not null, at timestamp not null, primary key (at, id)) partition by range (at)",
                    "create table event_2026_01 partition of event for values from ('2026-01-01') to ('2026-02-01')",
                    "create table child (at timestamp, id int, foreign key (at, id) references event on delete cascade)");
            MaintainedTables.take(database, "event", "at", "timestamp", "month", "UTC");
            MaintainedTables.agreedTick(database.url(), RETAIN, MAY, null);

            assertThat(database.value("select to_regclass('event_2026_01')")).isEqualTo("NULL");
            assertThat(
                            database.number(
                                    "select count(*) from pg_constraint where conrelid = 'child'::regclass and contype = 'f' and conparentid = 0"))
                    .isOne();
            assertThat(
                            database.rows(
                                    "select relname from pg_class where relname like 'event_2026_0%' and relkind = 'r' order by 1"))
                    .hasSize(5);
        }
    }

    /// `CREATE TABLE IF NOT EXISTS … PARTITION OF` succeeds against a table of other bounds.
    @OldestAndNewest
    void usesAnotherNameWhereTheRightOneIsTaken(TestDatabase database) throws SQLException {
        try (database) {
            event(
                    database,
                    "create table event_2026_06 (something text)",
                    "create view event_2026_07 as select 1 as one");

            TickReport report = MaintainedTables.tick(database.url(), EVENT, MAY);

            assertThat(MaintainedTables.partitions(database, "event"))
                    .contains(
                            List.of(
                                    "event_2026_06_2",
                                    "FOR VALUES FROM ('2026-06-01 00:00:00') TO ('2026-07-01 00:00:00')"),
                            List.of(
                                    "event_2026_07_2",
                                    "FOR VALUES FROM ('2026-07-01 00:00:00') TO ('2026-08-01 00:00:00')"));
            assertThat(report.tables().getFirst().notes())
                    .contains(
                            "The name event_2026_06 is taken by something that is no such partition, so event_2026_06_2 is used for 2026-06-01 to 2026-07-01.");
            assertThat(report.tables().getFirst().done()).hasSize(2);
            assertThat(
                            MaintainedTables.tick(database.url(), EVENT, MAY)
                                    .tables()
                                    .getFirst()
                                    .quiet())
                    .isTrue();
        }
    }

    /// Bounds come from the catalog, never from names.
    @OldestAndNewest
    void goesByBoundsAndNotByNames(TestDatabase database) throws SQLException {
        try (database) {
            event(
                    database,
                    "alter table event_2026_01 rename to event_2099_01",
                    "alter table event_2026_05 rename to event_2000_01");

            MaintainedTables.agreedTick(database.url(), RETAIN, MAY, null);

            assertThat(names(database, "event"))
                    .containsExactlyInAnyOrder(
                            "event_2026_03",
                            "event_2026_04",
                            "event_2000_01",
                            "event_2026_06",
                            "event_2026_07");
        }
    }

    /// A table recreated under the same name is another table.
    @OldestAndNewest
    void leavesATableThatWasRecreatedAlone(TestDatabase database) throws SQLException {
        try (database) {
            event(database);
            database.sql(
                    "drop table event",
                    "create table event (id int not null, at timestamp not null) partition by range (at)",
                    "create table event_2026_01 partition of event for values from ('2026-01-01') to ('2026-02-01')");

            TickReport report = MaintainedTables.agreedTick(database.url(), RETAIN, MAY, null);

            assertThat(MaintainedTables.failures(report))
                    .hasSize(1)
                    .first()
                    .asString()
                    .startsWith(
                            "REFUSED public.event is another table than the one that was taken over")
                    .contains("kalends adopt event");
            assertThat(names(database, "event")).containsExactly("event_2026_01");
        }
    }

    /// An interrupted DETACH CONCURRENTLY rejects rows and blocks every later one.
    @OldestAndNewest
    void finishesAnInterruptedDetach(TestDatabase database) throws SQLException {
        try (database) {
            event(database);
            pendingDetach(database, "event", "event_2026_05");

            TickReport report = MaintainedTables.tick(database.url(), EVENT, MAY);

            assertThat(MaintainedTables.failures(report)).isEmpty();
            assertThat(database.number("select count(*) from pg_inherits where inhdetachpending"))
                    .isZero();
            assertThat(report.tables().getFirst().done())
                    .first()
                    .isEqualTo(
                            "Finished the interrupted detach of public.event_2026_05, which is a table of its own now.");
            assertThat(
                            MaintainedTables.tick(database.url(), EVENT, MAY)
                                    .tables()
                                    .getFirst()
                                    .notes())
                    .isEmpty();
            database.sql("insert into event values (1, '2026-05-17', 'in the new one')");
        }
    }

    /// Leaves a partition as a killed session does: marked, and not detached.
    static void pendingDetach(TestDatabase database, String table, String partition)
            throws SQLException {
        try (Connection reader = database.connect();
                Statement reading = reader.createStatement();
                Connection other = database.connect();
                Statement detaching = other.createStatement()) {
            reader.setAutoCommit(false);
            reading.executeQuery("select * from " + table + " limit 1").close();
            detaching.execute("set lock_timeout = '200ms'");
            assertThatThrownBy(() ->
                            detaching.execute(
                                    "alter table %s detach partition %s concurrently"
                                            .formatted(table, partition)))
                    .hasMessageContaining("lock timeout");
            reader.rollback();
        }
        assertThat(database.number("select count(*) from pg_inherits where inhdetachpending"))
                .isOne();
    }

    /// The session's time zone decides what a bound of timestamptz means.
    @OldestAndNewest
    void cutsAtTheSameInstantsUnderEverySettingOfTheTimeZone(TestDatabase database)
            throws SQLException {
        try (database) {
            database.sql(
                    "alter database %s set timezone = 'Pacific/Auckland'"
                            .formatted(database.name()),
                    "create table event (id int not null, at timestamptz not null) partition by range (at)");
            MaintainedTables.take(database, "event", "at", "timestamptz", "day", "Europe/Berlin");
            String days =
                    "  - {table: event, partition: {key: at, every: day, ahead: 2, timeZone: Europe/Berlin}}\n";
            // Clocks go back in the night to the 25th: that day has 25 hours.
            MaintainedTables.tick(database.url(), days, "2026-10-24T21:59:59Z");
            MaintainedTables.tick(database.url(), days, "2026-10-24T22:00:00Z");
            MaintainedTables.tick(database.url(), days, "2026-10-25T23:00:00Z");

            database.sql("alter database %s set timezone = 'UTC'".formatted(database.name()));
            assertThat(MaintainedTables.partitions(database, "event"))
                    .startsWith(
                            List.of(
                                    "event_2026_10_24",
                                    "FOR VALUES FROM ('2026-10-23 22:00:00+00') TO ('2026-10-24 22:00:00+00')"),
                            List.of(
                                    "event_2026_10_25",
                                    "FOR VALUES FROM ('2026-10-24 22:00:00+00') TO ('2026-10-25 23:00:00+00')"),
                            List.of(
                                    "event_2026_10_26",
                                    "FOR VALUES FROM ('2026-10-25 23:00:00+00') TO ('2026-10-26 23:00:00+00')"))
                    .hasSize(5);
        }
    }

    /// A long transaction on one table held up the maintenance of all.
    @OldestAndNewest
    void delaysOnlyTheTableThatSomebodyHolds(TestDatabase database) throws SQLException {
        try (database) {
            event(database);
            database.sql(
                    "create table other (id int not null, at timestamp not null) partition by range (at)");
            MaintainedTables.take(database, "other", "at", "timestamp", "month", "UTC");
            try (Connection connection = database.connect();
                    Statement client = connection.createStatement()) {
                connection.setAutoCommit(false);
                client.execute("lock table event in access exclusive mode");

                TickReport report =
                        MaintainedTables.tick(
                                database.url(),
                                EVENT
                                        + "  - {table: other, partition: {key: at, every: month, ahead: 2}}\n",
                                MAY);

                assertThat(MaintainedTables.failures(report))
                        .hasSize(1)
                        .first()
                        .asString()
                        .isEqualTo(
                                "LOCK_NOT_AVAILABLE Cannot look at public.event: somebody holds a lock on it that keeps even readers out.");
                assertThat(names(database, "other")).hasSize(3);
                connection.rollback();
            }
            assertThat(names(database, "event")).hasSize(5);
            MaintainedTables.tick(database.url(), EVENT, MAY);
            assertThat(names(database, "event")).hasSize(7);
        }
    }

    /// Making a partition of a table with foreign keys locks what they name against writers.
    @OldestAndNewest
    void waitsForWritersOfReferencedTablesNoLongerThanTheTimeout(TestDatabase database)
            throws SQLException {
        try (database) {
            database.sql("create table parent (id int primary key)");
            event(database, "alter table event add foreign key (id) references parent");
            try (Connection connection = database.connect();
                    Statement client = connection.createStatement()) {
                connection.setAutoCommit(false);
                client.execute("insert into parent values (1)");
                TickReport report = MaintainedTables.tick(database.url(), EVENT, MAY);
                assertThat(MaintainedTables.failures(report))
                        .isNotEmpty()
                        .allMatch(each -> each.startsWith("LOCK_NOT_AVAILABLE"));
                connection.commit();
            }
            assertThat(MaintainedTables.failures(MaintainedTables.tick(database.url(), EVENT, MAY)))
                    .isEmpty();
            assertThat(names(database, "event")).contains("event_2026_06", "event_2026_07");
        }
    }
}
