package dev.kalends.archive;

import dev.kalends.archive.duckdb.Parquet;
import dev.kalends.archive.manifest.Manifest;
import dev.kalends.archive.manifest.ManifestJson;
import dev.kalends.config.ArchiveConfig;
import dev.kalends.execute.PartitionArchive;
import dev.kalends.pg.Session;
import dev.kalends.sql.QualifiedName;
import dev.kalends.sql.Sql;
import dev.kalends.store.ObjectStore;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.UUID;

/// Partitions as Parquet in an object store. Safe for several threads.
public final class StoreArchive implements PartitionArchive {
    /// Name of the manifest in the folder of an archived partition.
    public static final String MANIFEST = "manifest.json";

    private static final int MANIFEST_BYTES_MAX = 64 << 20;
    private static final DateTimeFormatter STAMP =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'", Locale.ROOT)
                    .withZone(ZoneOffset.UTC);

    private static final String PLAIN =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";

    private final ObjectStore store;
    private final Sealing sealing;
    private final Settings settings;

    /// @param memoryBytes of the Parquet library, beside the JVM's heap
    /// @param fileBytesMax of rows as the server sends them, after which a new file begins
    /// @param program version of Kalends
    public record Settings(
            ArchiveConfig.Compression compression,
            long memoryBytes,
            long fileBytesMax,
            String program,
            Clock clock) {
        private static final long MEMORY_BYTES = 256L << 20;
        private static final long FILE_BYTES = 2L << 30;

        public static Settings of(
                ArchiveConfig.Compression compression, String program, Clock clock) {
            return new Settings(compression, MEMORY_BYTES, FILE_BYTES, program, clock);
        }

        Parquet.Shape shape(int rowsPerGroup) {
            String codec =
                    switch (compression) {
                        case ZSTD -> "zstd";
                        case NONE -> "uncompressed";
                    };
            return new Parquet.Shape(codec, rowsPerGroup, fileBytesMax);
        }
    }

    public StoreArchive(ObjectStore store, Sealing sealing, Settings settings) {
        this.store = store;
        this.sealing = sealing;
        this.settings = settings;
    }

    private Parquet parquet() {
        return Parquet.open(
                new Parquet.Limits(
                        settings.memoryBytes(), Runtime.getRuntime().availableProcessors()));
    }

    @Override
    public Copy export(Session session, Subject subject) {
        String database = session.one(DATABASE, row -> row.text(1));
        try (Parquet parquet = parquet()) {
            return new Export(store, sealing, parquet, settings, subject, folder(database, subject))
                    .run(session);
        }
    }

    private static final Sql DATABASE = Sql.of("SELECT current_database()");

    /// Unlike any other: two writers never meet, and nothing is ever written twice.
    private String folder(String database, Subject subject) {
        return String.join(
                "/",
                List.of(
                        segment(database),
                        segment(subject.table().schema().value())
                                + "."
                                + segment(subject.table().name().value()),
                        segment(subject.partition().name().value()),
                        STAMP.format(settings.clock().instant())
                                + "-"
                                + UUID.randomUUID().toString().substring(0, 8)));
    }

    /// A name as a part of a key: what is not a letter, a digit, `_` or `-` is written `%XX`.
    static String segment(String name) {
        StringBuilder text = new StringBuilder();
        for (byte each : name.getBytes(StandardCharsets.UTF_8)) {
            if (PLAIN.indexOf(each) >= 0) {
                text.append((char) each);
            } else {
                text.append("%%%02X".formatted(each & 0xff));
            }
        }
        return text.toString();
    }

    /// The manifest of an archived partition.
    ///
    /// @throws dev.kalends.failure.KalendsException OBJECT_MISSING or ARCHIVE_DAMAGED
    public Manifest manifest(String location) {
        String key = location + "/" + MANIFEST;
        return ManifestJson.read(store.read(key, MANIFEST_BYTES_MAX), key);
    }

    @Override
    public Loaded load(Session session, String location, QualifiedName into) {
        try (Parquet parquet = parquet()) {
            return new Load(new Contents(store, sealing, parquet), manifest(location), location)
                    .run(session, into);
        }
    }

    /// Compares the size and the digest of every object; takes no key.
    public Manifest digests(String location) {
        Manifest manifest = manifest(location);
        try (Parquet parquet = parquet()) {
            new Contents(store, sealing, parquet).digests(manifest, location);
        }
        return manifest;
    }

    /// Reads every row and compares their number and checksum too.
    public Manifest rows(String location) {
        Manifest manifest = manifest(location);
        try (Parquet parquet = parquet()) {
            new Contents(store, sealing, parquet).rows(manifest, location, (_, _) -> {});
        }
        return manifest;
    }

    @Override
    public void discard(String location) {
        // The manifest first: without it the rest counts for nothing.
        store.delete(List.of(location + "/" + MANIFEST));
        store.delete(store.list(location + "/").stream().map(ObjectStore.Stored::key).toList());
    }
}
