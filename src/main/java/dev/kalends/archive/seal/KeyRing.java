package dev.kalends.archive.seal;

import dev.kalends.config.ArchiveConfig;
import dev.kalends.config.EncryptionConfig;
import dev.kalends.failure.FailureCode;
import dev.kalends.failure.KalendsException;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The keys at hand: one to write with, and those of before. A command that gives the key runs when
/// it is first needed, and once for each ring. Safe for several threads.
public final class KeyRing {
    private static final String UNTOUCHED = "Nothing was read or written.";

    private final @Nullable KeyCommand command;
    private final List<ArchiveKey> old;
    private @Nullable ArchiveKey current;

    private KeyRing(
            @Nullable ArchiveKey current, @Nullable KeyCommand command, List<ArchiveKey> old) {
        this.current = current;
        this.command = command;
        this.old = List.copyOf(old);
    }

    /// Throws CONFIGURATION for a key that is none.
    public static KeyRing of(ArchiveConfig config) {
        return of(config, KeyCommand.LIMIT);
    }

    static KeyRing of(ArchiveConfig config, Duration commandLimit) {
        EncryptionConfig encryption = config.encryption();
        if (encryption == null) {
            return new KeyRing(null, null, List.of());
        }
        List<ArchiveKey> old = new ArrayList<>();
        for (int i = 0; i < encryption.oldKeys().size(); i++) {
            old.add(
                    parse(
                            "archive.encryption.oldKeys[%d]".formatted(i),
                            encryption.oldKeys().get(i)));
        }
        String key = encryption.key();
        String command = encryption.keyCommand();
        return new KeyRing(
                key == null ? null : parse("archive.encryption.key", key),
                command == null ? null : new KeyCommand(command, commandLimit),
                old);
    }

    private static ArchiveKey parse(String name, String text) {
        try {
            return ArchiveKey.parse(text);
        } catch (IllegalArgumentException e) {
            throw new KalendsException(
                    FailureCode.CONFIGURATION,
                    "Cannot use %s: %s.".formatted(name, e.getMessage()),
                    UNTOUCHED,
                    "Give a key as openssl rand -base64 32 prints it, by ${env:…} or ${file:…}.");
        }
    }

    /// Whether new archives are to be encrypted.
    public boolean isSealing() {
        return command != null || currentIfKnown() != null;
    }

    private synchronized @Nullable ArchiveKey currentIfKnown() {
        return current;
    }

    private synchronized @Nullable ArchiveKey current() {
        if (current == null && command != null) {
            current = command.run();
        }
        return current;
    }

    /// With a new key for one archive.
    public Sealer newSealer() {
        ArchiveKey key = current();
        if (key == null) {
            throw new IllegalStateException("Nothing is to be encrypted");
        }
        byte[] dataKey = Sealer.newDataKey();
        return new Sealer(dataKey, key.wrap(Sealer.METHOD, dataKey));
    }

    /// For an archive that is there.
    ///
    /// Throws ARCHIVE_KEY if the key it needs is not at hand, ARCHIVE_DAMAGED if the wrapped key is
    /// not what was written.
    public Sealer open(WrappedKey wrapped) {
        return new Sealer(unwrap(wrapped), wrapped);
    }

    /// The same archive's key under the current key. The archive's files stay as they are.
    public WrappedKey rewrap(WrappedKey wrapped) {
        ArchiveKey key = current();
        if (key == null) {
            throw notAtHand(wrapped, List.of());
        }
        return wrapped.keyId().equals(key.id())
                ? open(wrapped).wrapped()
                : key.wrap(wrapped.method(), unwrap(wrapped));
    }

    private byte[] unwrap(WrappedKey wrapped) {
        if (!wrapped.method().equals(Sealer.METHOD)) {
            throw new KalendsException(
                    FailureCode.ARCHIVE_DAMAGED,
                    "The archive is encrypted by %s, which this version does not know."
                            .formatted(wrapped.method()),
                    "Nothing was changed.",
                    "Use a newer program; if there is none, look at the manifest.");
        }
        List<ArchiveKey> keys = new ArrayList<>(old);
        ArchiveKey newest = current();
        if (newest != null) {
            keys.addFirst(newest);
        }
        ArchiveKey wanted =
                keys.stream()
                        .filter(key -> key.id().equals(wrapped.keyId()))
                        .findFirst()
                        .orElseThrow(() -> notAtHand(wrapped, keys));
        try {
            return wanted.unwrap(wrapped);
        } catch (GeneralSecurityException e) {
            throw new KalendsException(
                    FailureCode.ARCHIVE_DAMAGED,
                    "The archive's own key is not what was written: key %s does not open it."
                            .formatted(wanted.id()),
                    "Nothing was changed.",
                    "Bring the manifest back from a version or a replica of the store.",
                    e);
        }
    }

    private static KalendsException notAtHand(WrappedKey wrapped, List<ArchiveKey> keys) {
        return new KalendsException(
                FailureCode.ARCHIVE_KEY,
                "The archive is encrypted by key %s; at hand: %s."
                        .formatted(
                                wrapped.keyId(),
                                keys.isEmpty()
                                        ? "none"
                                        : keys.stream()
                                                .map(ArchiveKey::id)
                                                .distinct()
                                                .collect(Collectors.joining(", "))),
                UNTOUCHED,
                "Give that key as archive.encryption.key, or among archive.encryption.oldKeys.");
    }
}
