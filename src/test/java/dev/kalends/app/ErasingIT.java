package dev.kalends.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kalends.failure.FailureCode;
import dev.kalends.maintain.Restoration;
import dev.kalends.testing.OldestAndNewest;
import dev.kalends.testing.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;

/// Rows that leave archives for good, and what is left over in the store.
class ErasingIT {
    @TempDir Path folder;

    private ArchiveScene scene() {
        return new ArchiveScene(folder, "archive: {store: 'file:%s'}\n".formatted(folder));
    }

    private List<String> files(String ending) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.map(Path::toString).filter(each -> each.endsWith(ending)).sorted().toList();
        }
    }

    @OldestAndNewest
    void erasesTheRowsOfAConditionAndNothingElse(TestDatabase database) throws IOException {
        ArchiveScene.create(database);
        database.sql("create table truth as select m.* from message m");
        scene().tick(database, "{retain: 2 months}", ArchiveScene.LATER);
        assertThat(database.number("select count(*) from message")).isZero();
        scene().archiving(
                        database,
                        each -> each.hold(ArchiveScene.months("2026-02", "2026-03"), "case 4711"));
        List<String> before = files(".parquet");

        List<Archiving.Outcome> outcomes =
                scene().archiving(
                                database,
                                each ->
                                        each.erase(
                                                ArchiveScene.months(null, null),
                                                "message.t like 'b1%' and reply_to is null",
                                                "request 12"));

        assertThat(outcomes).hasSizeGreaterThan(3);
        assertThat(outcomes.stream().filter(each -> each.failure() != null).toList())
                .singleElement()
                .satisfies(each -> {
                    assertThat(Objects.requireNonNull(each.failure()).code())
                            .isEqualTo(FailureCode.REFUSED);
                    assertThat(each.failure().what())
                            .isEqualTo("public.message_2026_02 is held: case 4711.");
                });
        assertThat(files(".parquet")).hasSameSizeAs(before);
        assertThat(
                        database.rows(
                                "select message from kalends.event where kind = 'erase' order by 1"))
                .isNotEmpty()
                .allSatisfy(row ->
                        assertThat(row.getFirst()).contains("request 12").doesNotContain("b1%"));
        List<Archiving.Outcome> back =
                scene().restoring(
                                database,
                                each ->
                                        each.restore(
                                                ArchiveScene.months(null, null),
                                                Restoration.Orphans.REMOVED,
                                                1));
        assertThat(back).allMatch(each -> each.failure() == null);
        assertThat(
                        database.number(
                                """
                                select count(*) from message m where t like 'b1%' and reply_to is null and date_trunc('month', at) <> '2026-02-01'
                                """))
                .isZero();
        assertThat(
                        database.number(
                                """
                                select count(*) from truth t
                                 where not exists (select from message m where (m.*)::text = (t.*)::text)
                                   and (t.t not like 'b1%' or date_trunc('month', at) = '2026-02-01')
                                   and not exists (select from truth p where p.id = t.reply_to and p.t like 'b1%')
                                """))
                .isZero();
    }

    @OldestAndNewest
    void sweepsWhatNothingNeedsAndNothingElse(TestDatabase database) throws IOException {
        ArchiveScene.create(database);
        scene().tick(database, "{retain: 2 months}", ArchiveScene.LATER);
        List<String> needed = files("");
        Path killed =
                folder.resolve(database.name())
                        .resolve("public.message/message_2026_01/20260101T000000Z-0a0b0c0d");
        Files.createDirectories(killed);
        Files.writeString(killed.resolve("part-00001.parquet"), "half");
        Path young = killed.resolveSibling("20270309T000000Z-0a0b0c0d");
        Files.createDirectories(young);
        Files.writeString(young.resolve("part-00001.parquet"), "under way");
        Path whole = killed.resolveSibling("20260101T000000Z-0a0b0c0e");
        Files.createDirectories(whole);
        Files.writeString(whole.resolve("manifest.json"), "of another server, perhaps");

        List<String> leftovers = scene().archiving(database, Archiving::leftovers);
        scene().archiving(
                        database,
                        each -> {
                            each.sweep(leftovers);
                            return leftovers;
                        });

        assertThat(leftovers).singleElement().asString().endsWith("20260101T000000Z-0a0b0c0d");
        assertThat(killed.resolve("part-00001.parquet")).doesNotExist();
        assertThat(young.resolve("part-00001.parquet")).exists();
        assertThat(whole.resolve("manifest.json")).exists();
        assertThat(files("")).containsAll(needed);
    }
}
