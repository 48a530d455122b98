package dev.kalends.archive;

import java.util.Arrays;

/// Bytes that are appended to and used again.
public final class Bytes {
    private byte[] content = new byte[1024];
    private int size;

    /// The buffer, of which the first `size` bytes count.
    public byte[] content() {
        return content;
    }

    public int size() {
        return size;
    }

    void clear() {
        size = 0;
    }

    void add(int value) {
        if (size == content.length) {
            grow(size + 1);
        }
        content[size++] = (byte) value;
    }

    void add(byte[] more) {
        add(more, 0, more.length);
    }

    void add(byte[] more, int from, int length) {
        if (size + length > content.length) {
            grow(Math.addExact(size, length));
        }
        System.arraycopy(more, from, content, size, length);
        size += length;
    }

    /// Of characters below 128 only.
    void addAscii(String text) {
        for (int i = 0; i < text.length(); i++) {
            add(text.charAt(i));
        }
    }

    private void grow(int needed) {
        // The sum overflows from 1 GiB on, which is where a value of PostgreSQL ends.
        content = Arrays.copyOf(content, (int) Math.min(Integer.MAX_VALUE - 8L, needed * 2L));
    }
}
