package dev.kalends.testing;

import dev.kalends.execute.PartitionArchive;
import dev.kalends.pg.Session;
import dev.kalends.sql.QualifiedName;
import dev.kalends.sql.Sql;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// An archive of text files, one per partition, each with one row per line.
public final class FolderArchive implements PartitionArchive {
    private final Path folder;
    private final Map<String, List<String>> written = new ConcurrentHashMap<>();

    public FolderArchive(Path folder) {
        this.folder = folder;
    }

    @Override
    public Copy export(Session session, Subject subject) {
        QualifiedName partition = subject.partition();
        List<String> rows =
                session.query(
                        Sql.text("SELECT CAST (t AS text) FROM {partition} t ORDER BY 1")
                                .put("partition", partition)
                                .build(),
                        row -> row.text(1));
        Path file = folder.resolve(partition.name().value() + ".txt");
        try {
            Files.write(file, rows);
            List<String> back = Files.readAllLines(file);
            written.put(partition.name().value(), back);
            return new Copy(
                    partition.name().value(),
                    new Content(back.size(), checksum(session, back)),
                    Files.size(file),
                    0,
                    null);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static final Sql HASHES =
            Sql.of(
                    "SELECT coalesce(sum(hashtextextended(t, 0)::numeric), 0)::text FROM unnest(?::text[]) t");

    /// Of what was read back, by the server, from the text alone.
    private static BigDecimal checksum(Session session, List<String> rows) {
        String sum = session.one(HASHES, row -> row.text(1), rows);
        return new BigDecimal(sum);
    }

    @Override
    public Loaded load(Session session, String location, QualifiedName into) {
        throw new UnsupportedOperationException("It only takes");
    }

    @Override
    public List<String> columns(String location) {
        throw new UnsupportedOperationException("It only takes");
    }

    /// Nothing is removed that a test may look at: a newer copy has replaced it.
    @Override
    public void discard(String location) {
        if (!written.containsKey(location)) {
            throw new IllegalStateException("Never written: " + location);
        }
    }

    /// The rows of a partition as they were written last; empty if it never was.
    public List<String> rows(String partition) {
        return written.getOrDefault(partition, List.of());
    }

    /// The names of all that were written.
    public List<String> partitions() {
        return List.copyOf(written.keySet());
    }

    public int size() {
        return written.size();
    }
}
