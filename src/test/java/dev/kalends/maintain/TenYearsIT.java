package dev.kalends.maintain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kalends.app.Kalends;
import dev.kalends.app.Maintenance;
import dev.kalends.config.Config;
import dev.kalends.config.TableConfig;
import dev.kalends.failure.FailureCode;
import dev.kalends.failure.KalendsException;
import dev.kalends.plan.MaintenanceWork;
import dev.kalends.testing.Conversions;
import dev.kalends.testing.CuttingProxy;
import dev.kalends.testing.FolderArchive;
import dev.kalends.testing.MaintainedTables;
import dev.kalends.testing.OldestAndNewest;
import dev.kalends.testing.TestDatabase;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.io.TempDir;

/// All tables of the messaging application through years of monthly ticks, each cut off at a random
/// message between Kalends and the server while a second node ticks as well.
///
/// `-Dkalends.test.months=120` goes through ten years.
class TenYearsIT {
    private static final int MONTHS = Integer.getInteger("kalends.test.months", 8);
    private static final int MESSAGES_OF_A_TICK = 400;

    /// Shorter ages than in the example, so that each comes to its end even in a short run.
    private static final String TABLES =
            """
              - table: ConversationMessage
                partition: {by: range, key: createdAt, every: month, ahead: 3}
                unique: {id: guard}
                references: guard
                lifecycle: {exportAfter: 1 month, retain: 2 months}
              - table: Message
                partition: {by: range, key: id, every: month, ahead: 3}
                lifecycle:
                  retain: 3 months
                  update: [{after: 40 days, set: "status = 'archived'", where: "status = 'sent'"}]
              - table: MessageRecipient
                partition: {by: range, key: messageId, every: month, ahead: 3}
                references: paired
                unique: {id: composite}
                lifecycle: {archiveAfter: 1 month, retain: 2 months}
              - table: Conversation
                partition: {by: range, key: createdAt, every: quarter, ahead: 3}
                unique: {id: guard, "churchId, memberId": guard}
                references: guard
                lifecycle: {exportAfter: 2 months, retain: 3 months}
              - table: MessageQueue
                partition: {by: range, key: createdAt, every: week, ahead: 3}
                lifecycle: {retain: 4 weeks, dropWhen: "status = 'sent'", drop: true}
            """;

    private static final List<String> TRUE_TABLES =
            List.of(
                    "Conversation",
                    "ConversationMessage",
                    "MessageReaction",
                    "Message",
                    "MessageRecipient",
                    "MessageQueue");

    @TempDir private Path folder;
    private long number;

    private static void create(TestDatabase database) {
        database.sql(
                "create table \"Member\" (\"id\" text primary key)",
                "insert into \"Member\" values ('m')",
                """
                create table "Conversation" ("id" text primary key, "churchId" text not null, "memberId" text not null,
                    "createdAt" timestamp(3) not null, unique ("churchId", "memberId"))
                """,
                """
                create table "ConversationMessage" ("id" text primary key, "conversationId" text not null references "Conversation" on delete cascade,
                    "replyToId" text references "ConversationMessage" on delete set null, "body" text, "createdAt" timestamp(3) not null)
                """,
                "create table \"MessageReaction\" (\"id\" text primary key, \"messageId\" text not null references \"ConversationMessage\" on delete cascade)",
                "create table \"Message\" (\"id\" text primary key, \"status\" text not null, \"createdAt\" timestamp(3) not null)",
                """
                create table "MessageRecipient" ("id" text primary key, "messageId" text not null references "Message" on delete cascade,
                    "memberId" text not null references "Member" on delete cascade, unique ("messageId", "memberId", "id"))
                """,
                "create table \"MessageQueue\" (\"id\" text primary key, \"status\" text not null, \"createdAt\" timestamp(3) not null)",
                "create schema truth");
        for (String table : TRUE_TABLES) {
            database.sql("create table truth.\"%s\" as table \"%s\"".formatted(table, table));
        }
    }

    private String id(LocalDateTime at) {
        String millis = Long.toString(at.toInstant(ZoneOffset.UTC).toEpochMilli(), 36);
        return "c" + "0".repeat(8 - millis.length()) + millis + "%016d".formatted(number++);
    }

    /// The same rows into the table and into what is remembered of it.
    private static void insert(List<String> statements, String table, String values) {
        statements.add("insert into \"%s\" values (%s)".formatted(table, values));
        statements.add("insert into truth.\"%s\" values (%s)".formatted(table, values));
    }

    private String lastMessage = "";

    private void month(TestDatabase database, LocalDateTime begin, int count) {
        List<String> sql = new ArrayList<>();
        String conversation = id(begin);
        insert(
                sql,
                "Conversation",
                "'%s', 'church', 'member %d', '%s'".formatted(conversation, count, begin));
        String before = "";
        for (int i = 0; i < 4; i++) {
            LocalDateTime at = begin.plusDays(6L * i).plusHours(i);
            String message = id(at);
            // A reply over the end of a month keeps what it replies to.
            String reply =
                    i == 0 && Math.floorMod(count, 5) == 4 && !lastMessage.isEmpty()
                            ? lastMessage
                            : before;
            insert(
                    sql,
                    "ConversationMessage",
                    "'%s', '%s', %s, 'body %d', '%s'"
                            .formatted(
                                    message,
                                    conversation,
                                    reply.isEmpty() ? "null" : "'" + reply + "'",
                                    i,
                                    at));
            if (i == 1 && Math.floorMod(count, 3) == 2) {
                insert(sql, "MessageReaction", "'%s', '%s'".formatted(id(at), message));
            }
            before = message;
            lastMessage = message;
            String broadcast = id(at);
            insert(sql, "Message", "'%s', 'sent', '%s'".formatted(broadcast, at));
            insert(sql, "MessageRecipient", "'%s', '%s', 'm'".formatted(id(at), broadcast));
            insert(
                    sql,
                    "MessageQueue",
                    "'%s', '%s', '%s'"
                            .formatted(
                                    id(at),
                                    Math.floorMod(count, 7) == 3 && i == 2 ? "stuck" : "sent",
                                    at));
        }
        database.sql(sql.toArray(new String[0]));
    }

    @OldestAndNewest
    void losesNothingYoungAndKeepsNothingOldWithoutAReason(TestDatabase database)
            throws SQLException, IOException {
        long seed = Long.getLong("kalends.test.seed", System.nanoTime());
        Random random = new Random(seed);
        create(database);
        LocalDateTime now =
                LocalDateTime.parse("2026-11-25T02:30:00").withDayOfMonth(1).plusMonths(1);
        for (int back = 4; back >= 1; back--) {
            month(database, now.minusMonths(back).withDayOfMonth(1), -back);
        }
        convert(database);
        Config config = MaintainedTables.config(TABLES);
        FolderArchive archive = new FolderArchive(folder);
        int cuts = 0;
        try (CuttingProxy proxy = CuttingProxy.before(database.server().port())) {
            for (int count = 0; count < MONTHS; count++) {
                month(database, now.withDayOfMonth(1).withHour(0), count);
                now = now.plusMonths(1);
                cuts += cutTick(proxy, database, config, now, archive, random);
                TickReport report = untilQuiet(database, config, now, archive);
                assertThat(MaintainedTables.failures(report))
                        .as("seed %d, %s", seed, now)
                        .isEmpty();
                assertThat(coverage(database, now)).as("seed %d, %s", seed, now).isEmpty();
                assertThat(wrong(database, now, archive)).as("seed %d, %s", seed, now).isEmpty();
                assertThat(withoutReason(database, now, report))
                        .as("seed %d, %s", seed, now)
                        .isEmpty();
            }
        }
        System.err.printf(
                "PostgreSQL %d, seed %d: %d months, %d ticks cut off, %d partitions archived, %s%n",
                database.server().major(),
                seed,
                MONTHS,
                cuts,
                archive.size(),
                database.rows(
                        "select state, count(*) from kalends.retirement group by 1 order by 1"));
        assertThat(cuts).isPositive();
    }

    private static void convert(TestDatabase database) {
        Kalends kalends = Conversions.kalends(database.url());
        List<TableConfig> wishes = Conversions.wishes(TABLES);
        for (List<String> group :
                List.of(
                        List.of("Conversation"),
                        List.of("Message", "MessageRecipient"),
                        List.of("MessageQueue"),
                        List.of("ConversationMessage"))) {
            List<TableConfig> own =
                    wishes.stream()
                            .filter(wish -> group.contains(wish.table().name().value()))
                            .toList();
            kalends.migrate(own.stream().map(TableConfig::table).toList(), own);
            kalends.switchTables(own.getFirst().table());
            kalends.cleanup(own.getFirst().table(), Kalends.Backup.WAIVED);
        }
    }

    private static TickReport tick(
            String url, Config config, LocalDateTime now, FolderArchive archive) {
        Maintenance maintenance =
                MaintainedTables.maintenance(
                        url, config, now.toInstant(ZoneOffset.UTC).toString(), archive);
        return maintenance.run(List.of(), EnumSet.allOf(MaintenanceWork.class), Tick.Consent.GIVEN);
    }

    /// One node dies in the middle of its tick, another ticks beside it.
    ///
    /// @return 1 if it died
    private static int cutTick(
            CuttingProxy proxy,
            TestDatabase database,
            Config config,
            LocalDateTime now,
            FolderArchive archive,
            Random random) {
        Thread other =
                Thread.ofPlatform()
                        .start(() -> {
                            if (random.nextBoolean()) {
                                tick(database.url(), config, now, archive);
                            }
                        });
        int cut = 0;
        try {
            proxy.cutAfter(30 + random.nextInt(MESSAGES_OF_A_TICK));
            tick(proxy.url(database.name()), config, now, archive);
        } catch (KalendsException e) {
            assertThat(e.code()).isIn(FailureCode.CONNECTION_LOST, FailureCode.CONNECTION_FAILED);
            cut = 1;
        }
        try {
            other.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return cut;
    }

    /// Until nothing is left to do: the session of the node that died ends in its own time.
    private static TickReport untilQuiet(
            TestDatabase database, Config config, LocalDateTime now, FolderArchive archive) {
        List<TickReport> last = new ArrayList<>();
        Awaitility.await()
                .atMost(Duration.ofMinutes(2))
                .pollInterval(Duration.ofMillis(50))
                .until(() -> {
                    TickReport report = tick(database.url(), config, now, archive);
                    last.clear();
                    last.add(report);
                    return report.tables().stream()
                            .allMatch(each ->
                                    each.done().isEmpty()
                                            && each.failures().isEmpty()
                                            && each.notes().isEmpty());
                });
        return last.getFirst();
    }

    /// Inserts that no partition takes, now and for the time ahead.
    private List<String> coverage(TestDatabase database, LocalDateTime now) throws SQLException {
        List<String> refused = new ArrayList<>();
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            for (int ahead = 0; ahead <= 3; ahead++) {
                LocalDateTime at = now.plusMonths(ahead);
                LocalDateTime week = now.plusWeeks(ahead);
                String message = id(at);
                for (String insert :
                        List.of(
                                "insert into \"Conversation\" values ('%s', 'x', '%s', '%s')"
                                        .formatted(message, message, at),
                                "insert into \"ConversationMessage\" values ('%s', '%s', null, 'x', '%s')"
                                        .formatted(message, message, at),
                                "insert into \"Message\" values ('%s', 'sent', '%s')"
                                        .formatted(message, at),
                                "insert into \"MessageRecipient\" values ('%s', '%s', 'm')"
                                        .formatted(message, message),
                                "insert into \"MessageQueue\" values ('%s', 'sent', '%s')"
                                        .formatted(message, week))) {
                    try {
                        statement.execute(insert);
                    } catch (SQLException e) {
                        refused.add(insert + ": " + e.getMessage());
                        connection.rollback();
                    }
                }
            }
            connection.rollback();
        }
        return refused;
    }

    /// Rows that are not what they should be, or not where.
    private static List<String> wrong(
            TestDatabase database, LocalDateTime now, FolderArchive archive) {
        List<String> wrong = new ArrayList<>();
        for (String table : TRUE_TABLES) {
            // The update by age changes one column, which is looked at by itself.
            String columns = table.equals("Message") ? "\"id\", \"createdAt\"" : "*";
            database.rows(
                            "select t::text from (select %1$s from \"%2$s\" except select %1$s from truth.\"%2$s\") t"
                                    .formatted(columns, table))
                    .forEach(row -> wrong.add(table + " was changed: " + row));
            Set<String> archived = new TreeSet<>();
            for (String partition : archive.partitions()) {
                archived.addAll(archive.rows(partition));
            }
            for (List<String> row :
                    texts(
                            database,
                            "select t::text, t.\"id\" from truth.\"%1$s\" t where not exists (select from \"%1$s\" l where l.\"id\" = t.\"id\")"
                                    .formatted(table))) {
                String id = row.get(1);
                boolean kept =
                        archived.contains(row.getFirst())
                                || (table.equals("Message")
                                        && archived.stream().anyMatch(each -> each.contains(id)));
                LocalDateTime made =
                        LocalDateTime.ofEpochSecond(
                                Long.parseLong(id.substring(1, 9), 36) / 1000, 0, ZoneOffset.UTC);
                if (!kept && !table.equals("MessageQueue")) {
                    wrong.add(table + " lost: " + row);
                }
                if (!made.isBefore(now.minus(retained(table)))) {
                    wrong.add(table + " is too young to be gone: " + row);
                }
            }
        }
        if (database.number(
                        "select count(*) from \"Message\" where \"status\" = 'sent' and \"createdAt\" < timestamp '%s' - interval '40 days'"
                                .formatted(now))
                > 0) {
            wrong.add("Message was not updated");
        }
        if (database.number(
                        "select count(*) from \"Message\" where \"status\" <> 'sent' and \"createdAt\" >= timestamp '%s' - interval '40 days'"
                                .formatted(now))
                > 0) {
            wrong.add("Message was updated too early");
        }
        return wrong;
    }

    private static List<List<String>> texts(TestDatabase database, String query) {
        return database.rows(query).stream()
                .map(row -> row.stream().map(String::valueOf).toList())
                .toList();
    }

    private static java.time.Period retained(String table) {
        return switch (table) {
            case "ConversationMessage" -> java.time.Period.ofMonths(2);
            case "MessageRecipient" -> java.time.Period.ofMonths(1);
            case "MessageQueue" -> java.time.Period.ofWeeks(4);
            // Nothing ever takes a reaction away.
            case "MessageReaction" -> java.time.Period.ofYears(1000);
            default -> java.time.Period.ofMonths(3);
        };
    }

    /// Partitions that are older than their age and of which nobody says why they are there.
    private static List<String> withoutReason(
            TestDatabase database, LocalDateTime now, TickReport report) {
        Set<String> told = new TreeSet<>();
        report.tables()
                .forEach(each ->
                        each.stays().forEach(stay -> told.add(stay.partition().name().value())));
        List<String> silent = new ArrayList<>();
        for (String table : TRUE_TABLES) {
            if (table.equals("MessageReaction")) {
                continue;
            }
            String retained = retained(table).toString();
            for (List<String> row :
                    texts(
                            database,
                            """
                            select c.relname, substring(pg_get_expr(c.relpartbound, 0) from 'TO \\(''([^'']*)''\\)')
                              from pg_inherits h join pg_class c on c.oid = h.inhrelid
                             where h.inhparent = '"%s"'::regclass
                            """
                                    .formatted(table))) {
                LocalDateTime end =
                        row.get(1).startsWith("c")
                                ? LocalDateTime.ofEpochSecond(
                                        Long.parseLong(row.get(1).substring(1), 36) / 1000,
                                        0,
                                        ZoneOffset.UTC)
                                : LocalDateTime.parse(row.get(1).replace(' ', 'T'));
                boolean old = !end.isAfter(now.minus(java.time.Period.parse(retained)));
                if (old && !told.contains(row.getFirst())) {
                    silent.add(table + " " + row);
                }
            }
        }
        return silent;
    }
}
