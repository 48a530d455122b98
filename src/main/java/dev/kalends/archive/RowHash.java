package dev.kalends.archive;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// The hash that PostgreSQL's `hashtextextended(text, 0)` gives: Bob Jenkins' lookup3 in 64 bits.
///
/// Source: `hash_bytes_extended` in PostgreSQL's `src/common/hashfn.c`, the same on all versions
/// since 11; the seed 0 and a deterministic collation are assumed.
final class RowHash {
    private static final int INITIAL = 0x9e3779b9 + 3923095;
    private static final int BLOCK = 12;
    private static final VarHandle WORDS =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private RowHash() {}

    static long of(byte[] bytes, int length) {
        int a = INITIAL + length;
        int b = a;
        int c = a;
        int at = 0;
        int left = length;
        while (left >= BLOCK) {
            a += word(bytes, at);
            b += word(bytes, at + 4);
            c += word(bytes, at + 8);
            a -= c;
            a ^= Integer.rotateLeft(c, 4);
            c += b;
            b -= a;
            b ^= Integer.rotateLeft(a, 6);
            a += c;
            c -= b;
            c ^= Integer.rotateLeft(b, 8);
            b += a;
            a -= c;
            a ^= Integer.rotateLeft(c, 16);
            c += b;
            b -= a;
            b ^= Integer.rotateLeft(a, 19);
            a += c;
            c -= b;
            c ^= Integer.rotateLeft(b, 4);
            b += a;
            at += BLOCK;
            left -= BLOCK;
        }
        // The lowest byte of c is left to the length.
        for (int i = left - 1; i >= 8; i--) {
            c += (bytes[at + i] & 0xff) << (8 * (i - 7));
        }
        for (int i = Math.min(left, 8) - 1; i >= 4; i--) {
            b += (bytes[at + i] & 0xff) << (8 * (i - 4));
        }
        for (int i = Math.min(left, 4) - 1; i >= 0; i--) {
            a += (bytes[at + i] & 0xff) << (8 * i);
        }
        c ^= b;
        c -= Integer.rotateLeft(b, 14);
        a ^= c;
        a -= Integer.rotateLeft(c, 11);
        b ^= a;
        b -= Integer.rotateLeft(a, 25);
        c ^= b;
        c -= Integer.rotateLeft(b, 16);
        a ^= c;
        a -= Integer.rotateLeft(c, 4);
        b ^= a;
        b -= Integer.rotateLeft(a, 14);
        c ^= b;
        c -= Integer.rotateLeft(b, 24);
        return ((long) b << 32) | (c & 0xffffffffL);
    }

    private static int word(byte[] bytes, int at) {
        return (int) WORDS.get(bytes, at);
    }
}
