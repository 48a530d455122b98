package dev.kalends.archive;

import dev.kalends.archive.manifest.Manifest;
import dev.kalends.archive.manifest.Manifest.DataFile;
import dev.kalends.archive.manifest.Manifest.Encryption;
import dev.kalends.archive.seal.KeyRing;
import dev.kalends.archive.seal.WrappedKey;
import dev.kalends.failure.FailureCode;
import dev.kalends.failure.KalendsException;
import dev.kalends.store.ObjectStore;
import java.nio.file.Path;

/// The files of archived partitions as they lie in the store, compared with their manifest.
record ArchivedObjects(ObjectStore store, KeyRing keys) {
    /// A whole object, as it lies there.
    ///
    /// @throws KalendsException OBJECT_MISSING, or ARCHIVE_DAMAGED if size or digest differ
    void fetch(String folder, DataFile file, Path into) {
        String key = folder + "/" + file.name();
        store.get(key, into);
        long bytes = Workspace.size(into);
        if (bytes != file.bytes()) {
            throw otherSize(key, bytes, file);
        }
        String digest = Digests.sha256(into);
        if (!digest.equals(file.sha256())) {
            throw damaged(
                    key, "has SHA-256 %s, its manifest says %s".formatted(digest, file.sha256()));
        }
    }

    /// A whole object, decrypted if it is encrypted.
    ///
    /// @throws KalendsException ARCHIVE_KEY besides
    void plain(Manifest manifest, DataFile file, String folder, Path into) {
        Encryption encryption = manifest.encryption();
        if (encryption == null) {
            fetch(folder, file, into);
            return;
        }
        Path object = into.resolveSibling(into.getFileName() + ".sealed");
        fetch(folder, file, object);
        keys.open(wrapped(encryption)).decrypt(object, into, folder + "/" + file.name());
        Workspace.remove(object);
    }

    static WrappedKey wrapped(Encryption encryption) {
        return new WrappedKey(encryption.method(), encryption.keyId(), encryption.wrappedKey());
    }

    /// A part of an object, which has no digest to be compared with.
    ///
    /// @throws KalendsException ARCHIVE_DAMAGED if the object has another size
    byte[] range(String folder, DataFile file, long from, int bytes) {
        String key = folder + "/" + file.name();
        try {
            return store.range(key, from, bytes);
        } catch (KalendsException e) {
            if (e.code() != FailureCode.STORE_FAILED) {
                throw e;
            }
            ObjectStore.Stored stored = store.find(key);
            if (stored == null || stored.bytes() == file.bytes()) {
                throw e;
            }
            throw otherSize(key, stored.bytes(), file);
        }
    }

    private static KalendsException otherSize(String key, long bytes, DataFile file) {
        return damaged(key, "has %d bytes, its manifest says %d".formatted(bytes, file.bytes()));
    }

    static KalendsException damaged(String object, String difference) {
        return new KalendsException(
                FailureCode.ARCHIVE_DAMAGED,
                "%s %s.".formatted(object, difference),
                "Nothing was changed.",
                "Bring the object back from a version or a replica of the store.");
    }
}
