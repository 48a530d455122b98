package dev.kalends.archive.duckdb;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import org.duckdb.DuckDBDataChunkWriter;
import org.duckdb.DuckDBWritableVector;
import org.jspecify.annotations.Nullable;

/// Puts rows into DuckDB's chunks, column by column.
final class ChunkWriter {
    /// Text of one chunk, so that long values do not add up.
    private static final int TEXT_BYTES_MAX = 4 << 20;

    private static final byte[] EMPTY = {};
    private static final HexFormat HEX = HexFormat.of();
    private static final long EPOCH_MICROS = 946_684_800_000_000L;
    private static final int EPOCH_DAYS = 10_957;

    private final List<ParquetColumn> columns;
    private final TupleSource source;
    private final List<Texts> texts = new ArrayList<>();
    private long bytes;

    /// The text of a column of one chunk.
    private static final class Texts {
        private final List<byte[]> values = new ArrayList<>();
        private final BitSet nulls = new BitSet();
    }

    ChunkWriter(List<ParquetColumn> columns, TupleSource source) {
        this.columns = columns;
        this.source = source;
        columns.forEach(_ -> texts.add(new Texts()));
    }

    /// Bytes of the rows so far.
    long bytes() {
        return bytes;
    }

    /// @return how many rows; 0 at the end
    long fill(DuckDBDataChunkWriter chunk) {
        List<DuckDBWritableVector> vectors = new ArrayList<>();
        for (int i = 0; i < columns.size(); i++) {
            vectors.add(chunk.vector(i));
            texts.get(i).values.clear();
            texts.get(i).nulls.clear();
        }
        long capacity = chunk.capacity();
        int rows = 0;
        long textBytes = 0;
        while (rows < capacity && textBytes < TEXT_BYTES_MAX) {
            Tuple tuple = source.next();
            if (tuple == null) {
                break;
            }
            for (int i = 0; i < columns.size(); i++) {
                byte @Nullable [] text = put(vectors.get(i), rows, tuple, i);
                if (text != null) {
                    texts.get(i).values.add(text);
                    textBytes += text.length;
                }
                bytes += Math.max(tuple.length(i), 0);
            }
            rows++;
        }
        for (int i = 0; i < columns.size(); i++) {
            List<byte[]> values = texts.get(i).values;
            if (!values.isEmpty()) {
                vectors.get(i).setStringUtf8Batch(0, values.toArray(new byte[0][]));
                DuckDBWritableVector vector = vectors.get(i);
                texts.get(i).nulls.stream().forEach(vector::setNull);
            }
        }
        return rows;
    }

    /// @return what is to be set with the other texts of the column; null if it was set
    private byte @Nullable [] put(DuckDBWritableVector vector, int row, Tuple tuple, int i) {
        if (tuple.isNull(i)) {
            switch (columns.get(i).form()) {
                case TEXT, BYTES, UUID, DECIMAL, PRINTED -> {
                    texts.get(i).nulls.set(row);
                    return EMPTY;
                }
                default -> vector.setNull(row);
            }
            return null;
        }
        switch (columns.get(i).form()) {
            case BOOLEAN -> vector.setBoolean(row, tuple.truth(i));
            case INT16 -> vector.setShort(row, tuple.int16(i));
            case INT32 -> vector.setInt(row, tuple.int32(i));
            case INT64 -> vector.setLong(row, tuple.int64(i));
            case FLOAT -> vector.setFloat(row, tuple.float32(i));
            case DOUBLE -> vector.setDouble(row, tuple.float64(i));
            case DATE -> vector.setInt(row, days(tuple.int32(i), i));
            case TIMESTAMP, INSTANT -> vector.setLong(row, micros(tuple.int64(i), i));
            case TEXT, PRINTED -> {
                return tuple.bytes(i);
            }
            case BYTES -> {
                return HEX.formatHex(tuple.bytes(i)).getBytes(StandardCharsets.US_ASCII);
            }
            case UUID -> {
                ByteBuffer raw = ByteBuffer.wrap(tuple.bytes(i));
                return new UUID(raw.getLong(), raw.getLong())
                        .toString()
                        .getBytes(StandardCharsets.US_ASCII);
            }
            case DECIMAL -> {
                byte[] text = tuple.bytes(i);
                if (text[text.length - 1] < '0' || text[text.length - 1] > '9') {
                    // NaN, Infinity
                    throw new UnfitValue(i);
                }
                return text;
            }
        }
        return null;
    }

    private static int days(int days, int column) {
        if (days == Integer.MAX_VALUE || days == Integer.MIN_VALUE) {
            return days;
        }
        int shifted = days + EPOCH_DAYS;
        if (shifted < days) {
            throw new UnfitValue(column);
        }
        return shifted;
    }

    private static long micros(long micros, int column) {
        if (micros == Long.MAX_VALUE || micros == Long.MIN_VALUE) {
            return micros;
        }
        long shifted = micros + EPOCH_MICROS;
        // The largest value means infinity to DuckDB.
        if (shifted < micros || shifted == Long.MAX_VALUE) {
            throw new UnfitValue(column);
        }
        return shifted;
    }
}
