package dev.kalends.store;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class DirectoryStoreTest implements ObjectStoreContract {
    @TempDir private Path root;

    @Override
    public ObjectStore open() {
        return new DirectoryStore(root.resolve("archive"));
    }

    @Override
    public int partBytes() {
        return 100_000;
    }
}
