package dev.kalends.archive;

import dev.kalends.archive.duckdb.Tuple;
import dev.kalends.archive.duckdb.TupleSource;
import dev.kalends.archive.manifest.Manifest.Column;
import dev.kalends.archive.manifest.Manifest.Form;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Rows of a binary `COPY`, each with its hash as one more field in the end. Adds the hashes up and
/// notes the least and the greatest key of each file.
final class CopyTuples implements TupleSource {
    // A signature of 11 bytes, 4 of flags, then the length of an extension.
    private static final int EXTENSION_AT = 15;
    private static final int EPOCH_DAYS = 10_957;
    private static final long EPOCH_MICROS = 946_684_800_000_000L;

    private final ReadAhead copy;
    private final Tuple tuple;
    private final Checksum checksum = new Checksum();
    private final int key;
    private final @Nullable Form keyForm;
    private byte @Nullable [] message;
    private int position;
    private @Nullable Key least;
    private @Nullable Key greatest;

    /// A value of the key, comparable with others of its form: integers as such, all else by its
    /// bytes.
    private static final class Key implements Comparable<Key> {
        private final long number;
        private final byte[] bytes;

        Key(long number, byte[] bytes) {
            this.number = number;
            this.bytes = bytes;
        }

        @Override
        public int compareTo(Key other) {
            int order = Long.compare(number, other.number);
            return order != 0 ? order : Arrays.compareUnsigned(bytes, other.bytes);
        }
    }

    /// @param keyColumn name of the first column of the partition key; null if it is none
    CopyTuples(ReadAhead copy, List<Column> columns, @Nullable String keyColumn) {
        this.copy = copy;
        this.tuple = new Tuple(columns.size() + 1);
        int found = -1;
        for (int i = 0; i < columns.size(); i++) {
            if (columns.get(i).name().equals(keyColumn)) {
                found = i;
            }
        }
        this.key = found;
        this.keyForm = found < 0 ? null : comparable(columns.get(found).form());
        this.message = copy.next();
        this.position = message == null ? 0 : header(message);
    }

    private static int header(byte[] first) {
        return EXTENSION_AT + Integer.BYTES + ByteBuffer.wrap(first).getInt(EXTENSION_AT);
    }

    private static @Nullable Form comparable(Form form) {
        return switch (form) {
            case INT16, INT32, INT64, DATE, TIMESTAMP, INSTANT, TEXT, UUID -> form;
            case BOOLEAN, FLOAT, DOUBLE, BYTES, DECIMAL, PRINTED -> null;
        };
    }

    @Override
    public @Nullable Tuple next() {
        while (message != null && position >= message.length) {
            message = copy.next();
            position = 0;
        }
        byte[] current = message;
        if (current == null || !tuple.read(current, position)) {
            return null;
        }
        position = current.length;
        checksum.add(tuple.int64(tuple.size() - 1));
        if (keyForm != null && !tuple.isNull(key)) {
            bound(keyOf(keyForm));
        }
        return tuple;
    }

    private Key keyOf(Form form) {
        return switch (form) {
            case INT16 -> new Key(tuple.int16(key), new byte[0]);
            case INT32, DATE -> new Key(tuple.int32(key), new byte[0]);
            case INT64, TIMESTAMP, INSTANT -> new Key(tuple.int64(key), new byte[0]);
            default -> new Key(0, tuple.bytes(key));
        };
    }

    private void bound(Key value) {
        if (least == null || value.compareTo(least) < 0) {
            least = value;
        }
        if (greatest == null || value.compareTo(greatest) > 0) {
            greatest = value;
        }
    }

    void beginFile() {
        least = null;
        greatest = null;
    }

    @Nullable String least() {
        return print(least);
    }

    @Nullable String greatest() {
        return print(greatest);
    }

    private @Nullable String print(@Nullable Key value) {
        if (value == null || keyForm == null) {
            return null;
        }
        Bytes text = new Bytes();
        switch (keyForm) {
            case DATE -> TimeText.date(shifted((int) value.number), text);
            case TIMESTAMP -> TimeText.timestamp(shifted(value.number), "", text);
            case INSTANT -> TimeText.timestamp(shifted(value.number), "+00", text);
            case TEXT -> text.add(value.bytes);
            case UUID -> {
                ByteBuffer raw = ByteBuffer.wrap(value.bytes);
                text.addAscii(new UUID(raw.getLong(), raw.getLong()).toString());
            }
            default -> text.addAscii(Long.toString(value.number));
        }
        return new String(text.content(), 0, text.size(), StandardCharsets.UTF_8);
    }

    private static int shifted(int days) {
        return days == Integer.MAX_VALUE || days == Integer.MIN_VALUE ? days : days + EPOCH_DAYS;
    }

    private static long shifted(long micros) {
        return micros == Long.MAX_VALUE || micros == Long.MIN_VALUE
                ? micros
                : micros + EPOCH_MICROS;
    }

    Checksum checksum() {
        return checksum;
    }
}
