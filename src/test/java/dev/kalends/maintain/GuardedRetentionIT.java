package dev.kalends.maintain;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kalends.app.Adoption;
import dev.kalends.app.Kalends;
import dev.kalends.calendar.PartitionNames;
import dev.kalends.catalog.PartitionSet;
import dev.kalends.config.TableNames;
import dev.kalends.journal.PartitionSets;
import dev.kalends.pg.Session;
import dev.kalends.pg.Target;
import dev.kalends.testing.Conversions;
import dev.kalends.testing.MaintainedTables;
import dev.kalends.testing.OldestAndNewest;
import dev.kalends.testing.TestDatabase;
import java.sql.SQLException;
import java.time.Clock;
import java.time.ZoneId;
import java.util.List;
import java.util.Set;

/// Retention of a table whose unique key lives in a guard that other tables refer to.
class GuardedRetentionIT {
    private static final String CONVERSION =
            """
              - table: message
                partition: {key: at, every: month, ahead: 2}
                unique: {id: guard}
                references: guard
            """;
    private static final String RETAIN = "    lifecycle: {retain: 2 months, drop: true}\n";

    private static void create(TestDatabase database) {
        tables(database);
        convert(database.url());
    }

    private static void tables(TestDatabase database) {
        database.sql(
                """
                create table message (id int primary key, at timestamp(3) not null, body text,
                    reply_to int references message on delete set null)
                """,
                "create index message_body_idx on message (body)",
                "create index on message (reply_to)",
                "create table reaction (id int primary key, message int not null references message on delete cascade)",
                """
                insert into message select i, timestamp '2026-01-01' + i * interval '1 hour', 'b' || i, null
                  from generate_series(1, 6000) i
                """,
                "update message set reply_to = id - 1 where id % 10 = 0",
                "insert into reaction select i, i from generate_series(5000, 5500) i");
    }

    private static void convert(String url) {
        Kalends kalends = Conversions.kalends(url);
        dev.kalends.config.TableConfig wish = Conversions.wish(CONVERSION);
        kalends.migrate(wish.table(), wish);
        kalends.switchTables(wish.table());
        kalends.cleanup(wish.table(), Kalends.Backup.WAIVED);
    }

    @OldestAndNewest
    void keepsWhatIsReferredToAndTakesTheRestWithItsGuardRows(TestDatabase database)
            throws SQLException {
        try (database) {
            create(database);
            String reactions = "select sum(id * message) from reaction";
            String before = database.value(reactions);

            TickReport first =
                    MaintainedTables.tick(
                            database.url(), CONVERSION + RETAIN, "2026-11-10T00:00:00Z");
            assertThat(MaintainedTables.failures(first)).isEmpty();
            assertThat(first.waits()).isTrue();
            assertThat(first.tables().getFirst().notes())
                    .containsExactly(
                            "No index of public.reaction begins with (message): the server looks through all of public.reaction for each key that leaves the guard."
                                    + " CREATE INDEX ON public.reaction (message) makes that quick.");

            TickReport report =
                    MaintainedTables.agreedTick(
                            database.url(), CONVERSION + RETAIN, "2026-11-10T00:00:00Z", null);

            assertThat(MaintainedTables.failures(report)).isEmpty();
            assertThat(report.tables().getFirst().stays())
                    .extracting(SetReport.Stay::reason)
                    .anyMatch(
                            reason -> reason.contains("rows of public.reaction refer to its rows"));
            assertThat(database.value(reactions)).isEqualTo(before);
            assertThat(MaintainedTables.partitions(database, "message"))
                    .contains(
                            List.of(
                                    "message_2026_07",
                                    "FOR VALUES FROM ('2026-07-01 00:00:00') TO ('2026-08-01 00:00:00')"));
            assertThat(
                            database.number(
                                    """
                                    select count(*) from message full join (select * from %s) g using (id)
                                     where message.at is distinct from g.at
                                    """
                                            .formatted(guard(database))))
                    .isZero();
        }
    }

    @OldestAndNewest
    void keepsItsGuardsWhenItIsAdoptedAnew(TestDatabase database) {
        create(database);
        Adoption adoption = new Adoption(Target.parse(database.url(), ""), Clock.systemUTC());
        adoption.release(TableNames.parse("message"));
        adoption.adopt(
                TableNames.parse("message"),
                new AdoptionWish(null, null, ZoneId.of("UTC"), 2, PartitionNames.standard()));

        TickReport report =
                MaintainedTables.agreedTick(
                        database.url(),
                        CONVERSION
                                + "    lifecycle: {retain: 2 months, drop: true, referrers: {reaction: delete, message: clear}}\n",
                        "2027-03-10T00:00:00Z",
                        null);

        assertThat(MaintainedTables.failures(report)).isEmpty();
        assertThat(database.number("select count(*) from message")).isZero();
        assertThat(database.number("select count(*) from " + guard(database))).isZero();
    }

    @OldestAndNewest
    void needsNoSuperuser(TestDatabase database) {
        String owner = database.createRole("owner");
        String role = database.createRole("kalends");
        tables(database);
        database.sql(
                "grant \"%s\" to \"%s\"".formatted(owner, role),
                "alter table message owner to \"%s\"".formatted(owner),
                "alter table reaction owner to \"%s\"".formatted(owner),
                "grant create on database \"%s\" to \"%s\"".formatted(database.name(), role),
                "grant usage, create on schema public to \"%s\", \"%s\"".formatted(owner, role));
        convert(database.urlAs(role));

        TickReport report =
                MaintainedTables.agreedTick(
                        database.urlAs(role),
                        CONVERSION
                                + "    lifecycle: {retain: 2 months, drop: true, referrers: {reaction: delete, message: clear}}\n",
                        "2027-03-10T00:00:00Z",
                        null);

        assertThat(MaintainedTables.failures(report)).isEmpty();
        assertThat(report.tables().getFirst().stays()).isEmpty();
        assertThat(database.number("select count(*) from message")).isZero();
        assertThat(database.number("select count(*) from " + guard(database))).isZero();
        assertThat(
                        database.rows(
                                "select distinct pg_get_userbyid(relowner) from pg_class where oid in (select inhrelid from pg_inherits where inhparent = 'message'::regclass)"))
                .containsExactly(List.of(owner));
    }

    /// What a process leaves that was killed between a detach and the release of the partition's
    /// keys, which refer to rows of the partitions that are due next.
    @OldestAndNewest
    void goesOnWithOneThatIsDetachedAndNotYetReleased(TestDatabase database) {
        create(database);
        try (Session session = Session.open(Target.parse(database.url(), ""), "test")) {
            Scene scene = Scene.read(session, Set.of());
            PartitionSets.Maintained maintained = scene.maintained().getFirst();
            PartitionSet set = requireNonNull(scene.sets().get(maintained.table()));
            PartitionSet.Member first =
                    set.members().stream()
                            .filter(each -> each.name().toString().endsWith("message_2026_01"))
                            .findFirst()
                            .orElseThrow();
            session.transaction(() -> {
                RetirementRecord record = new RetirementRecord(session, maintained, first, null);
                List<PartitionSets.Key> keys = record.keys();
                assertThat(keys).isNotEmpty();
                session.execute(new RetireSql(set, maintained.spec(), first).detach());
                record.begin(PartitionSets.State.DETACHED, keys);
            });
        }

        TickReport report =
                MaintainedTables.agreedTick(
                        database.url(),
                        CONVERSION
                                + "    lifecycle: {retain: 2 months, drop: true, referrers: {reaction: delete, message: clear}}\n",
                        "2026-07-10T00:00:00Z",
                        null);

        assertThat(MaintainedTables.failures(report)).isEmpty();
        assertThat(database.number("select count(*) from message where at < '2026-05-01'"))
                .isZero();
        assertThat(database.number("select count(*) from message"))
                .isEqualTo(database.number("select count(*) from " + guard(database)));
        assertThat(database.value("select to_regclass('message_2026_01') is null")).isEqualTo("t");
    }

    private static String guard(TestDatabase database) {
        return database.value(
                """
                select format('%I.%I', n.nspname, c.relname) from pg_class c join pg_namespace n on n.oid = c.relnamespace
                 where n.nspname like 'kalends_guard_%' and c.relkind = 'r'
                """);
    }
}
