package dev.kalends.archive;

import dev.kalends.archive.duckdb.Parquet;
import dev.kalends.archive.manifest.Manifest;
import dev.kalends.archive.manifest.Manifest.DataFile;
import dev.kalends.archive.manifest.ManifestJson;
import dev.kalends.archive.seal.KeyRing;
import dev.kalends.archive.seal.WrappedKey;
import dev.kalends.config.ArchiveConfig;
import dev.kalends.execute.PartitionArchive;
import dev.kalends.failure.FailureCode;
import dev.kalends.failure.KalendsException;
import dev.kalends.pg.Session;
import dev.kalends.sql.Identifier;
import dev.kalends.sql.QualifiedName;
import dev.kalends.sql.ServerText;
import dev.kalends.sql.Sql;
import dev.kalends.sql.SqlList;
import dev.kalends.store.ObjectStore;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Partitions as Parquet in an object store. Safe for several threads.
public final class StoreArchive implements PartitionArchive {
    /// Name of the manifest in the folder of an archived partition.
    public static final String MANIFEST = "manifest.json";

    private static final String REKEYED = "manifest.rekeyed.json";
    private static final int MANIFEST_BYTES_MAX = 64 << 20;
    private static final DateTimeFormatter STAMP =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'", Locale.ROOT)
                    .withZone(ZoneOffset.UTC);

    private static final String PLAIN =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";

    private final ObjectStore store;
    private final KeyRing keys;
    private final ArchivedObjects objects;
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

    public StoreArchive(ObjectStore store, KeyRing keys, Settings settings) {
        this.store = store;
        this.keys = keys;
        this.objects = new ArchivedObjects(store, keys);
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
            String folder = folder(database, subject.table(), subject.partition().name().value());
            return new Export(store, keys, parquet, settings, subject, folder, null).run(session);
        }
    }

    private static final Sql DATABASE = Sql.of("SELECT current_database()");

    /// Unlike any other: two writers never meet, and nothing is ever written twice.
    private String folder(String database, QualifiedName table, String partition) {
        return String.join(
                "/",
                List.of(
                        segment(database),
                        segment(table.schema().value()) + "." + segment(table.name().value()),
                        segment(partition),
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
    /// @throws KalendsException OBJECT_MISSING or ARCHIVE_DAMAGED
    public Manifest manifest(String location) {
        String key = location + "/" + MANIFEST;
        try {
            return ManifestJson.read(store.read(key, MANIFEST_BYTES_MAX), key);
        } catch (KalendsException e) {
            if (e.code() != FailureCode.OBJECT_MISSING) {
                throw e;
            }
            // A change of the key that was broken off has left the new one beside.
            String beside = location + "/" + REKEYED;
            if (store.find(beside) == null) {
                throw e;
            }
            return ManifestJson.read(store.read(beside, MANIFEST_BYTES_MAX), beside);
        }
    }

    /// Wraps the data key under the current key. The files stay as they are.
    ///
    /// @return the manifest now; the same as before if it is not encrypted
    public Manifest rekey(String location) {
        Manifest before = manifest(location);
        Manifest.Encryption encryption = before.encryption();
        if (encryption == null) {
            return before;
        }
        WrappedKey key = keys.rewrap(ArchivedObjects.wrapped(encryption));
        Manifest after = before.with(Export.encryption(key));
        byte[] json = ManifestJson.write(after);
        String manifest = location + "/" + MANIFEST;
        String beside = location + "/" + REKEYED;
        store.delete(List.of(beside));
        store.put(beside, json);
        store.delete(List.of(manifest));
        store.put(manifest, json);
        store.delete(List.of(beside));
        return after;
    }

    @Override
    public Loaded load(Session session, String location, QualifiedName into) {
        try (Parquet parquet = parquet()) {
            return new Load(new Contents(objects, parquet), manifest(location), location)
                    .run(session, into);
        }
    }

    private static final Sql LONG = Sql.of("SET LOCAL statement_timeout = '24h'");

    /// Loads archived rows into a table, which is made of the archived columns alone if it is not
    /// there, in one transaction.
    public Loaded loadInto(Session session, String location, QualifiedName into) {
        Manifest manifest = manifest(location);
        List<Sql> columns =
                manifest.columns().stream()
                        .map(each ->
                                Sql.text("{name} {type}")
                                        .put("name", Identifier.of(each.name()))
                                        .put("type", ServerText.of(each.type()))
                                        .build())
                        .toList();
        return session.transaction(
                Session.Isolation.READ_COMMITTED,
                () -> {
                    session.execute(LONG);
                    session.execute(
                            Sql.text("CREATE TABLE IF NOT EXISTS {into} ({columns})")
                                    .put("into", into)
                                    .put("columns", SqlList.of(columns))
                                    .build());
                    return load(session, location, into);
                });
    }

    private static final QualifiedName SCRATCH = QualifiedName.of("pg_temp", "kalends_erasing");
    private static final Sql DROP_SCRATCH = Sql.of("DROP TABLE IF EXISTS pg_temp.kalends_erasing");

    /// What was written in the place of an archived partition.
    ///
    /// @param removed rows that it has no more
    public record Erased(long removed, Copy copy) {}

    /// Writes an archived partition anew without the rows of a condition, which PostgreSQL
    /// evaluates in a temporary table. The old objects stay.
    ///
    /// @param condition SQL over the archived columns
    /// @return null if there is no such row, and nothing was written
    public @Nullable Erased without(Session session, String location, String condition) {
        Manifest before = manifest(location);
        session.execute(DROP_SCRATCH);
        loadInto(session, location, SCRATCH);
        long removed =
                session.transaction(
                        Session.Isolation.READ_COMMITTED,
                        () -> {
                            session.execute(LONG);
                            return session.update(
                                    Sql.text("DELETE FROM {scratch} AS {table} WHERE ({condition})")
                                            .put("scratch", SCRATCH)
                                            .put("table", Identifier.of(before.table()))
                                            .put("condition", ServerText.of(condition))
                                            .build());
                        });
        Copy copy = removed == 0 ? null : rewrite(session, before);
        session.execute(DROP_SCRATCH);
        if (copy == null) {
            return null;
        }
        if (copy.content().rows() != before.rows() - removed) {
            discard(copy.location());
            throw ArchivedObjects.damaged(
                    location,
                    "has other rows than its manifest says: %d less %d are not %d"
                            .formatted(before.rows(), removed, copy.content().rows()));
        }
        return new Erased(removed, copy);
    }

    private Copy rewrite(Session session, Manifest before) {
        QualifiedName table = QualifiedName.of(before.schema(), before.table());
        Subject subject =
                new Subject(
                        table,
                        SCRATCH,
                        before.bounds(),
                        before.key().stream().map(Identifier::of).toList(),
                        ZoneId.of(before.timeZone()));
        String folder = folder(before.database(), table, before.partition());
        try (Parquet parquet = parquet()) {
            return new Export(store, keys, parquet, settings, subject, folder, before).run(session);
        }
    }

    /// Folders of a database's archive that nobody needs: what is known as expired, and what has no
    /// manifest though it was begun long ago.
    ///
    /// @param begunBefore exports that began later may be under way
    public List<String> leftovers(
            String database, Set<String> needed, Set<String> expired, Instant begunBefore) {
        Map<String, Set<String>> folders = new TreeMap<>();
        for (ObjectStore.Stored each : store.list(segment(database) + "/")) {
            int end = each.key().lastIndexOf('/');
            folders.computeIfAbsent(each.key().substring(0, end), _ -> new HashSet<>())
                    .add(each.key().substring(end + 1));
        }
        String limit = STAMP.format(begunBefore);
        return folders.entrySet().stream()
                .filter(each -> !needed.contains(each.getKey()))
                .filter(each ->
                        expired.contains(each.getKey())
                                || (begun(each.getKey()).compareTo(limit) < 0
                                        && !each.getValue().contains(MANIFEST)
                                        && !each.getValue().contains(REKEYED)))
                .map(Map.Entry::getKey)
                .toList();
    }

    /// The time in the name of a folder, which sorts as text.
    private static String begun(String folder) {
        return folder.substring(folder.lastIndexOf('/') + 1);
    }

    /// Compares the size and the digest of every object; takes no key.
    public Manifest digests(String location) {
        Manifest manifest = manifest(location);
        try (Parquet parquet = parquet()) {
            new Contents(objects, parquet).digests(manifest, location);
        }
        return manifest;
    }

    /// Reads every row and compares their number and checksum too.
    public Manifest rows(String location) {
        Manifest manifest = manifest(location);
        try (Parquet parquet = parquet()) {
            new Contents(objects, parquet).rows(manifest, location, (_, _) -> {});
        }
        return manifest;
    }

    /// A file as Parquet: fetched whole, compared with its manifest, decrypted if need be.
    ///
    /// @throws KalendsException OBJECT_MISSING, ARCHIVE_DAMAGED or ARCHIVE_KEY
    public void plain(Manifest manifest, DataFile file, String location, Path into) {
        objects.plain(manifest, file, location, into);
    }

    /// A part of an object, which has no digest to be compared with.
    ///
    /// @param from first byte, counted from 0
    /// @throws KalendsException OBJECT_MISSING, or ARCHIVE_DAMAGED if the object has another size
    public byte[] range(String location, DataFile file, long from, int bytes) {
        return objects.range(location, file, from, bytes);
    }

    @Override
    public List<String> columns(String location) {
        return manifest(location).columns().stream().map(Manifest.Column::name).toList();
    }

    /// Begins to read some columns of an archived partition, in one thread and within a limit of
    /// memory.
    ///
    /// @param manifest of that location
    /// @param columns names of archived columns
    public ArchivedRows read(Manifest manifest, String location, List<String> columns) {
        List<Manifest.Column> wanted = new ArrayList<>();
        for (String column : columns) {
            wanted.add(
                    manifest.columns().stream()
                            .filter(each -> each.name().equals(column))
                            .findFirst()
                            .orElseThrow(() ->
                                    new IllegalArgumentException("No such column: " + column)));
        }
        Parquet parquet = Parquet.open(new Parquet.Limits(settings.memoryBytes(), 1));
        return new ArchivedRows(
                new Contents(objects, parquet), manifest, location, wanted, parquet);
    }

    @Override
    public void discard(String location) {
        // The manifest first: without it the rest counts for nothing.
        store.delete(List.of(location + "/" + MANIFEST));
        store.delete(store.list(location + "/").stream().map(ObjectStore.Stored::key).toList());
    }
}
