package dev.kalends.wire;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/// The server's side of SCRAM-SHA-256 (RFC 5802, RFC 7677), without channel binding. One for each
/// login.
final class Scram {
    static final String MECHANISM = "SCRAM-SHA-256";

    private static final String HMAC = "HmacSHA256";
    private static final int KEY_BITS = 256;
    private static final int NONCE_BYTES = 18;
    private static final int SALT_BYTES = 16;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final Verifier verifier;
    private String bare = "";
    private String serverFirst = "";
    private String nonce = "";
    private String header = "";

    Scram(Verifier verifier) {
        this.verifier = verifier;
    }

    /// What a server keeps instead of a password.
    static final class Verifier {
        /// As many as PostgreSQL takes.
        private static final int ITERATIONS = 4096;

        private final byte[] salt;
        private final byte[] storedKey;
        private final byte[] serverKey;

        private Verifier(byte[] salt, byte[] salted) {
            this.salt = salt;
            this.storedKey = sha256(hmac(salted, "Client Key"));
            this.serverKey = hmac(salted, "Server Key");
        }

        /// @param password of ASCII characters: those that SASLprep leaves as they are
        static Verifier of(String password) {
            byte[] salt = new byte[SALT_BYTES];
            RANDOM.nextBytes(salt);
            PBEKeySpec spec = new PBEKeySpec(password.toCharArray(), salt, ITERATIONS, KEY_BITS);
            try {
                return new Verifier(
                        salt,
                        SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
                                .generateSecret(spec)
                                .getEncoded());
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("Every JDK has PBKDF2WithHmacSHA256", e);
            } finally {
                spec.clearPassword();
            }
        }

        /// That no password fits: for users that are not there, so that a login tells nothing about
        /// who is. Of one user it has the same salt each time.
        ///
        /// @param secret of this process
        static Verifier ofNobody(byte[] secret, String user) {
            byte[] salt = new byte[SALT_BYTES];
            System.arraycopy(hmac(secret, "salt " + user), 0, salt, 0, SALT_BYTES);
            return new Verifier(salt, hmac(secret, "key " + user));
        }
    }

    static byte[] random(int bytes) {
        byte[] random = new byte[bytes];
        RANDOM.nextBytes(random);
        return random;
    }

    /// Takes the client's first message.
    ///
    /// @return the answer to it
    /// @throws WireException if it is none, or wants channel binding
    String first(String message) {
        // gs2-header: "n,," or "y,,", perhaps with an authorization identity.
        String[] parts = message.split(",", 3);
        if (parts.length < 3 || !(parts[0].equals("n") || parts[0].equals("y"))) {
            throw WireException.fatal(
                    WireException.PROTOCOL_VIOLATION,
                    parts[0].startsWith("p=")
                            ? "channel binding is not offered by this server"
                            : "malformed SCRAM message");
        }
        header = parts[0] + "," + parts[1] + ",";
        bare = parts[2];
        String clientNonce = attribute(bare, 'r');
        if (clientNonce == null || clientNonce.isEmpty() || bare.startsWith("m=")) {
            throw WireException.fatal(WireException.PROTOCOL_VIOLATION, "malformed SCRAM message");
        }
        nonce = clientNonce + Base64.getEncoder().encodeToString(random(NONCE_BYTES));
        serverFirst =
                "r=%s,s=%s,i=%d"
                        .formatted(
                                nonce,
                                Base64.getEncoder().encodeToString(verifier.salt),
                                Verifier.ITERATIONS);
        return serverFirst;
    }

    /// Takes the client's last message.
    ///
    /// @return the server's proof; null if the client's proof is wrong
    /// @throws WireException if it is no such message
    @Nullable String last(String message) {
        int proofAt = message.lastIndexOf(",p=");
        if (proofAt < 0) {
            throw WireException.fatal(WireException.PROTOCOL_VIOLATION, "malformed SCRAM message");
        }
        String withoutProof = message.substring(0, proofAt);
        byte[] proof = decode(message.substring(proofAt + ",p=".length()));
        String binding = attribute(withoutProof, 'c');
        String echoed = attribute(withoutProof, 'r');
        if (binding == null
                || !binding.equals(base64(header.getBytes(StandardCharsets.UTF_8)))
                || !nonce.equals(echoed)
                || proof.length != verifier.storedKey.length) {
            return null;
        }
        String all = bare + "," + serverFirst + "," + withoutProof;
        byte[] signature = hmac(verifier.storedKey, all);
        byte[] clientKey = new byte[proof.length];
        for (int i = 0; i < proof.length; i++) {
            clientKey[i] = (byte) (proof[i] ^ signature[i]);
        }
        return MessageDigest.isEqual(sha256(clientKey), verifier.storedKey)
                ? "v=" + base64(hmac(verifier.serverKey, all))
                : null;
    }

    private static @Nullable String attribute(String message, char name) {
        for (String each : message.split(",", -1)) {
            if (each.length() >= 2 && each.charAt(0) == name && each.charAt(1) == '=') {
                return each.substring(2);
            }
        }
        return null;
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }

    private static byte[] decode(String text) {
        try {
            return Base64.getDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            throw new WireException(
                    WireException.PROTOCOL_VIOLATION,
                    "malformed SCRAM message",
                    null,
                    WireException.Severity.FATAL,
                    e);
        }
    }

    private static byte[] hmac(byte[] key, String message) {
        try {
            Mac mac = Mac.getInstance(HMAC);
            mac.init(new SecretKeySpec(key, HMAC));
            return mac.doFinal(message.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every JDK has " + HMAC, e);
        }
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every JDK has SHA-256", e);
        }
    }
}
