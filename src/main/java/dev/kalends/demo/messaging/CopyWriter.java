package dev.kalends.demo.messaging;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/// Writes rows into a table through COPY. Closing it without [#finish()] takes them back.
final class CopyWriter implements AutoCloseable {
    private static final int CHARACTERS_PER_CHUNK = 64 * 1024;

    private final CopyIn copy;
    private final StringBuilder buffer = new StringBuilder(CHARACTERS_PER_CHUNK + 16 * 1024);

    CopyWriter(Connection connection, String table, List<String> quotedColumns)
            throws SQLException {
        this.copy =
                connection
                        .unwrap(PGConnection.class)
                        .getCopyAPI()
                        .copyIn(
                                "COPY "
                                        + table
                                        + " ("
                                        + String.join(", ", quotedColumns)
                                        + ") FROM STDIN");
    }

    void row(@Nullable String... values) throws SQLException {
        for (int i = 0; i < values.length; i++) {
            if (i > 0) {
                buffer.append('\t');
            }
            append(values[i]);
        }
        buffer.append('\n');
        if (buffer.length() >= CHARACTERS_PER_CHUNK) {
            flush();
        }
    }

    void finish() throws SQLException {
        flush();
        copy.endCopy();
    }

    @Override
    public void close() throws SQLException {
        if (copy.isActive()) {
            copy.cancelCopy();
        }
    }

    private void flush() throws SQLException {
        byte[] bytes = buffer.toString().getBytes(StandardCharsets.UTF_8);
        copy.writeToCopy(bytes, 0, bytes.length);
        buffer.setLength(0);
    }

    private void append(@Nullable String value) {
        if (value == null) {
            buffer.append("\\N");
            return;
        }
        int length = value.length();
        int start = 0;
        for (int i = 0; i < length; i++) {
            char c = value.charAt(i);
            if (c == '\\' || c == '\n' || c == '\t' || c == '\r') {
                buffer.append(value, start, i).append('\\');
                buffer.append(c == '\n' ? 'n' : c == '\t' ? 't' : c == '\r' ? 'r' : c);
                start = i + 1;
            }
        }
        buffer.append(value, start, length);
    }
}
