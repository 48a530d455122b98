package dev.kalends.wire;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Messages to a client, collected and sent in large pieces.
final class Answers {
    private static final int FLUSH_BYTES = 1 << 16;
    private static final int KEPT_BYTES = 1 << 20;

    /// Everything is sent as text, whatever it is in the table.
    private static final int TEXT_OID = 25;

    private final OutputStream out;
    private byte[] content = new byte[FLUSH_BYTES * 2];
    private int size;
    private int begin;

    Answers(OutputStream out) {
        this.out = out;
    }

    Answers begin(char type) {
        int8(type);
        begin = size;
        return int32(0);
    }

    void end() throws IOException {
        int length = size - begin;
        ByteBuffer.wrap(content).putInt(begin, length);
        if (size >= FLUSH_BYTES) {
            send();
        }
    }

    /// A message without content.
    void empty(char type) throws IOException {
        begin(type).end();
    }

    Answers int8(int value) {
        reserve(Byte.BYTES);
        content[size++] = (byte) value;
        return this;
    }

    Answers int16(int value) {
        reserve(Short.BYTES);
        ByteBuffer.wrap(content).putShort(size, (short) value);
        size += Short.BYTES;
        return this;
    }

    Answers int32(int value) {
        reserve(Integer.BYTES);
        ByteBuffer.wrap(content).putInt(size, value);
        size += Integer.BYTES;
        return this;
    }

    Answers text(String text) {
        bytes(text.getBytes(StandardCharsets.UTF_8));
        return int8(0);
    }

    Answers bytes(byte[] bytes) {
        return bytes(ByteBuffer.wrap(bytes));
    }

    Answers bytes(ByteBuffer bytes) {
        int length = bytes.remaining();
        reserve(length);
        bytes.get(bytes.position(), content, size, length);
        size += length;
        return this;
    }

    private void reserve(int bytes) {
        long needed = (long) size + bytes;
        if (needed > content.length) {
            if (needed > Integer.MAX_VALUE - 8) {
                throw new WireException(WireException.LIMIT, "a row is too long to be sent");
            }
            content =
                    Arrays.copyOf(content, (int) Math.min(Integer.MAX_VALUE - 8L, needed * 3 / 2));
        }
    }

    /// Sends what is collected.
    void send() throws IOException {
        int length = size;
        size = 0;
        out.write(content, 0, length);
        if (content.length > KEPT_BYTES) {
            content = new byte[FLUSH_BYTES * 2];
        }
    }

    void flush() throws IOException {
        send();
        out.flush();
    }

    void ready(char status) throws IOException {
        begin('Z').int8(status).end();
        flush();
    }

    void complete(String tag) throws IOException {
        begin('C').text(tag).end();
    }

    void parameter(String name, String value) throws IOException {
        begin('S').text(name).text(value).end();
    }

    /// Columns of what follows.
    ///
    /// @param formats of each column, or one for all, or none for text
    void describe(List<String> columns, List<Integer> formats) throws IOException {
        begin('T').int16(columns.size());
        for (int i = 0; i < columns.size(); i++) {
            int format =
                    formats.isEmpty()
                            ? 0
                            : formats.size() == 1 ? formats.getFirst() : formats.get(i);
            text(columns.get(i));
            int32(0).int16(0).int32(TEXT_OID).int16(-1).int32(-1).int16(format);
        }
        end();
    }

    void row(Tables.Rows rows, int columns) throws IOException {
        int before = size;
        try {
            begin('D').int16(columns);
            for (int i = 0; i < columns; i++) {
                ByteBuffer field = rows.field(i);
                if (field == null) {
                    int32(-1);
                } else {
                    int32(field.remaining()).bytes(field);
                }
            }
        } catch (RuntimeException e) {
            // What is sent next must not stand behind half a row.
            size = before;
            throw e;
        }
        end();
    }

    void error(WireException failure) throws IOException {
        begin('E');
        field('S', failure.severity().name());
        field('V', failure.severity().name());
        field('C', failure.sqlState());
        field('M', failure.text());
        field('H', failure.hint());
        int8(0).end();
    }

    private void field(char type, @Nullable String value) {
        if (value != null) {
            int8(type).text(value.replace('\0', ' '));
        }
    }
}
