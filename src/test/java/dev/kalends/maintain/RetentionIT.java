package dev.kalends.maintain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kalends.app.Kalends;
import dev.kalends.config.TableConfig;
import dev.kalends.testing.Conversions;
import dev.kalends.testing.FolderArchive;
import dev.kalends.testing.MaintainedTables;
import dev.kalends.testing.OldestAndNewest;
import dev.kalends.testing.TestDatabase;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.io.TempDir;

/// What becomes of old partitions.
class RetentionIT {
    private static final String MAY = "2026-05-17T10:00:00Z";

    @TempDir private Path folder;

    private static String event(String lifecycle) {
        return "  - {table: event, partition: {key: at, every: month, ahead: 1}, lifecycle: %s}\n"
                .formatted(lifecycle);
    }

    private static void create(TestDatabase database) {
        database.sql(
                "create table event (id int not null, at timestamp not null, status text, primary key (id, at)) partition by range (at)");
        for (int month = 1; month <= 5; month++) {
            database.sql(
                    "create table event_2026_0%d partition of event for values from ('2026-0%d-01') to ('2026-0%d-01')"
                            .formatted(month, month, month + 1));
        }
        database.sql(
                "insert into event select i, timestamp '2026-01-01' + i * interval '1 hour', 'sent' from generate_series(1, 3000) i");
        MaintainedTables.take(database, "event", "at", "timestamp", "month", "UTC");
    }

    private static String there(TestDatabase database) {
        return database.value(
                "select string_agg(relname, ' ' order by relname) from pg_class where relname like 'event\\_2026\\_0_' and relkind = 'r'");
    }

    @OldestAndNewest
    void waitsForAYesOnceForEachPolicy(TestDatabase database) throws SQLException {
        try (database) {
            create(database);
            String two = event("{retain: 2 months, drop: true}");

            TickReport first = MaintainedTables.tick(database.url(), two, MAY);
            assertThat(first.waits()).isTrue();
            assertThat(first.tables().getFirst().waiting())
                    .extracting(step -> step.title())
                    .containsExactly(
                            "Detach and drop public.event_2026_01 (retain: 2 months)",
                            "Detach and drop public.event_2026_02 (retain: 2 months)");
            assertThat(there(database))
                    .isEqualTo(
                            "event_2026_01 event_2026_02 event_2026_03 event_2026_04 event_2026_05 event_2026_06");

            assertThat(
                            MaintainedTables.failures(
                                    MaintainedTables.agreedTick(database.url(), two, MAY, null)))
                    .isEmpty();
            assertThat(there(database))
                    .isEqualTo("event_2026_03 event_2026_04 event_2026_05 event_2026_06");

            // From now on without asking, until the policy changes.
            TickReport later = MaintainedTables.tick(database.url(), two, "2026-06-17T10:00:00Z");
            assertThat(later.waits()).isFalse();
            assertThat(there(database)).startsWith("event_2026_04");
            TickReport changed =
                    MaintainedTables.tick(
                            database.url(),
                            event("{retain: 1 month, drop: true}"),
                            "2026-06-17T10:00:00Z");
            assertThat(changed.waits()).isTrue();
            assertThat(there(database)).startsWith("event_2026_04");
            assertThat(
                            database.rows(
                                    "select kind, count(*) from kalends.event where kind = 'agree' group by 1"))
                    .containsExactly(List.of("agree", "1"));
        }
    }

    @OldestAndNewest
    void detachesBesideReadersAndWriters(TestDatabase database) throws SQLException {
        try (database) {
            create(database);
            try (Connection connection = database.connect();
                    Statement client = connection.createStatement()) {
                connection.setAutoCommit(false);
                client.execute("insert into event values (9999, '2026-05-05', 'open')");

                TickReport held =
                        MaintainedTables.agreedTick(
                                database.url(), event("{retain: 2 months, drop: true}"), MAY, null);

                assertThat(MaintainedTables.failures(held))
                        .isNotEmpty()
                        .allMatch(each -> each.startsWith("LOCK_NOT_AVAILABLE Cannot detach"));
                connection.commit();
            }
            assertThat(
                            MaintainedTables.failures(
                                    MaintainedTables.tick(
                                            database.url(),
                                            event("{retain: 2 months, drop: true}"),
                                            MAY)))
                    .isEmpty();
            assertThat(there(database)).startsWith("event_2026_03");
            assertThat(
                            database.rows(
                                    "select state, count(*) from kalends.retirement group by 1 order by 1"))
                    .containsExactly(List.of("DROPPED", "2"));
        }
    }

    @OldestAndNewest
    void dropsOnlyWhereEveryRowSatisfiesTheCondition(TestDatabase database) throws SQLException {
        try (database) {
            create(database);
            database.sql(
                    "update event set status = 'queued' where id in (5, 6)",
                    "update event set status = null where id = 800");

            TickReport report =
                    MaintainedTables.agreedTick(
                            database.url(),
                            event(
                                    "{retain: 2 months, drop: true, dropWhen: \"status = 'sent' -- all of them\"}"),
                            MAY,
                            null);

            assertThat(MaintainedTables.failures(report)).isEmpty();
            assertThat(report.tables().getFirst().stays())
                    .extracting(SetReport.Stay::reason)
                    .containsExactly(
                            "2 of its rows do not satisfy dropWhen: status = 'sent' -- all of them",
                            "1 of its rows do not satisfy dropWhen: status = 'sent' -- all of them");
            database.sql("delete from event where status is distinct from 'sent'");
            MaintainedTables.agreedTick(
                    database.url(),
                    event(
                            "{retain: 2 months, drop: true, dropWhen: \"status = 'sent' -- all of them\"}"),
                    MAY,
                    null);
            assertThat(there(database)).startsWith("event_2026_03");
        }
    }

    @OldestAndNewest
    void keepsDetachedTablesInASchemaOfTheirOwn(TestDatabase database) throws SQLException {
        try (database) {
            create(database);

            TickReport report =
                    MaintainedTables.agreedTick(
                            database.url(),
                            event(
                                    "{retain: 2 months, keep: detached, schema: \"Old ones\", keepWhen: id = 745}"),
                            MAY,
                            null);

            assertThat(MaintainedTables.failures(report)).isEmpty();
            assertThat(report.tables().getFirst().stays())
                    .extracting(each -> each.partition().display() + " " + each.reason())
                    .containsExactly(
                            "public.event_2026_02 1 of its rows satisfy keepWhen: id = 745");
            assertThat(database.number("select count(*) from \"Old ones\".event_2026_01"))
                    .isEqualTo(743);
            assertThat(database.number("select count(*) from event")).isEqualTo(3000 - 743);
        }
    }

    @OldestAndNewest
    void updatesOldRowsOnceAndOnlyThoseThatAreOld(TestDatabase database) throws SQLException {
        try (database) {
            create(database);
            String rule =
                    event(
                            "{update: [{after: 90 days, set: \"status = 'archived'\", where: \"status = 'sent'\"}]}");

            TickReport report = MaintainedTables.tick(database.url(), rule, MAY);

            assertThat(MaintainedTables.failures(report)).isEmpty();
            assertThat(
                            database.rows(
                                    "select status, at < timestamp '2026-02-16 10:00', count(*) from event group by 1, 2 order by 1"))
                    .containsExactly(
                            List.of(
                                    "archived",
                                    "t",
                                    database.value(
                                            "select count(*) from event where at < timestamp '2026-02-16 10:00'")),
                            List.of(
                                    "sent",
                                    "f",
                                    database.value(
                                            "select count(*) from event where at >= timestamp '2026-02-16 10:00'")));
            assertThat(MaintainedTables.tick(database.url(), rule, MAY).tables().getFirst().done())
                    .isEmpty();
            // A row that comes late is found, by the partition's counters.
            database.sql("insert into event values (9999, '2026-01-05', 'sent')");
            Awaitility.await()
                    .atMost(Duration.ofSeconds(20))
                    .untilAsserted(() -> {
                        MaintainedTables.tick(database.url(), rule, MAY);
                        assertThat(database.value("select status from event where id = 9999"))
                                .isEqualTo("archived");
                    });
        }
    }

    @OldestAndNewest
    void refusesAnUpdateThatWouldNeverEnd(TestDatabase database) throws SQLException {
        try (database) {
            create(database);

            TickReport report =
                    MaintainedTables.tick(
                            database.url(),
                            event(
                                    "{update: [{after: 90 days, set: \"status = status || '!'\", where: \"status is not null\"}]}"),
                            MAY);

            assertThat(MaintainedTables.failures(report))
                    .first()
                    .asString()
                    .startsWith(
                            "CONFIGURATION Rows of public.event_2026_01 that were updated still satisfy the condition");
            assertThat(database.number("select count(*) from event where status <> 'sent'"))
                    .isZero();
        }
    }

    @OldestAndNewest
    void archivesBeforeItDropsAndAgainAfterALateWrite(TestDatabase database) throws SQLException {
        try (database) {
            create(database);
            FolderArchive archive = new FolderArchive(folder);
            String policy =
                    event("{exportAfter: 1 month, archiveAfter: 2 months, retain: 3 months}");

            TickReport report = MaintainedTables.agreedTick(database.url(), policy, MAY, archive);

            assertThat(MaintainedTables.failures(report)).isEmpty();
            // March is exported and live, February set aside, January gone.
            assertThat(archive.size()).isEqualTo(3);
            assertThat(MaintainedTables.partitions(database, "event"))
                    .extracting(List::getFirst)
                    .containsExactly(
                            "event_2026_03", "event_2026_04", "event_2026_05", "event_2026_06");
            assertThat(there(database)).startsWith("event_2026_02 event_2026_03");

            database.sql(
                    "insert into event values (7777, '2026-03-03', 'late')",
                    "insert into event_2026_02 values (8888, '2026-02-02', 'later still')");
            TickReport later =
                    MaintainedTables.agreedTick(
                            database.url(), policy, "2026-06-30T23:59:59Z", archive);
            assertThat(MaintainedTables.failures(later)).isEmpty();
            assertThat(there(database)).startsWith("event_2026_03 event_2026_04");
            assertThat(MaintainedTables.partitions(database, "event"))
                    .extracting(List::getFirst)
                    .startsWith("event_2026_04");

            assertThat(archive.rows("event_2026_01")).hasSize(743);
            assertThat(archive.rows("event_2026_02"))
                    .anyMatch(row -> row.contains("8888"))
                    .hasSize(673);
            MaintainedTables.agreedTick(database.url(), policy, "2026-07-01T00:00:00Z", archive);
            assertThat(archive.rows("event_2026_03"))
                    .anyMatch(row -> row.contains("7777"))
                    .hasSize(745);
            assertThat(there(database)).startsWith("event_2026_04 event_2026_05");
            assertThat(
                            database.number("select count(*) from event")
                                    + database.number("select count(*) from event_2026_04")
                                    + 743
                                    + 673
                                    + 745)
                    .isEqualTo(3002);
        }
    }

    @OldestAndNewest
    void keepsEverythingWhileNoArchiveCanBeWritten(TestDatabase database) throws SQLException {
        try (database) {
            create(database);

            TickReport report =
                    MaintainedTables.agreedTick(
                            database.url(), event("{retain: 2 months}"), MAY, null);

            assertThat(MaintainedTables.failures(report)).isEmpty();
            assertThat(report.tables().getFirst().stays())
                    .extracting(SetReport.Stay::reason)
                    .hasSize(2)
                    .allMatch(reason -> reason.startsWith("it is to be archived first"));
            assertThat(there(database)).startsWith("event_2026_01");
        }
    }

    @OldestAndNewest
    void takesPairedPartitionsOutChildrenFirst(TestDatabase database) throws SQLException {
        try (database) {
            database.sql(
                    "create table parent (id bigint primary key)",
                    "create table child (id bigint, parent bigint not null references parent on delete cascade, primary key (id))",
                    "insert into parent select 1767225600000 + i * 3600000::bigint from generate_series(1, 3000) i",
                    "insert into child select id, id from parent");
            String pair =
                    """
                      - table: parent
                        partition: {key: id, every: month, format: epoch-ms, ahead: 1}
                        lifecycle: {retain: 2 months, drop: true}
                      - table: child
                        partition: {key: parent, every: month, format: epoch-ms, ahead: 1}
                        references: paired
                        unique: {id: composite}
                        lifecycle: {retain: %s, drop: true}
                    """;
            List<TableConfig> wishes = Conversions.wishes(pair.formatted("2 months"));
            Kalends kalends = Conversions.kalends(database.url());
            kalends.migrate(wishes.stream().map(TableConfig::table).toList(), wishes);
            kalends.switchTables(wishes.getFirst().table());
            kalends.cleanup(wishes.getFirst().table(), Kalends.Backup.WAIVED);

            TickReport ahead =
                    MaintainedTables.tick(
                            database.url(), pair.formatted("2 months"), "2027-01-10T00:00:00Z");
            assertThat(MaintainedTables.failures(ahead)).isEmpty();
            assertThat(
                            database.number(
                                    """
                                    select count(*) from pg_constraint c where c.contype = 'f' and c.conrelid = 'child_2027_02'::regclass
                                       and c.confrelid = 'parent_2027_02'::regclass and c.convalidated
                                    """))
                    .isOne();

            TickReport report =
                    MaintainedTables.agreedTick(
                            database.url(),
                            pair.formatted("2 months"),
                            "2026-05-17T00:00:00Z",
                            null);

            assertThat(MaintainedTables.failures(report)).isEmpty();
            assertThat(database.value("select to_regclass('parent_2026_02')")).isEqualTo("NULL");
            assertThat(database.value("select to_regclass('child_2026_02')")).isEqualTo("NULL");
            assertThat(database.number("select count(*) from parent")).isEqualTo(3000 - 743 - 672);
            assertThat(
                            database.number(
                                    "select count(*) from child join parent p on p.id = child.parent"))
                    .isEqualTo(3000 - 743 - 672);
        }
    }

    @OldestAndNewest
    void settlesReferringRowsAsConfigured(TestDatabase database) throws SQLException {
        try (database) {
            database.sql(
                    "create table message (id int primary key, at timestamp not null, reply_to int references message on delete set null)",
                    "create index on message (reply_to)",
                    "create table reaction (id int primary key, message int not null references message on delete cascade)",
                    "insert into message select i, timestamp '2026-01-01' + i * interval '1 hour', null from generate_series(1, 3000) i",
                    "update message set reply_to = id - 700 where id > 700 and id % 7 = 0",
                    "insert into reaction select i, i from generate_series(1, 3000, 11) i");
            String conversion =
                    """
                      - table: message
                        partition: {key: at, every: month, ahead: 1}
                        unique: {id: guard}
                        references: guard
                        lifecycle: {retain: 2 months, drop: true, referrers: {reaction: delete, message: clear}}
                    """;
            TableConfig wish = Conversions.wish(conversion);
            Kalends kalends = Conversions.kalends(database.url());
            kalends.migrate(wish.table(), wish);
            kalends.switchTables(wish.table());
            kalends.cleanup(wish.table(), Kalends.Backup.WAIVED);
            String live = "select count(*) || ' ' || sum(id) from message where at >= '2026-03-01'";
            String before = database.value(live);

            TickReport report = MaintainedTables.agreedTick(database.url(), conversion, MAY, null);

            assertThat(MaintainedTables.failures(report)).isEmpty();
            assertThat(report.tables().getFirst().stays()).isEmpty();
            assertThat(database.value(live)).isEqualTo(before);
            assertThat(database.number("select count(*) from message")).isEqualTo(3000 - 743 - 672);
            assertThat(database.number("select count(*) from message where reply_to <= 1415"))
                    .isZero();
            assertThat(
                            database.number(
                                    "select count(*) from message m where reply_to is not null and not exists (select from message o where o.id = m.reply_to)"))
                    .isZero();
            assertThat(database.number("select count(*) from reaction where message <= 1415"))
                    .isZero();
            assertThat(database.number("select count(*) from reaction"))
                    .isEqualTo(database.number("select count(*) from message where id % 11 = 1"));
        }
    }
}
