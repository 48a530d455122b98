package dev.kalends.store;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// What becomes an object: any part of it can be read as often as an upload needs it.
sealed interface Content {
    long bytes();

    InputStream open(long from) throws IOException;

    /// A file, of which nothing is held in memory.
    record OfFile(Path file, long bytes) implements Content {
        static OfFile of(Path file) throws IOException {
            return new OfFile(file, Files.size(file));
        }

        @Override
        public InputStream open(long from) throws IOException {
            FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
            return Channels.newInputStream(channel.position(from));
        }
    }

    /// Bytes.
    final class OfBytes implements Content {
        private final byte[] content;

        OfBytes(byte[] content) {
            this.content = content;
        }

        @Override
        public long bytes() {
            return content.length;
        }

        @Override
        public InputStream open(long from) {
            return new ByteArrayInputStream(
                    content, Math.toIntExact(from), content.length - Math.toIntExact(from));
        }
    }

    /// A part of it, for the SDK: it opens the stream again for every attempt and closes it.
    default InputStream part(long from, long bytes) {
        try {
            return new BoundedStream(open(from), bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// SHA-256 of all of it, in lower-case hex.
    default String sha256() throws IOException {
        MessageDigest digest = newSha256();
        byte[] buffer = new byte[64 * 1024];
        try (InputStream in = open(0)) {
            for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
                digest.update(buffer, 0, length);
            }
        }
        return hex(digest);
    }

    static MessageDigest newSha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-256", e);
        }
    }

    static String hex(MessageDigest digest) {
        return HexFormat.of().formatHex(digest.digest());
    }
}
