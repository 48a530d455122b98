package dev.kalends.archive;

import dev.kalends.archive.manifest.Manifest.Encryption;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Encrypts and decrypts files of the archive.
public interface Sealing {
    /// One data key, for the files of one archived partition.
    interface Sealer {
        Encryption encryption();

        /// @param name of the object, to which the content is bound
        void seal(Path plain, Path sealed, String name);
    }

    /// @return null if new files are not encrypted
    @Nullable Sealer sealer();

    /// @throws dev.kalends.failure.KalendsException ARCHIVE_KEY if the key is not at hand;
    ///   ARCHIVE_DAMAGED if the file is not what was sealed under that name
    void open(Encryption encryption, Path sealed, Path plain, String name);
}
