package dev.kalends.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kalends.failure.FailureCode;
import dev.kalends.maintain.Restoration;
import dev.kalends.maintain.TickReport;
import dev.kalends.testing.MaintainedTables;
import dev.kalends.testing.OldestAndNewest;
import dev.kalends.testing.TestDatabase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.io.TempDir;

/// Archived partitions as an Iceberg table, which follows what happens to them.
class IcebergIT {
    private static final String LIFECYCLE = "{retain: 2 months, iceberg: messaging.message}";
    private static final String CONTENT =
            "select concat_ws(' ', count(*), sum(id), sum(sender), min(t), max(t), count(reply_to), max(\"at\")::date)";

    @TempDir Path folder;

    private ArchiveScene scene() {
        return new ArchiveScene(folder, "archive: {store: 'file:%s'}\n".formatted(folder));
    }

    private static <T> T shown(TestDatabase database, IcebergReader.Use<T> use) {
        return IcebergReader.table(database, "messaging", "message", use);
    }

    private static String value(TestDatabase database, String select) {
        return shown(database, table -> IcebergReader.value(table, select));
    }

    private IcebergTables.Shown sync(TestDatabase database) {
        return scene().archiving(database, LIFECYCLE, each -> each.iceberg().sync(List.of()))
                .getFirst();
    }

    @OldestAndNewest
    void showsWhatIsInTheArchiveAlone(TestDatabase database) {
        ArchiveScene.create(database);
        String before = database.value(CONTENT + " from message");
        String february =
                database.value(
                        "select count(*) from message where at >= '2026-02-01' and at < '2026-03-01'");

        TickReport report = scene().tick(database, LIFECYCLE, ArchiveScene.LATER);

        assertThat(MaintainedTables.failures(report)).isEmpty();
        assertThat(report.tables().getFirst().done())
                .anyMatch(done -> done.contains("messaging.message: 5 partitions came"));
        assertThat(value(database, CONTENT)).isEqualTo(before);

        List<Archiving.Outcome> back =
                scene().restoring(
                                database,
                                LIFECYCLE,
                                each ->
                                        each.restore(
                                                ArchiveScene.months("2026-02", "2026-03"),
                                                Restoration.Orphans.LISTED,
                                                1));

        assertThat(back).allMatch(each -> each.failure() == null);
        List<Path> files = shown(database, IcebergReader::files);
        assertThat(files).hasSize(4).noneMatch(each -> each.toString().contains("message_2026_02"));
        assertThat(value(database, "select count(*)"))
                .isEqualTo(String.valueOf(3000 - Integer.parseInt(february)));

        IcebergTables.Shown again = sync(database);
        assertThat(again.failure()).isNull();
        assertThat(again.added()).isZero();
        assertThat(again.removed()).isZero();
        assertThat(again.files()).isEqualTo(4);
    }

    @OldestAndNewest
    void leavesOutWhatExpiresAndWhatIsErased(TestDatabase database) {
        ArchiveScene.create(database);
        scene().tick(database, LIFECYCLE, ArchiveScene.LATER);

        List<Archiving.Outcome> erased =
                scene().archiving(
                                database,
                                LIFECYCLE,
                                each ->
                                        each.erase(
                                                ArchiveScene.months("2026-03", "2026-04"),
                                                "sender = 3",
                                                "request 12"));
        List<Archiving.Outcome> expired =
                scene().archiving(
                                database,
                                LIFECYCLE,
                                each -> each.expire(ArchiveScene.months("2026-01", "2026-02")));
        TickReport report =
                scene().tick(
                                database,
                                "{retain: 2 months, retainArchive: 12 months, iceberg: messaging.message}",
                                ArchiveScene.LATER);

        assertThat(erased).allMatch(each -> each.failure() == null);
        assertThat(expired).allMatch(each -> each.failure() == null);
        assertThat(MaintainedTables.failures(report)).isEmpty();
        List<Path> files = shown(database, IcebergReader::files);
        assertThat(files)
                .hasSize(3)
                .allMatch(Files::exists)
                .noneMatch(each -> each.toString().contains("message_2026_01"))
                .noneMatch(each -> each.toString().contains("message_2026_02"));
        assertThat(
                        value(
                                database,
                                "select count(*) filter (where sender = 3 and \"at\" < timestamp '2026-04-01')"))
                .isEqualTo("0");
    }

    @OldestAndNewest
    void hasColumnsThatCameLater(TestDatabase database) {
        ArchiveScene.create(database);
        scene().tick(database, LIFECYCLE, "2026-05-10T00:00:00Z");
        assertThat(shown(database, IcebergReader::files)).hasSize(2);
        database.sql(
                "alter table message add column extra numeric(12,2) not null default 7",
                "alter table message add column payload jsonb");

        TickReport report = scene().tick(database, LIFECYCLE, ArchiveScene.LATER);

        assertThat(MaintainedTables.failures(report)).isEmpty();
        shown(
                database,
                table -> {
                    assertThat(table.schema().findField("extra").isOptional()).isTrue();
                    assertThat(table.schema().findType("extra"))
                            .isEqualTo(Types.DecimalType.of(12, 2));
                    assertThat(table.schema().findType("payload"))
                            .isEqualTo(Types.StringType.get());
                    assertThat(table.schema().findType("at"))
                            .isEqualTo(Types.TimestampType.withoutZone());
                    assertThat(table.properties().get("schema.name-mapping.default"))
                            .contains("\"extra\"");
                    assertThat(IcebergReader.value(table, "select cast(sum(extra) / 7 as integer)"))
                            .isEqualTo("1585");
                    assertThat(IcebergReader.value(table, "select count(*)")).isEqualTo("3000");
                    return table;
                });
    }

    @OldestAndNewest
    void leavesOutPartitionsWhoseColumnsHaveAnotherType(TestDatabase database) {
        ArchiveScene.create(database);
        scene().tick(database, LIFECYCLE, "2026-05-10T00:00:00Z");
        database.sql("alter table message alter column t type bytea using t::bytea");

        TickReport report = scene().tick(database, LIFECYCLE, ArchiveScene.LATER);

        assertThat(report.tables().getFirst().notes())
                .anyMatch(note ->
                        note.contains(
                                "message_2026_03 is left out: its column t is binary, and string in the Iceberg table"));
        assertThat(sync(database).leftOut()).hasSize(3);
        assertThat(shown(database, IcebergReader::files)).hasSize(2);
    }

    @OldestAndNewest
    void catchesUpAndForgetsOldStates(TestDatabase database) {
        ArchiveScene.create(database);
        String before = database.value(CONTENT + " from message");
        scene().tick(database, "{retain: 2 months}", "2026-05-10T00:00:00Z");
        assertThat(sync(database).added()).isEqualTo(2);
        scene().tick(database, "{retain: 2 months}", ArchiveScene.LATER);

        IcebergTables.Shown shown = sync(database);

        assertThat(shown.added()).isEqualTo(3);
        assertThat(shown.rows()).isEqualTo(3000);
        assertThat(value(database, CONTENT)).isEqualTo(before);
        shown(
                database,
                table -> {
                    assertThat(table.snapshots()).hasSize(1);
                    assertThat(table.properties()).containsEntry("gc.enabled", "false");
                    assertThat(table.location())
                            .startsWith("file:" + folder + "/iceberg/")
                            .endsWith("/messaging/message");
                    return table;
                });
    }

    @OldestAndNewest
    void refusesEncryptedArchives(TestDatabase database) {
        ArchiveScene.create(database);
        new ArchiveScene(
                        folder,
                        "archive: {store: 'file:%s', encryption: {key: '%s'}}\n"
                                .formatted(folder, "A".repeat(43) + "="))
                .tick(database, "{retain: 2 months}", ArchiveScene.LATER);

        IcebergTables.Shown shown = sync(database);

        assertThat(Objects.requireNonNull(shown.failure()).code()).isEqualTo(FailureCode.REFUSED);
        assertThat(shown.failure().what())
                .contains("archived partitions of public.message are encrypted");
    }
}
