package dev.kalends.store;

import dev.kalends.config.ArchiveConfig;
import java.nio.file.Path;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;

/// Opens the store that a configuration names.
public final class Stores {
    private static final String FILE = "file:";

    private Stores() {}

    /// Credentials of an S3 store come from where the AWS SDK looks for them.
    ///
    /// @param folder where a relative path of `file:` begins: that of `kalends.yaml`
    public static ObjectStore open(ArchiveConfig config, Path folder) {
        String store = config.store();
        return store.startsWith(FILE)
                ? new DirectoryStore(folder.resolve(store.substring(FILE.length())))
                : S3Store.open(config, DefaultCredentialsProvider.builder().build());
    }
}
