package dev.kalends.archive.iceberg;

import java.io.ByteArrayOutputStream;
import java.util.function.Consumer;
import org.apache.iceberg.io.PositionOutputStream;

/// A small object, which is written when the stream is closed.
final class MemoryOutput extends PositionOutputStream {
    private final ByteArrayOutputStream content = new ByteArrayOutputStream();
    private final Consumer<byte[]> written;
    private boolean closed;

    MemoryOutput(Consumer<byte[]> written) {
        this.written = written;
    }

    @Override
    public long getPos() {
        return content.size();
    }

    @Override
    public void write(int value) {
        content.write(value);
    }

    @Override
    public void write(byte[] from, int offset, int length) {
        content.write(from, offset, length);
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            written.accept(content.toByteArray());
        }
    }
}
