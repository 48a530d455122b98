package dev.kalends.archive;

import dev.kalends.archive.manifest.Manifest.Encryption;
import dev.kalends.failure.FailureCode;
import dev.kalends.failure.KalendsException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// No key is configured: files are written plain, and sealed ones cannot be read.
public final class Unsealed implements Sealing {
    @Override
    public @Nullable Sealer sealer() {
        return null;
    }

    @Override
    public void open(Encryption encryption, Path sealed, Path plain, String name) {
        throw new KalendsException(
                FailureCode.ARCHIVE_KEY,
                "%s is encrypted with the key %s, and no key is configured."
                        .formatted(name, encryption.keyId()),
                "Nothing was changed.",
                "Give archive.encryption.key, or the old key among archive.encryption.oldKeys.");
    }
}
