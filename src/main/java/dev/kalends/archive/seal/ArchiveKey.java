package dev.kalends.archive.seal;

import com.google.crypto.tink.subtle.AesGcmJce;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;

/// A key that the user keeps. It encrypts nothing but the keys of archives.
final class ArchiveKey {
    private static final int BYTES = 32;
    private static final int ID_BYTES = 8;

    private final byte[] key;
    private final String id;

    private ArchiveKey(byte[] key) {
        this.key = key;
        this.id = id(key);
    }

    /// @throws IllegalArgumentException for text that is none; the message does not repeat it
    static ArchiveKey parse(String text) {
        byte[] key;
        try {
            key = Base64.getDecoder().decode(text.strip());
        } catch (IllegalArgumentException _) {
            // Without the cause, which names a character of the secret.
            throw new IllegalArgumentException("it is not Base64");
        }
        if (key.length != BYTES) {
            throw new IllegalArgumentException(
                    "it is Base64 of %d bytes, not of %d".formatted(key.length, BYTES));
        }
        return new ArchiveKey(key);
    }

    private static String id(byte[] key) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update("kalends key id".getBytes(StandardCharsets.US_ASCII));
            return HexFormat.of().formatHex(digest.digest(key), 0, ID_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-256", e);
        }
    }

    /// Sixteen hex digits that tell keys apart.
    String id() {
        return id;
    }

    WrappedKey wrap(String method, byte[] dataKey) {
        try {
            byte[] wrapped = new AesGcmJce(key).encrypt(dataKey, context(method));
            return new WrappedKey(method, id, Base64.getEncoder().encodeToString(wrapped));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every Java has AES-GCM", e);
        }
    }

    /// @throws GeneralSecurityException if it was not this key that wrapped it, for this method
    byte[] unwrap(WrappedKey wrapped) throws GeneralSecurityException {
        byte[] bytes;
        try {
            bytes = Base64.getDecoder().decode(wrapped.wrappedKey());
        } catch (IllegalArgumentException e) {
            throw new GeneralSecurityException("It is not Base64", e);
        }
        return new AesGcmJce(key).decrypt(bytes, context(wrapped.method()));
    }

    /// A wrapped key works for what it was made for only.
    private byte[] context(String method) {
        return "kalends data key %s %s".formatted(method, id).getBytes(StandardCharsets.UTF_8);
    }
}
