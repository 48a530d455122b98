package dev.kalends.archive;

import dev.kalends.archive.duckdb.Cells;
import dev.kalends.archive.duckdb.Parquet;
import dev.kalends.archive.manifest.Manifest;
import dev.kalends.archive.manifest.Manifest.DataFile;
import dev.kalends.execute.PartitionArchive.Content;
import dev.kalends.failure.KalendsException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;

/// Reads the files of a manifest from the store, and compares all that the manifest says.
final class Contents {
    private static final Map<String, Charset> ENCODINGS =
            Map.ofEntries(
                    Map.entry("UTF8", StandardCharsets.UTF_8),
                    Map.entry("SQL_ASCII", StandardCharsets.UTF_8),
                    Map.entry("LATIN1", StandardCharsets.ISO_8859_1),
                    Map.entry("LATIN2", Charset.forName("ISO-8859-2")),
                    Map.entry("LATIN5", Charset.forName("ISO-8859-9")),
                    Map.entry("LATIN9", Charset.forName("ISO-8859-15")),
                    Map.entry("WIN1250", Charset.forName("windows-1250")),
                    Map.entry("WIN1251", Charset.forName("windows-1251")),
                    Map.entry("WIN1252", Charset.forName("windows-1252")),
                    Map.entry("KOI8R", Charset.forName("KOI8-R")),
                    Map.entry("EUC_JP", Charset.forName("EUC-JP")));

    private final ArchivedObjects objects;
    private final Parquet parquet;

    /// What is done with each row.
    interface Rows {
        void take(Cells cells, RowText text);
    }

    Contents(ArchivedObjects objects, Parquet parquet) {
        this.objects = objects;
        this.parquet = parquet;
    }

    /// Whether rows of a database in this encoding can be hashed here as the server does.
    static boolean knows(String encoding) {
        return ENCODINGS.containsKey(encoding);
    }

    /// Compares sizes and digests, which takes no key.
    void digests(Manifest manifest, String folder) {
        try (Workspace workspace = Workspace.create()) {
            for (DataFile file : manifest.files()) {
                Path object = workspace.file(file.name());
                objects.fetch(folder, file, object);
                Workspace.remove(object);
            }
        }
    }

    /// Reads every row.
    ///
    /// @throws KalendsException OBJECT_MISSING, ARCHIVE_KEY, or ARCHIVE_DAMAGED if anything differs
    ///   from the manifest
    Content rows(Manifest manifest, String folder, Rows rows) {
        Checksum checksum = new Checksum();
        try (Workspace workspace = Workspace.create()) {
            for (DataFile file : manifest.files()) {
                Path plain = fetched(manifest, folder, file, workspace);
                long before = checksum.rows();
                read(manifest, plain, checksum, rows);
                if (checksum.rows() - before != file.rows()) {
                    throw otherRows(folder, file, checksum.rows() - before);
                }
                Workspace.remove(plain);
            }
        }
        Content content = new Content(checksum.rows(), checksum.value());
        if (!content.same(new Content(manifest.rows(), manifest.checksum()))) {
            throw ArchivedObjects.damaged(
                    folder,
                    "has %d rows with checksum %s, its manifest says %d and %s"
                            .formatted(
                                    content.rows(),
                                    content.checksum(),
                                    manifest.rows(),
                                    manifest.checksum()));
        }
        return content;
    }

    /// Brings a file here, compared with its digest, and opens it if it is encrypted.
    Path fetched(Manifest manifest, String folder, DataFile file, Workspace workspace) {
        Path plain = workspace.file(file.name() + ".plain");
        objects.plain(manifest, file, folder, plain);
        return plain;
    }

    static KalendsException otherRows(String folder, DataFile file, long rows) {
        return ArchivedObjects.damaged(
                folder + "/" + file.name(),
                "has %d rows, its manifest says %d".formatted(rows, file.rows()));
    }

    private void read(Manifest manifest, Path file, Checksum checksum, Rows rows) {
        Charset encoding = ENCODINGS.getOrDefault(manifest.encoding(), StandardCharsets.UTF_8);
        RowText text = new RowText(manifest.columns(), encoding);
        parquet.read(
                manifest.columns(),
                file,
                cells -> {
                    text.set(cells);
                    try {
                        checksum.add(text.hash(cells));
                    } catch (CharacterCodingException e) {
                        throw new IllegalStateException(
                                "Text of a %s database has characters that it lacks"
                                        .formatted(manifest.encoding()),
                                e);
                    }
                    rows.take(cells, text);
                });
    }
}
