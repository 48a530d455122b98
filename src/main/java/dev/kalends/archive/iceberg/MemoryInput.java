package dev.kalends.archive.iceberg;

import java.io.EOFException;
import java.util.Objects;
import org.apache.iceberg.io.SeekableInputStream;

/// A small object, read.
final class MemoryInput extends SeekableInputStream {
    private final byte[] content;
    private int position;

    MemoryInput(byte[] content) {
        this.content = content;
    }

    @Override
    public long getPos() {
        return position;
    }

    @Override
    public void seek(long to) throws EOFException {
        if (to < 0 || to > content.length) {
            throw new EOFException("No byte %d of %d".formatted(to, content.length));
        }
        position = Math.toIntExact(to);
    }

    @Override
    public int read() {
        return position < content.length ? content[position++] & 0xff : -1;
    }

    @Override
    public int read(byte[] into, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, into.length);
        if (length == 0) {
            return 0;
        }
        int count = Math.min(length, content.length - position);
        if (count == 0) {
            return -1;
        }
        System.arraycopy(content, position, into, offset, count);
        position += count;
        return count;
    }

    @Override
    public int available() {
        return content.length - position;
    }
}
