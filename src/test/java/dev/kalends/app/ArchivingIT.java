package dev.kalends.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kalends.failure.FailureCode;
import dev.kalends.journal.Archives;
import dev.kalends.maintain.Restoration;
import dev.kalends.maintain.SetReport;
import dev.kalends.maintain.TickReport;
import dev.kalends.testing.MaintainedTables;
import dev.kalends.testing.OldestAndNewest;
import dev.kalends.testing.TestDatabase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/// Partitions out by a tick, and back on demand.
class ArchivingIT {
    @TempDir Path folder;
    private String archive = "";

    @BeforeEach
    void placeArchive() {
        archive = "archive: {store: 'file:%s'}\n".formatted(folder);
    }

    private ArchiveScene scene() {
        return new ArchiveScene(folder, archive);
    }

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
        ArchiveScene.create(database);
        String before = database.value(ArchiveScene.CONTENT);
        List<List<@Nullable String>> shape = shape(database);
        String guard = guard(database);

        TickReport out = scene().tick(database, "{retain: 2 months}", ArchiveScene.LATER);

        assertThat(MaintainedTables.failures(out)).isEmpty();
        assertThat(database.number("select count(*) from message")).isZero();
        assertThat(database.number("select count(*) from " + guard)).isZero();
        List<Archives.Archived> archived =
                scene().archiving(database, each -> each.list(ArchiveScene.months(null, null)));
        assertThat(archived).hasSizeGreaterThanOrEqualTo(5);
        assertThat(archived.stream().mapToLong(Archives.Archived::rows).sum()).isEqualTo(3000);
        assertThat(archived).allMatch(each -> each.standing() == Archives.Standing.GONE);

        List<Archiving.Outcome> back =
                scene().restoring(
                                database,
                                each ->
                                        each.restore(
                                                ArchiveScene.months(null, null),
                                                Restoration.Orphans.LISTED,
                                                2));

        assertThat(back).allMatch(each -> each.failure() == null);
        assertThat(database.value(ArchiveScene.CONTENT)).isEqualTo(before);
        assertThat(shape(database)).isEqualTo(shape);
        assertThat(
                        database.number(
                                "select count(*) from message full join (select * from %s) g using (id) where message.at is distinct from g.at"
                                        .formatted(guard)))
                .isZero();

        TickReport again = scene().tick(database, "{retain: 2 months}", ArchiveScene.LATER);
        assertThat(MaintainedTables.failures(again)).isEmpty();
        assertThat(again.tables().getFirst().done()).isEmpty();
        assertThat(again.tables().getFirst().stays())
                .extracting(SetReport.Stay::reason)
                .anyMatch(reason -> reason.contains("kalends archive export"));

        scene().archiving(
                        database,
                        each -> each.export(ArchiveScene.MESSAGE, ArchiveScene.months(null, null)));
        scene().tick(database, "{retain: 2 months}", ArchiveScene.LATER);
        assertThat(database.number("select count(*) from message")).isZero();
    }

    @OldestAndNewest
    void leavesAPartitionDetachedWhoseParentsAreGone(TestDatabase database) {
        ArchiveScene.create(database);
        scene().tick(database, "{retain: 2 months}", ArchiveScene.LATER);
        database.sql("delete from sender where id = 3");

        List<Archiving.Outcome> back =
                scene().restoring(
                                database,
                                each ->
                                        each.restore(
                                                ArchiveScene.months("2026-02", "2026-03"),
                                                Restoration.Orphans.LISTED,
                                                1));

        assertThat(back).singleElement().extracting(Archiving.Outcome::failure).isNull();
        assertThat(back.getFirst().told())
                .anyMatch(told -> told.contains("67 of its rows refer to rows of public.sender"));
        assertThat(database.number("select count(*) from message")).isZero();
        assertThat(database.number("select count(*) from message_2026_02")).isEqualTo(672);

        back =
                scene().restoring(
                                database,
                                each ->
                                        each.restore(
                                                ArchiveScene.months("2026-02", "2026-03"),
                                                Restoration.Orphans.REMOVED,
                                                1));
        assertThat(back.getFirst().failure()).isNull();
        assertThat(database.number("select count(*) from message")).isLessThanOrEqualTo(605);
        assertThat(database.number("select count(*) from message where sender = 3")).isZero();
    }

    @OldestAndNewest
    void restoresAfterColumnsCameAndWent(TestDatabase database) {
        ArchiveScene.create(database);
        scene().tick(database, "{retain: 2 months}", ArchiveScene.LATER);
        database.sql(
                "alter table message add column extra int not null default 7",
                "alter table message drop column t",
                "alter table message alter column sender type bigint");

        List<Archiving.Outcome> back =
                scene().restoring(
                                database,
                                each ->
                                        each.restore(
                                                ArchiveScene.months("2026-01", "2026-03"),
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
        ArchiveScene.create(database);
        scene().tick(database, "{retain: 2 months}", ArchiveScene.LATER);
        scene().archiving(
                        database,
                        each -> each.hold(ArchiveScene.months("2026-01", "2026-02"), "case 4711"));

        TickReport report =
                scene().tick(
                                database,
                                "{retain: 2 months, retainArchive: 10 months}",
                                ArchiveScene.LATER);

        assertThat(MaintainedTables.failures(report)).isEmpty();
        List<Archives.Archived> left =
                scene().archiving(database, each -> each.list(ArchiveScene.months(null, null)));
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
        ArchiveScene.create(database);
        scene().tick(database, "{retain: 2 months}", ArchiveScene.LATER);
        Path file = anyFile();
        flip(file);

        List<Archiving.Outcome> outcomes =
                scene().archiving(
                                database,
                                each ->
                                        each.verify(
                                                ArchiveScene.months(null, null),
                                                Archiving.Depth.OBJECTS));

        assertThat(outcomes.stream().filter(each -> each.failure() != null).toList())
                .singleElement()
                .satisfies(each -> {
                    assertThat(Objects.requireNonNull(each.failure()).code())
                            .isEqualTo(FailureCode.ARCHIVE_DAMAGED);
                    assertThat(Objects.requireNonNull(each.failure()).what()).contains("SHA-256");
                });
        List<Archiving.Outcome> back =
                scene().restoring(
                                database,
                                each ->
                                        each.restore(
                                                ArchiveScene.months(null, null),
                                                Restoration.Orphans.LISTED,
                                                1));
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
