package dev.kalends.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kalends.config.Config;
import dev.kalends.config.ConfigException;
import dev.kalends.config.ConfigReader;
import dev.kalends.execute.StopSignal;
import dev.kalends.failure.FailureCode;
import dev.kalends.journal.Archives;
import dev.kalends.maintain.Restoration;
import dev.kalends.maintain.SetReport;
import dev.kalends.maintain.Tick;
import dev.kalends.maintain.TickReport;
import dev.kalends.pg.Target;
import dev.kalends.plan.MaintenanceWork;
import dev.kalends.sql.QualifiedName;
import dev.kalends.testing.Conversions;
import dev.kalends.testing.MaintainedTables;
import dev.kalends.testing.OldestAndNewest;
import dev.kalends.testing.TestDatabase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/// Partitions out by a tick, and back on demand.
class ArchivingIT {
    private static final String CONVERSION =
            """
              - table: message
                partition: {key: at, every: month, ahead: 2}
                unique: {id: guard}
                references: guard
            """;
    private static final String LATER = "2027-03-10T00:00:00Z";
    private static final QualifiedName MESSAGE = QualifiedName.of("public", "message");

    @TempDir Path folder;
    private String archive = "";

    @BeforeEach
    void placeArchive() {
        archive = "archive: {store: 'file:%s'}\n".formatted(folder);
    }

    private static void create(TestDatabase database) {
        database.sql(
                "create table sender (id int primary key)",
                "insert into sender select generate_series(1, 10)",
                """
                create table message (id int primary key, at timestamp(3) not null, t text,
                    reply_to int references message on delete set null, sender int not null references sender)
                """,
                "create index message_t_idx on message (t)",
                """
                insert into message select i, timestamp '2026-01-01' + i * interval '1 hour', 'b' || i, null, i % 10 + 1
                  from generate_series(1, 3000) i
                """,
                "update message m set reply_to = id - 1 where id % 10 = 0 and exists (select from message n where n.id = m.id - 1 and date_trunc('month', n.at) = date_trunc('month', m.at))");
        Kalends kalends = Conversions.kalends(database.url());
        dev.kalends.config.TableConfig wish = Conversions.wish(CONVERSION);
        kalends.migrate(wish.table(), wish);
        kalends.switchTables(wish.table());
        kalends.cleanup(wish.table(), Kalends.Backup.WAIVED);
    }

    private Config config(String lifecycle) {
        try {
            return ConfigReader.parse(
                    "switch: {lockTimeout: 200ms, attempts: 5, retryPause: 50ms}\n"
                            + archive
                            + "tables:\n"
                            + CONVERSION
                            + "    lifecycle: "
                            + lifecycle
                            + "\n",
                    "kalends.yaml",
                    folder,
                    Map.of());
        } catch (ConfigException e) {
            throw new IllegalStateException(e);
        }
    }

    private TickReport tick(TestDatabase database, String lifecycle, String at) {
        Config config = config(lifecycle);
        Clock clock = Clock.fixed(Instant.parse(at), ZoneOffset.UTC);
        try (ArchiveAccess access = new ArchiveAccess(config, folder, clock, "test")) {
            return MaintainedTables.maintenance(database.url(), config, at, access)
                    .run(List.of(), EnumSet.allOf(MaintenanceWork.class), Tick.Consent.GIVEN);
        }
    }

    private interface Work<T> {
        T with(Archiving archiving);
    }

    private <T> T archiving(TestDatabase database, Work<T> work) {
        Config config = config("{retain: 2 months}");
        Clock clock = Clock.fixed(Instant.parse(LATER), ZoneOffset.UTC);
        try (ArchiveAccess access = new ArchiveAccess(config, folder, clock, "test")) {
            return work.with(
                    new Archiving(
                            Target.parse(database.url(), ""),
                            config,
                            clock,
                            new StopSignal(),
                            access));
        }
    }

    private List<Archiving.Outcome> restoring(
            TestDatabase database, Function<Restoring, List<Archiving.Outcome>> work) {
        Config config = config("{retain: 2 months}");
        Clock clock = Clock.fixed(Instant.parse(LATER), ZoneOffset.UTC);
        try (ArchiveAccess access = new ArchiveAccess(config, folder, clock, "test")) {
            return work.apply(
                    new Restoring(
                            Target.parse(database.url(), ""),
                            config,
                            clock,
                            new StopSignal(),
                            access));
        }
    }

    private static Archiving.Selection months(@Nullable String from, @Nullable String to) {
        return new Archiving.Selection(
                List.of(MESSAGE),
                from == null ? null : LocalDateTime.parse(from + "-01T00:00:00"),
                to == null ? null : LocalDateTime.parse(to + "-01T00:00:00"));
    }

    private static final String CONTENT =
            "select count(*) || ' ' || sum(hashtextextended((m.*)::text, 0)::numeric) from message m";

    private static List<List<@Nullable String>> shape(TestDatabase database) {
        return database.rows(
                """
                select c.relname, pg_get_expr(c.relpartbound, c.oid), x.definition
                  from pg_inherits i join pg_class c on c.oid = i.inhrelid,
                       lateral (select string_agg(d, '; ' order by d) definition
                                  from (select pg_get_indexdef(indexrelid) d from pg_index where indrelid = c.oid
                                        union all
                                        select conname || ' ' || convalidated || ' ' || pg_get_constraintdef(oid) from pg_constraint where conrelid = c.oid) s) x
                 where i.inhparent = 'message'::regclass and c.relname < 'message_2026_06' order by 1
                """);
    }

    private static String guard(TestDatabase database) {
        return database.value(
                "select confrelid::regclass::text from pg_constraint where conrelid = 'message'::regclass and contype = 'f' and confrelid <> 'sender'::regclass");
    }

    @OldestAndNewest
    void bringsPartitionsBackAsTheyWere(TestDatabase database) {
        create(database);
        String before = database.value(CONTENT);
        List<List<@Nullable String>> shape = shape(database);
        String guard = guard(database);

        TickReport out = tick(database, "{retain: 2 months}", LATER);

        assertThat(MaintainedTables.failures(out)).isEmpty();
        assertThat(database.number("select count(*) from message")).isZero();
        assertThat(database.number("select count(*) from " + guard)).isZero();
        List<Archives.Archived> archived =
                archiving(database, each -> each.list(months(null, null)));
        assertThat(archived).hasSizeGreaterThanOrEqualTo(5);
        assertThat(archived.stream().mapToLong(Archives.Archived::rows).sum()).isEqualTo(3000);
        assertThat(archived).allMatch(each -> each.standing() == Archives.Standing.GONE);

        List<Archiving.Outcome> back =
                restoring(
                        database,
                        each -> each.restore(months(null, null), Restoration.Orphans.LISTED, 2));

        assertThat(back).allMatch(each -> each.failure() == null);
        assertThat(database.value(CONTENT)).isEqualTo(before);
        assertThat(shape(database)).isEqualTo(shape);
        assertThat(
                        database.number(
                                "select count(*) from message full join (select * from %s) g using (id) where message.at is distinct from g.at"
                                        .formatted(guard)))
                .isZero();

        TickReport again = tick(database, "{retain: 2 months}", LATER);
        assertThat(MaintainedTables.failures(again)).isEmpty();
        assertThat(again.tables().getFirst().done()).isEmpty();
        assertThat(again.tables().getFirst().stays())
                .extracting(SetReport.Stay::reason)
                .anyMatch(reason -> reason.contains("kalends archive export"));

        archiving(database, each -> each.export(MESSAGE, months(null, null)));
        tick(database, "{retain: 2 months}", LATER);
        assertThat(database.number("select count(*) from message")).isZero();
    }

    @OldestAndNewest
    void leavesAPartitionDetachedWhoseParentsAreGone(TestDatabase database) {
        create(database);
        tick(database, "{retain: 2 months}", LATER);
        database.sql("delete from sender where id = 3");

        List<Archiving.Outcome> back =
                restoring(
                        database,
                        each ->
                                each.restore(
                                        months("2026-02", "2026-03"),
                                        Restoration.Orphans.LISTED,
                                        1));

        assertThat(back).singleElement().extracting(Archiving.Outcome::failure).isNull();
        assertThat(back.getFirst().told())
                .anyMatch(told -> told.contains("67 of its rows refer to rows of public.sender"));
        assertThat(database.number("select count(*) from message")).isZero();
        assertThat(database.number("select count(*) from message_2026_02")).isEqualTo(672);

        back =
                restoring(
                        database,
                        each ->
                                each.restore(
                                        months("2026-02", "2026-03"),
                                        Restoration.Orphans.REMOVED,
                                        1));
        assertThat(back.getFirst().failure()).isNull();
        assertThat(database.number("select count(*) from message")).isLessThanOrEqualTo(605);
        assertThat(database.number("select count(*) from message where sender = 3")).isZero();
    }

    @OldestAndNewest
    void restoresAfterColumnsCameAndWent(TestDatabase database) {
        create(database);
        tick(database, "{retain: 2 months}", LATER);
        database.sql(
                "alter table message add column extra int not null default 7",
                "alter table message drop column t",
                "alter table message alter column sender type bigint");

        List<Archiving.Outcome> back =
                restoring(
                        database,
                        each ->
                                each.restore(
                                        months("2026-01", "2026-03"),
                                        Restoration.Orphans.LISTED,
                                        2));

        assertThat(back).allMatch(each -> each.failure() == null);
        assertThat(back.getFirst().told())
                .anyMatch(told -> told.contains("no column t any more"))
                .anyMatch(told -> told.contains("Column sender has another type now"));
        assertThat(
                        database.number(
                                "select count(*) from message where extra = 7 and sender = id % 10 + 1"))
                .isEqualTo(1415);
    }

    @OldestAndNewest
    void holdsAndExpires(TestDatabase database) throws IOException {
        create(database);
        tick(database, "{retain: 2 months}", LATER);
        archiving(database, each -> each.hold(months("2026-01", "2026-02"), "case 4711"));

        TickReport report = tick(database, "{retain: 2 months, retainArchive: 10 months}", LATER);

        assertThat(MaintainedTables.failures(report)).isEmpty();
        List<Archives.Archived> left = archiving(database, each -> each.list(months(null, null)));
        assertThat(left)
                .extracting(each -> each.leaf().name().value())
                .contains("message_2026_01", "message_2026_05")
                .doesNotContain("message_2026_02", "message_2026_03");
        assertThat(report.tables().getFirst().stays())
                .extracting(SetReport.Stay::reason)
                .anyMatch(reason -> reason.contains("case 4711"));
        try (Stream<Path> files = Files.walk(folder)) {
            assertThat(files.map(Path::toString).toList())
                    .noneMatch(file -> file.contains("message_2026_02"))
                    .anyMatch(file -> file.contains("message_2026_01"));
        }
    }

    @OldestAndNewest
    void findsAFlippedBit(TestDatabase database) {
        create(database);
        tick(database, "{retain: 2 months}", LATER);
        Path file = anyFile();
        flip(file);

        List<Archiving.Outcome> outcomes =
                archiving(
                        database, each -> each.verify(months(null, null), Archiving.Depth.OBJECTS));

        assertThat(outcomes.stream().filter(each -> each.failure() != null).toList())
                .singleElement()
                .satisfies(each -> {
                    assertThat(Objects.requireNonNull(each.failure()).code())
                            .isEqualTo(FailureCode.ARCHIVE_DAMAGED);
                    assertThat(Objects.requireNonNull(each.failure()).what()).contains("SHA-256");
                });
        List<Archiving.Outcome> back =
                restoring(
                        database,
                        each -> each.restore(months(null, null), Restoration.Orphans.LISTED, 1));
        assertThat(back.stream().filter(each -> each.failure() != null).toList())
                .singleElement()
                .satisfies(each -> {
                    assertThat(Objects.requireNonNull(each.failure()).code())
                            .isEqualTo(FailureCode.ARCHIVE_DAMAGED);
                    // Nothing of it is there by half.
                    assertThat(
                                    database.value(
                                            "select (to_regclass('%s') is null)::text"
                                                    .formatted(each.archived().leaf().display())))
                            .isEqualTo("true");
                });
    }

    private Path anyFile() {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(each -> each.toString().endsWith(".parquet"))
                    .sorted()
                    .findFirst()
                    .orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void flip(Path file) {
        try {
            byte[] content = Files.readAllBytes(file);
            content[content.length / 3] ^= 0x10;
            Files.write(file, content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
