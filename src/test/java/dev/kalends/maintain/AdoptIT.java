package dev.kalends.maintain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kalends.app.Adoption;
import dev.kalends.calendar.PartitionNames;
import dev.kalends.config.TableNames;
import dev.kalends.pg.Target;
import dev.kalends.testing.MaintainedTables;
import dev.kalends.testing.OldestAndNewest;
import dev.kalends.testing.TestDatabase;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Sets that others made, taken over and maintained.
class AdoptIT {
    private static final String MAY = "2026-05-17T10:00:00Z";

    private static AdoptionPlan adopt(
            TestDatabase database, String table, @Nullable String every, String zone) {
        return new Adoption(
                        Target.parse(database.url(), ""),
                        Clock.fixed(Instant.parse(MAY), ZoneOffset.UTC))
                .adopt(
                        TableNames.parse(table),
                        new AdoptionWish(
                                every, null, ZoneId.of(zone), 2, PartitionNames.standard()));
    }

    private static AdoptionPlan adopt(TestDatabase database, String table) {
        return adopt(database, table, null, "UTC");
    }

    @OldestAndNewest
    void takesOverWhatIsOddAndTellsIt(TestDatabase database) throws SQLException {
        try (database) {
            database.sql(
                    "create schema other",
                    "create table event (id int not null, at timestamp not null, note text, primary key (id, at)) partition by range (at)",
                    "create table event_old partition of event for values from ('2025-01-01') to ('2026-01-01')",
                    "create table event_2026_01 partition of event for values from ('2026-01-01') to ('2026-02-01')",
                    "create table other.event_2026_02 partition of event for values from ('2026-02-01') to ('2026-03-01')",
                    "create table event_2026_04 (note text, gone int, at timestamp not null, id int not null, check (id > 0))",
                    "alter table event_2026_04 drop column gone",
                    "alter table event attach partition event_2026_04 for values from ('2026-04-01') to ('2026-05-01')",
                    "create table event_default partition of event default",
                    "insert into event values (1, '2026-05-05', 'no partition')",
                    "create function f() returns trigger language plpgsql as 'begin return null; end'",
                    "create trigger own after insert on event_2026_01 for each row execute function f()");

            AdoptionPlan plan = adopt(database, "event");

            assertThat(plan.notes())
                    .containsExactly(
                            "Its bounds show one partition per month (UTC); --every says otherwise.",
                            "1 partitions are not one month: public.event_old (FOR VALUES FROM ('2025-01-01 00:00:00') TO ('2026-01-01 00:00:00')). New ones fit a shorter one at such a seam.",
                            "1 stretches of time have no partition: 2026-03-01T00:00 to 2026-04-01T00:00. The next tick fills those that are younger than the table keeps its rows.",
                            "No partition is there for now; the next tick makes it.",
                            "other.event_2026_02 lie in other schemas than the table: new ones lie beside the table.",
                            "public.event_2026_04 have their columns in another order than the table: rows are converted on their way, and nothing is lost.",
                            "constraint event_2026_04_id_check of public.event_2026_04, trigger own of public.event_2026_01 are on single partitions only: new ones do not get them.",
                            "The default partition holds 1 rows; the next tick puts them where they belong.");
            assertThat(MaintainedTables.failures(MaintainedTables.tick(database.url(), "", MAY)))
                    .isEmpty();
            assertThat(database.rows("select tableoid::regclass::text from event where id = 1"))
                    .containsExactly(List.of("event_2026_05"));
            assertThat(MaintainedTables.partitions(database, "event"))
                    .extracting(List::getFirst)
                    .contains("event_2026_03", "event_2026_05", "event_2026_06", "event_2026_07");
        }
    }

    @OldestAndNewest
    void finishesWhatOthersLeftInterrupted(TestDatabase database) throws SQLException {
        try (database) {
            database.sql(
                    "create table event (at date not null) partition by range (at)",
                    "create table event_w20 partition of event for values from ('2026-05-11') to ('2026-05-18')",
                    "create table event_w21 partition of event for values from ('2026-05-18') to ('2026-05-25')");
            IncidentsIT.pendingDetach(database, "event", "event_w21");

            AdoptionPlan plan = adopt(database, "event");

            assertThat(plan.notes())
                    .containsExactly(
                            "Its bounds show one partition per week (UTC); --every says otherwise.",
                            "The detach of public.event_w21 was interrupted; the next tick finishes it.");
            MaintainedTables.tick(database.url(), "", MAY);
            assertThat(MaintainedTables.partitions(database, "event"))
                    .extracting(List::getFirst)
                    .containsExactly("event_w20", "event_2026_w21", "event_2026_w22");
        }
    }

    @OldestAndNewest
    void takesOverOddNamesZonesAndNumbers(TestDatabase database) throws SQLException {
        try (database) {
            String longest = "x".repeat(63);
            database.sql(
                    "create schema \"Od.d\"",
                    "create table \"Od.d\".\"We\"\"ird Näme\" (\"select\" timestamptz not null) partition by range (\"select\")",
                    "create table \"Od.d\".may partition of \"Od.d\".\"We\"\"ird Näme\" for values from ('2026-04-30 22:00+00') to ('2026-05-31 22:00+00')",
                    "create table %s (id bigint not null) partition by range (id)"
                            .formatted(longest),
                    "create table first_part partition of %s for values from (0) to (1000)"
                            .formatted(longest),
                    "insert into %s values (999)".formatted(longest));

            assertThat(
                            adopt(database, "\"Od.d\".\"We\"\"ird Näme\"", null, "Europe/Berlin")
                                    .notes())
                    .containsExactly(
                            "Its bounds show one partition per month (Europe/Berlin); --every says otherwise.");
            assertThat(adopt(database, longest).notes())
                    .containsExactly("It is cut by ranges of 1000 numbers, which do not grow old.");
            TickReport report = MaintainedTables.tick(database.url(), "", MAY);

            assertThat(MaintainedTables.failures(report)).isEmpty();
            assertThat(MaintainedTables.partitions(database, "\"Od.d\".\"We\"\"ird Näme\""))
                    .hasSize(3);
            assertThat(MaintainedTables.partitions(database, longest)).hasSize(3);
            assertThat(
                            database.number(
                                    "select max(length(relname)) from pg_class where relname like 'xxx%'"))
                    .isEqualTo(63);
        }
    }

    @OldestAndNewest
    void refusesWhatCannotBeMaintained(TestDatabase database) throws SQLException {
        try (database) {
            database.sql(
                    "create table plain (at timestamp)",
                    "create table hashed (id int) partition by hash (id)",
                    "create table wide (a int, b int) partition by range (a, b)",
                    "create table computed (at timestamp) partition by range ((at + interval '1 day'))",
                    "create table words (w text) partition by range (w)",
                    "create table words_a partition of words for values from ('a') to ('m')",
                    "create table endless (at timestamp not null) partition by range (at)",
                    "create table endless_1 partition of endless for values from ('2026-05-01') to ('2026-06-01')",
                    "create table endless_2 partition of endless for values from ('2026-06-01') to (maxvalue)",
                    "create table empty (at timestamp not null) partition by range (at)");

            assertRefused(database, "plain", "public.plain is not partitioned.");
            assertRefused(database, "endless_1", "public.endless_1 is a partition.");
            assertRefused(database, "hashed", "it is cut by hash");
            assertRefused(database, "wide", "its key is an expression or has several columns");
            assertRefused(database, "computed", "its key is an expression or has several columns");
            assertRefused(
                    database,
                    "words",
                    "nothing shows how its key w of type text holds the time; say --format");
            assertRefused(database, "endless", "its last partition has no end (MAXVALUE)");
            assertRefused(database, "empty", "its bounds show no interval; say --every");
            assertThat(adopt(database, "empty", "day", "UTC").notes())
                    .containsExactly("No partition is there for now; the next tick makes it.");
            assertThat(database.number("select count(*) from kalends.partition_set")).isOne();
        }
    }

    private static void assertRefused(TestDatabase database, String table, String reason) {
        assertThatThrownBy(() -> adopt(database, table))
                .hasMessageContaining("NOT_ADOPTABLE")
                .hasMessageContaining(reason)
                .hasMessageContaining("Nothing was changed.");
    }

    @OldestAndNewest
    void givesATableUpAgain(TestDatabase database) throws SQLException {
        try (database) {
            database.sql("create table event (at timestamp not null) partition by range (at)");
            adopt(database, "event", "month", "UTC");
            Adoption adoption = new Adoption(Target.parse(database.url(), ""), Clock.systemUTC());

            adoption.release(TableNames.parse("event"));

            assertThat(MaintainedTables.tick(database.url(), "", MAY).standing())
                    .isEqualTo(TickReport.Standing.NOTHING_MAINTAINED);
            assertThat(MaintainedTables.partitions(database, "event")).isEmpty();
            assertThatThrownBy(() -> adoption.release(TableNames.parse("event")))
                    .hasMessageContaining("NOT_MAINTAINED: public.event is not under maintenance.");
        }
    }
}
