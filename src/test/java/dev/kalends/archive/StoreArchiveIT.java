package dev.kalends.archive;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kalends.archive.manifest.Manifest;
import dev.kalends.archive.seal.KeyRing;
import dev.kalends.config.ArchiveConfig;
import dev.kalends.execute.PartitionArchive;
import dev.kalends.pg.Session;
import dev.kalends.pg.Target;
import dev.kalends.sql.Identifier;
import dev.kalends.sql.QualifiedName;
import dev.kalends.store.DirectoryStore;
import dev.kalends.testing.ServerTest;
import dev.kalends.testing.TestDatabase;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;

/// Tables as Parquet in a folder, and back.
class StoreArchiveIT {
    private static final QualifiedName TABLE = QualifiedName.of("public", "every");
    private static final Clock CLOCK =
            Clock.fixed(Instant.parse("2026-03-01T00:00:00Z"), ZoneOffset.UTC);

    @TempDir Path folder;

    private StoreArchive archive(long fileBytesMax) {
        return new StoreArchive(
                new DirectoryStore(folder),
                KeyRing.of(ArchiveConfig.defaults()),
                new StoreArchive.Settings(
                        ArchiveConfig.Compression.ZSTD, 256 << 20, fileBytesMax, "test", CLOCK));
    }

    private static PartitionArchive.Subject subject() {
        return new PartitionArchive.Subject(
                QualifiedName.of("public", "root"),
                TABLE,
                "FOR VALUES FROM ('1') TO ('2')",
                List.of(Identifier.of("id")),
                ZoneOffset.UTC);
    }

    private static String checksum(TestDatabase database, String table) {
        return database.rows(
                        "SELECT count(*) || ' ' || sum(hashtextextended((t.*)::text, 0)::numeric) FROM "
                                + table
                                + " t")
                .toString();
    }

    @ServerTest
    void bringsEveryTypeBackAsItWas(TestDatabase database) {
        EveryType.create(database, "every");
        EveryType.fill(database, "every");
        database.sql("CREATE TABLE back (LIKE every INCLUDING ALL)");
        StoreArchive archive = archive(1 << 30);
        PartitionArchive.Copy copy;
        try (Session session = Session.open(Target.parse(database.uri(), ""), "test")) {
            copy = archive.export(session, subject());
            session.transaction(() ->
                    archive.load(session, copy.location(), QualifiedName.of("public", "back")));
        }

        assertThat(copy.content().rows()).isEqualTo(30_005);
        assertThat(checksum(database, "back")).isEqualTo(checksum(database, "every"));
        assertThat(
                        database.rows(
                                "SELECT a.id FROM every a FULL JOIN back b ON b.id = a.id WHERE (a.*)::text IS DISTINCT FROM (b.*)::text"))
                .isEmpty();
        // What Parquet holds exactly is not text; a column that has a NaN or a late year is.
        assertThat(archive.manifest(copy.location()).columns())
                .extracting(Manifest.Column::name, Manifest.Column::form)
                .contains(
                        org.assertj.core.groups.Tuple.tuple("n102", Manifest.Form.PRINTED),
                        org.assertj.core.groups.Tuple.tuple("n380", Manifest.Form.DECIMAL),
                        org.assertj.core.groups.Tuple.tuple("ts", Manifest.Form.PRINTED),
                        org.assertj.core.groups.Tuple.tuple("ts3", Manifest.Form.TIMESTAMP),
                        org.assertj.core.groups.Tuple.tuple("tz", Manifest.Form.INSTANT),
                        org.assertj.core.groups.Tuple.tuple("dom", Manifest.Form.TEXT),
                        org.assertj.core.groups.Tuple.tuple("jsb", Manifest.Form.PRINTED));
    }

    @ServerTest
    void writesLargePartitionsInSeveralFiles(TestDatabase database) {
        database.sql(
                "CREATE TABLE every (id bigint, body text)",
                "INSERT INTO every SELECT g, repeat(md5(g::text), 10) FROM generate_series(1, 50000) g ORDER BY g DESC",
                "CREATE TABLE back (LIKE every)");
        StoreArchive archive = archive(4 << 20);
        PartitionArchive.Copy copy;
        try (Session session = Session.open(Target.parse(database.uri(), ""), "test")) {
            copy = archive.export(session, subject());
            session.transaction(() ->
                    archive.load(session, copy.location(), QualifiedName.of("public", "back")));
        }

        List<Manifest.DataFile> files = archive.manifest(copy.location()).files();
        assertThat(files).hasSizeGreaterThan(3);
        assertThat(files.getFirst().least()).isEqualTo("1");
        assertThat(files.getLast().greatest()).isEqualTo("50000");
        assertThat(Long.parseLong(files.get(1).least()))
                .isEqualTo(Long.parseLong(files.getFirst().greatest()) + 1);
        assertThat(checksum(database, "back")).isEqualTo(checksum(database, "every"));
    }
}
