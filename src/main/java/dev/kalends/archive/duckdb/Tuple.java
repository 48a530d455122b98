package dev.kalends.archive.duckdb;

import java.nio.ByteBuffer;

/// One row in the binary format of `COPY`: fields of a length, -1 for null, and so many bytes in
/// network order.
public final class Tuple {
    private static final int END = -1;

    private final int[] from;
    private final int[] length;
    private ByteBuffer bytes = ByteBuffer.allocate(0);

    /// @param fields how many every row has
    public Tuple(int fields) {
        from = new int[fields];
        length = new int[fields];
    }

    /// Reads the row that begins at an offset.
    ///
    /// @return false if the trailer is there instead
    /// @throws IllegalStateException if it has another number of fields
    public boolean read(byte[] message, int offset) {
        bytes = ByteBuffer.wrap(message);
        int fields = bytes.getShort(offset);
        if (fields == END) {
            return false;
        }
        if (fields != from.length) {
            throw new IllegalStateException(
                    "A row has %d fields, not %d".formatted(fields, from.length));
        }
        int position = offset + Short.BYTES;
        for (int i = 0; i < fields; i++) {
            length[i] = bytes.getInt(position);
            position += Integer.BYTES;
            from[i] = position;
            position += Math.max(length[i], 0);
        }
        return true;
    }

    public int size() {
        return from.length;
    }

    public boolean isNull(int field) {
        return length[field] < 0;
    }

    int length(int field) {
        return length[field];
    }

    public boolean truth(int field) {
        return bytes.get(from[field]) != 0;
    }

    public short int16(int field) {
        return bytes.getShort(from[field]);
    }

    public int int32(int field) {
        return bytes.getInt(from[field]);
    }

    public long int64(int field) {
        return bytes.getLong(from[field]);
    }

    public float float32(int field) {
        return bytes.getFloat(from[field]);
    }

    public double float64(int field) {
        return bytes.getDouble(from[field]);
    }

    public byte[] bytes(int field) {
        byte[] copy = new byte[length[field]];
        bytes.get(from[field], copy);
        return copy;
    }
}
