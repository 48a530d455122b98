package dev.kalends.archive;

import dev.kalends.archive.duckdb.Parquet;
import dev.kalends.archive.duckdb.UnfitValue;
import dev.kalends.archive.manifest.Manifest;
import dev.kalends.archive.manifest.Manifest.Column;
import dev.kalends.archive.manifest.Manifest.DataFile;
import dev.kalends.archive.manifest.Manifest.Form;
import dev.kalends.archive.manifest.ManifestJson;
import dev.kalends.archive.seal.KeyRing;
import dev.kalends.archive.seal.Sealer;
import dev.kalends.archive.seal.WrappedKey;
import dev.kalends.execute.PartitionArchive.Content;
import dev.kalends.execute.PartitionArchive.Copy;
import dev.kalends.execute.PartitionArchive.Subject;
import dev.kalends.failure.FailureCode;
import dev.kalends.failure.KalendsException;
import dev.kalends.pg.CopyOut;
import dev.kalends.pg.Session;
import dev.kalends.sql.Identifier;
import dev.kalends.sql.Sql;
import dev.kalends.sql.SqlList;
import dev.kalends.sql.SqlPart;
import dev.kalends.store.ObjectStore;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Writes one partition to the store: its files first, all of them read back and compared, then the
/// manifest, without which they count for nothing. What a failure leaves is removed.
final class Export {
    private static final int GROUP_ROWS_MAX = 20_480;
    private static final int GROUP_ROWS_MIN = 64;
    private static final int GROUP_BYTES = 16 << 20;

    private final ObjectStore store;
    private final KeyRing keys;
    private final Parquet parquet;
    private final StoreArchive.Settings settings;
    private final Subject subject;
    private final String folder;
    private final @Nullable Manifest before;
    private final List<String> written = new ArrayList<>();

    /// @param folder in the store, used by nothing else ever
    /// @param before of the archived partition that is written anew; null if it is none
    Export(
            ObjectStore store,
            KeyRing keys,
            Parquet parquet,
            StoreArchive.Settings settings,
            Subject subject,
            String folder,
            @Nullable Manifest before) {
        this.store = store;
        this.keys = keys;
        this.parquet = parquet;
        this.settings = settings;
        this.subject = subject;
        this.folder = folder;
        this.before = before;
    }

    Copy run(Session session) {
        try {
            Set<Integer> printed = new HashSet<>();
            while (true) {
                try {
                    return once(session, printed);
                } catch (UnfitValue e) {
                    // Each round prints one column more.
                    printed.add(e.column());
                    undo();
                }
            }
        } catch (RuntimeException e) {
            try {
                undo();
            } catch (RuntimeException more) {
                e.addSuppressed(more);
            }
            throw e;
        }
    }

    private void undo() {
        store.delete(written);
        written.clear();
    }

    private Copy once(Session session, Set<Integer> printed) {
        @Nullable Sealer sealer = keys.isSealing() ? keys.newSealer() : null;
        try (Workspace workspace = Workspace.create()) {
            Manifest manifest =
                    session.transaction(
                            Session.Isolation.READ_COMMITTED,
                            () -> files(session, printed, sealer, workspace));
            new Contents(new ArchivedObjects(store, keys), parquet)
                    .rows(manifest, folder, (_, _) -> {});
            publish(manifest);
            return new Copy(
                    folder,
                    new Content(manifest.rows(), manifest.checksum()),
                    manifest.bytes(),
                    manifest.liveBytes(),
                    manifest.encryption() == null ? null : manifest.encryption().keyId());
        }
    }

    private void publish(Manifest manifest) {
        byte[] json = ManifestJson.write(manifest);
        String key = folder + "/" + StoreArchive.MANIFEST;
        written.add(key);
        store.put(key, json);
        if (!Arrays.equals(store.read(key, json.length + 1), json)) {
            throw ArchivedObjects.damaged(key, "is not what was written");
        }
    }

    private static final Sql LONG = Sql.of("SET LOCAL statement_timeout = '24h'");
    private static final Sql MEMORY = Sql.of("SET LOCAL work_mem = '64MB'");

    private Manifest files(
            Session session, Set<Integer> printed, @Nullable Sealer sealer, Workspace workspace) {
        session.execute(LONG);
        session.execute(MEMORY);
        // Nothing about the columns may change between looking and copying.
        session.execute(
                Sql.text("LOCK TABLE {partition} IN ACCESS SHARE MODE")
                        .put("partition", subject.partition())
                        .build());
        Shape shape = Shape.read(session, subject, printed);
        if (!Contents.knows(shape.encoding())) {
            throw new KalendsException(
                    FailureCode.REFUSED,
                    "The database's encoding is %s, for which an archive cannot be compared with its table."
                            .formatted(shape.encoding()),
                    "Nothing was written.",
                    "Keep old partitions with keep: detached, or move the database to UTF8.");
        }
        List<DataFile> files = new ArrayList<>();
        try (CopyOut copy = session.copyOut(select(shape));
                ReadAhead ahead = ReadAhead.start(copy)) {
            CopyTuples tuples =
                    new CopyTuples(
                            ahead,
                            shape.columns(),
                            subject.key().isEmpty() ? null : subject.key().getFirst().value());
            Parquet.Written last;
            do {
                tuples.beginFile();
                String name = "part-%05d.parquet".formatted(files.size() + 1);
                Path file = workspace.file(name);
                last = parquet.write(shape.columns(), tuples, file, settings.shape(group(shape)));
                if (last.rows() > 0) {
                    files.add(upload(file, name, last.rows(), tuples, sealer, workspace));
                }
                Workspace.remove(file);
            } while (last.more() == Parquet.Rest.MORE);
            return manifest(shape, files, tuples.checksum(), sealer);
        }
    }

    private DataFile upload(
            Path file,
            String name,
            long rows,
            CopyTuples tuples,
            @Nullable Sealer sealer,
            Workspace workspace) {
        String objectName = sealer == null ? name : name + ".sealed";
        String key = folder + "/" + objectName;
        Path object = file;
        if (sealer != null) {
            object = workspace.file(objectName);
            sealer.encrypt(file, object, key);
        }
        // Before the upload: whatever there is of it then is to be removed.
        written.add(key);
        store.put(key, object);
        DataFile stored =
                new DataFile(
                        objectName,
                        Workspace.size(object),
                        Digests.sha256(object),
                        rows,
                        tuples.least(),
                        tuples.greatest());
        Workspace.remove(object);
        return stored;
    }

    private Manifest manifest(
            Shape shape, List<DataFile> files, Checksum checksum, @Nullable Sealer sealer) {
        Manifest manifest =
                new Manifest(
                        Manifest.FORMAT,
                        settings.program(),
                        settings.clock().instant(),
                        shape.database(),
                        subject.table().schema().value(),
                        subject.table().name().value(),
                        subject.partition().schema().value(),
                        subject.partition().name().value(),
                        subject.bounds(),
                        subject.key().stream().map(Identifier::value).toList(),
                        subject.timeZone().getId(),
                        shape.server(),
                        shape.encoding(),
                        shape.ddl(),
                        shape.columns(),
                        files,
                        checksum.rows(),
                        checksum.value(),
                        shape.liveBytes(),
                        sealer == null ? null : encryption(sealer.wrapped()));
        return before == null ? manifest : before.rewritten(manifest);
    }

    static Manifest.Encryption encryption(WrappedKey key) {
        return new Manifest.Encryption(key.method(), key.keyId(), key.wrappedKey());
    }

    /// So many rows that a group has some 16 MiB, and never so many that a reader cannot skip some.
    private static int group(Shape shape) {
        if (shape.rowBytes() == 0) {
            return GROUP_ROWS_MAX;
        }
        return Math.clamp(GROUP_BYTES / shape.rowBytes(), GROUP_ROWS_MIN, GROUP_ROWS_MAX);
    }

    private Sql select(Shape shape) {
        List<SqlPart> values = new ArrayList<>();
        for (Column column : shape.columns()) {
            values.add(value(column));
        }
        return Sql.text(
                        """
                        COPY (SELECT {values}, hashtextextended(CAST ((t.*) AS text), 0)
                                FROM {partition} t {order}) TO STDOUT (FORMAT binary)
                        """)
                .put("values", SqlList.of(values))
                .put("partition", subject.partition())
                .put("order", order(shape))
                .build();
    }

    private Sql order(Shape shape) {
        return shape.order() == Shape.Order.SORTED || subject.key().isEmpty()
                ? Sql.of("")
                : Sql.text("ORDER BY {key}")
                        .put(
                                "key",
                                SqlList.of(
                                        subject.key().stream()
                                                .map(each ->
                                                        Sql.text("t.{column}")
                                                                .put("column", each)
                                                                .build())
                                                .toList()))
                        .build();
    }

    /// What PostgreSQL prints is asked for by `format`, which uses the type's own output, as a cast
    /// to text does not (`inet`, `char(n)`). A row of nulls is not null itself: hence no plain `IS
    /// NOT NULL`.
    private static Sql value(Column column) {
        Identifier name = Identifier.of(column.name());
        if (column.form() == Form.PRINTED) {
            return Sql.text(
                            "CASE WHEN t.{column} IS DISTINCT FROM NULL THEN format('%s', t.{column}) END")
                    .put("column", name)
                    .build();
        }
        if (column.form() == Form.DECIMAL) {
            return Sql.text("CAST (t.{column} AS text)").put("column", name).build();
        }
        return Sql.text("t.{column}").put("column", name).build();
    }
}
