package dev.kalends.archive.seal;

import com.google.crypto.tink.StreamingAead;
import com.google.crypto.tink.subtle.AesGcmHkdfStreaming;
import dev.kalends.failure.FailureCode;
import dev.kalends.failure.KalendsException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.GeneralSecurityException;
import java.security.InvalidAlgorithmParameterException;
import java.security.SecureRandom;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Encrypts and decrypts the files of one archive, a segment at a time. A file is bound to its
/// name: under another it does not open. Safe for several threads.
public final class Sealer {
    /// Tink's name of the format: a key of 256 bits for each file by HKDF with SHA-256, AES-GCM
    /// over segments of 1 MiB that are numbered, and of which the last is marked.
    public static final String METHOD = "AES256_GCM_HKDF_1MB";

    private static final int KEY_BYTES = 32;
    private static final int SEGMENT_BYTES = 1 << 20;
    private static final int BUFFER_BYTES = 64 * 1024;

    private final StreamingAead streams;
    private final WrappedKey wrapped;

    Sealer(byte[] dataKey, WrappedKey wrapped) {
        try {
            this.streams =
                    new AesGcmHkdfStreaming(dataKey, "HmacSha256", KEY_BYTES, SEGMENT_BYTES, 0);
        } catch (InvalidAlgorithmParameterException e) {
            throw new IllegalStateException("A key of an archive has 32 bytes", e);
        }
        this.wrapped = wrapped;
    }

    static byte[] newDataKey() {
        byte[] key = new byte[KEY_BYTES];
        new SecureRandom().nextBytes(key);
        return key;
    }

    /// What has to be kept with the archive to open it.
    public WrappedKey wrapped() {
        return wrapped;
    }

    /// @param sealed made or replaced, whole or not at all
    /// @param name of the object that it becomes
    public void encrypt(Path plain, Path sealed, String name) {
        replace(
                sealed,
                unfinished -> {
                    try (InputStream in = Files.newInputStream(plain);
                            OutputStream out =
                                    streams.newEncryptingStream(create(unfinished), bytes(name))) {
                        copy(in, out);
                    }
                },
                "encrypt " + plain);
    }

    /// Throws ARCHIVE_DAMAGED if a single bit of the file, its length or its name is not what it
    /// was.
    ///
    /// @param plain made or replaced, whole or not at all
    /// @param name under which it was encrypted
    public void decrypt(Path sealed, Path plain, String name) {
        replace(
                plain,
                unfinished -> {
                    try (Source source = new Source(Files.newInputStream(sealed));
                            OutputStream out = create(unfinished)) {
                        open(source, out, name);
                    }
                },
                "decrypt " + sealed);
    }

    private void open(Source source, OutputStream out, String name)
            throws IOException, GeneralSecurityException {
        InputStream in = streams.newDecryptingStream(source, bytes(name));
        byte[] buffer = new byte[BUFFER_BYTES];
        while (true) {
            int length;
            try {
                length = in.read(buffer);
            } catch (IOException e) {
                if (source.failure != null) {
                    throw source.failure;
                }
                throw damaged(name, e);
            }
            if (length < 0) {
                return;
            }
            out.write(buffer, 0, length);
        }
    }

    private static KalendsException damaged(String name, IOException cause) {
        return new KalendsException(
                FailureCode.ARCHIVE_DAMAGED,
                "%s is not what was encrypted under this name with the archive's key."
                        .formatted(name),
                "Nothing was changed.",
                "Bring the object back from a version or a replica of the store.",
                cause);
    }

    /// Remembers whether it was reading that failed; Tink reports that like damage.
    private static final class Source extends FilterInputStream {
        private @Nullable IOException failure;

        private Source(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            try {
                return in.read(buffer, offset, length);
            } catch (IOException e) {
                failure = e;
                throw e;
            }
        }
    }

    private interface Work {
        void into(Path unfinished) throws IOException, GeneralSecurityException;
    }

    private static void replace(Path file, Work work, String deed) {
        Path unfinished =
                file.resolveSibling(
                        ".%s.unfinished-%s".formatted(file.getFileName(), UUID.randomUUID()));
        try {
            try {
                work.into(unfinished);
                Files.move(
                        unfinished,
                        file,
                        StandardCopyOption.ATOMIC_MOVE,
                        StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(unfinished);
            }
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every Java has AES-GCM", e);
        } catch (IOException e) {
            String message = e.getMessage();
            String kind = e.getClass().getSimpleName();
            throw new KalendsException(
                    FailureCode.STORE_FAILED,
                    "Cannot %s: %s"
                            .formatted(
                                    deed,
                                    message == null ? kind : "%s (%s)".formatted(message, kind)),
                    "No half file was left.",
                    "Look at the folder, its rights and the space on its disk. Run the same command again.",
                    e);
        }
    }

    private static OutputStream create(Path unfinished) throws IOException {
        return Files.newOutputStream(
                unfinished, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    }

    private static void copy(InputStream in, OutputStream out) throws IOException {
        byte[] buffer = new byte[BUFFER_BYTES];
        for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
            out.write(buffer, 0, length);
        }
    }

    private static byte[] bytes(String name) {
        return name.getBytes(StandardCharsets.UTF_8);
    }
}
