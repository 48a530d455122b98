package dev.kalends.archive.iceberg;

import dev.kalends.failure.FailureCode;
import dev.kalends.failure.KalendsException;
import dev.kalends.store.ObjectStore;
import java.util.List;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.io.PositionOutputStream;
import org.apache.iceberg.io.SeekableInputStream;

/// Metadata files of Iceberg tables as objects of the archive's store. Archived partitions lie in
/// the same store and are never read, written or deleted here.
final class StoreFiles implements FileIO {
    private static final long serialVersionUID = 1L;

    /// Folder of all metadata, in the store.
    static final String FOLDER = "iceberg/";

    private static final int BYTES_MAX = 256 << 20;

    private final transient ObjectStore store;

    StoreFiles(ObjectStore store) {
        this.store = store;
    }

    /// Where other engines find an object.
    String location(String key) {
        return store.address() + "/" + key;
    }

    /// @throws IllegalArgumentException if it is no object of the metadata
    private String key(String location) {
        String root = location(FOLDER);
        if (!location.startsWith(root)) {
            throw new IllegalArgumentException(
                    "Not a metadata file of this archive: %s".formatted(location));
        }
        return FOLDER + location.substring(root.length());
    }

    /// Locations of the metadata files in a folder.
    List<String> list(String folder) {
        return store.list(key(folder)).stream().map(each -> location(each.key())).toList();
    }

    @Override
    public InputFile newInputFile(String location) {
        return new Input(location, key(location));
    }

    @Override
    public OutputFile newOutputFile(String location) {
        return new Output(location, key(location));
    }

    @Override
    public void deleteFile(String location) {
        store.delete(List.of(key(location)));
    }

    private final class Input implements InputFile {
        private final String location;
        private final String key;

        Input(String location, String key) {
            this.location = location;
            this.key = key;
        }

        @Override
        public long getLength() {
            ObjectStore.Stored found = store.find(key);
            if (found == null) {
                throw new NotFoundException("No such object: %s", location);
            }
            return found.bytes();
        }

        @Override
        public SeekableInputStream newStream() {
            try {
                return new MemoryInput(store.read(key, BYTES_MAX));
            } catch (KalendsException e) {
                if (e.code() == FailureCode.OBJECT_MISSING) {
                    // Anything else would be tried again for minutes.
                    throw new NotFoundException(e, "No such object: %s", location);
                }
                throw e;
            }
        }

        @Override
        public String location() {
            return location;
        }

        @Override
        public boolean exists() {
            return store.find(key) != null;
        }
    }

    private final class Output implements OutputFile {
        private final String location;
        private final String key;

        Output(String location, String key) {
            this.location = location;
            this.key = key;
        }

        @Override
        public PositionOutputStream create() {
            return new MemoryOutput(content -> store.put(key, content));
        }

        /// Names have a random part, so nothing is ever overwritten.
        @Override
        public PositionOutputStream createOrOverwrite() {
            return create();
        }

        @Override
        public String location() {
            return location;
        }

        @Override
        public InputFile toInputFile() {
            return new Input(location, key);
        }
    }
}
