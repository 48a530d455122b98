package dev.kalends.archive.cold;

import dev.kalends.archive.StoreArchive;
import dev.kalends.archive.Workspace;
import dev.kalends.archive.manifest.Manifest;
import dev.kalends.archive.manifest.Manifest.DataFile;
import dev.kalends.failure.FailureCode;
import dev.kalends.failure.KalendsException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/// A file of an archived partition, and what of it is on this machine: nothing, some ranges in a
/// file of the same length that has zeros elsewhere, or all.
///
/// A column chunk begins with the header of its first page. Zeros are no header, so DuckDB refuses
/// a chunk that is not there, instead of reading something else.
final class ColdFile {
    private static final int FIRST_READ = 16 << 10;
    private static final int READ_MAX = 8 << 20;
    private static final int GAP_MAX = 16 << 10;
    private static final int TAIL = 8;
    private static final byte[] MAGIC = "PAR1".getBytes(StandardCharsets.US_ASCII);

    private final ColdPartition partition;
    private final Manifest manifest;
    private final DataFile file;
    private final Path local;
    private State state = State.NOTHING;
    private long bytesRead;

    /// From here on all is there.
    private long present;

    /// What is on this machine.
    enum State {
        NOTHING,
        /// The footer, and what else was asked for.
        RANGES,
        ALL
    }

    /// Bytes of the object.
    record Range(long from, long to) {}

    ColdFile(ColdPartition partition, Manifest manifest, DataFile file, Path local) {
        this.partition = partition;
        this.manifest = manifest;
        this.file = file;
        this.local = local;
        this.present = file.bytes();
    }

    ColdPartition partition() {
        return partition;
    }

    Manifest manifest() {
        return manifest;
    }

    DataFile data() {
        return file;
    }

    /// Where DuckDB finds it.
    String path() {
        return local.toString();
    }

    State state() {
        return state;
    }

    long bytesRead() {
        return bytesRead;
    }

    /// Encrypted files cannot be read in parts.
    boolean hasRanges() {
        return manifest.encryption() == null;
    }

    /// Fetches all of it and compares it with the manifest.
    void fetchAll(StoreArchive archive) {
        if (state == State.ALL) {
            return;
        }
        Workspace.remove(local);
        archive.plain(manifest, file, partition.location(), local);
        bytesRead += file.bytes();
        state = State.ALL;
    }

    /// Fetches the footer, which says where everything is.
    void fetchFooter(StoreArchive archive) {
        if (state != State.NOTHING) {
            return;
        }
        long size = file.bytes();
        int first = (int) Math.min(FIRST_READ, size);
        if (first < TAIL) {
            throw damaged();
        }
        byte[] end = read(archive, size - first, first);
        ByteBuffer tail = ByteBuffer.wrap(end, first - TAIL, TAIL).order(ByteOrder.LITTLE_ENDIAN);
        long footer = tail.getInt() + (long) TAIL;
        byte[] magic = new byte[MAGIC.length];
        tail.get(magic);
        if (!Arrays.equals(magic, MAGIC) || footer < TAIL || footer > size) {
            throw damaged();
        }
        try (FileChannel channel =
                FileChannel.open(local, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            write(channel, size - first, end);
            if (footer > first) {
                fetch(archive, channel, new Range(size - footer, size - first));
            }
        } catch (IOException e) {
            throw Workspace.failed("write " + local, e);
        }
        present = size - Math.max(footer, first);
        state = State.RANGES;
    }

    /// Fetches ranges; near ones together.
    void fetchRanges(StoreArchive archive, List<Range> ranges) {
        if (state == State.ALL) {
            return;
        }
        try (FileChannel channel = FileChannel.open(local, StandardOpenOption.WRITE)) {
            for (Range each : missing(ranges)) {
                fetch(archive, channel, each);
            }
        } catch (IOException e) {
            throw Workspace.failed("write " + local, e);
        }
    }

    /// What of ranges is not there yet, as it would be fetched.
    List<Range> missing(List<Range> ranges) {
        return joined(ranges).stream()
                .filter(each -> each.from() < present)
                .map(each -> new Range(each.from(), Math.min(each.to(), present)))
                .toList();
    }

    /// In order, without overlaps, and joined where little lies between.
    static List<Range> joined(List<Range> ranges) {
        List<Range> joined = new ArrayList<>();
        for (Range each : ranges.stream().sorted(Comparator.comparingLong(Range::from)).toList()) {
            Range last = joined.isEmpty() ? null : joined.getLast();
            if (last != null && each.from() - last.to() <= GAP_MAX) {
                joined.set(
                        joined.size() - 1, new Range(last.from(), Math.max(last.to(), each.to())));
            } else {
                joined.add(each);
            }
        }
        return joined;
    }

    private void fetch(StoreArchive archive, FileChannel channel, Range range) throws IOException {
        if (range.from() < 0 || range.to() > file.bytes()) {
            throw damaged();
        }
        for (long from = range.from(); from < range.to(); from += READ_MAX) {
            int bytes = (int) Math.min(READ_MAX, range.to() - from);
            write(channel, from, read(archive, from, bytes));
        }
    }

    private byte[] read(StoreArchive archive, long from, int bytes) {
        byte[] part = archive.range(partition.location(), file, from, bytes);
        bytesRead += bytes;
        return part;
    }

    private static void write(FileChannel channel, long at, byte[] bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        while (buffer.hasRemaining()) {
            channel.write(buffer, at + buffer.position());
        }
    }

    private KalendsException damaged() {
        return new KalendsException(
                FailureCode.ARCHIVE_DAMAGED,
                "%s/%s is no Parquet file of %d bytes."
                        .formatted(partition.location(), file.name(), file.bytes()),
                ColdFailures.UNCHANGED,
                "Bring the object back from a version or a replica of the store.");
    }
}
