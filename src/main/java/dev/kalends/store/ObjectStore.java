package dev.kalends.store;

import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A place for objects. Keys are paths with `/` between their segments, relative to the place; an
/// object is written once and never changed. Safe for several threads.
///
/// Every method throws `KalendsException`: STORE_FAILED if the store cannot be reached, refuses or
/// breaks off after the retries it allows itself, OBJECT_MISSING if there is no such object,
/// OBJECT_EXISTS if one of that key is there already, ARCHIVE_DAMAGED if the store itself can tell
/// that an object's bytes are not those that were written.
public interface ObjectStore extends AutoCloseable {
    /// An object.
    record Stored(String key, long bytes) {}

    /// For people: `s3://bucket/prefix`, or a folder.
    String name();

    /// Where it is, as other programs name it: `s3://bucket/prefix` or `file:/folder`, without a
    /// slash at the end. An object's address is this, a slash and its key.
    String address();

    /// Writes a file as a new object. It is there wholly or not at all; of two writers one wins and
    /// the other gets OBJECT_EXISTS. Nothing of a failed upload is left.
    Stored put(String key, Path file);

    /// Writes a small object, under the same promise.
    Stored put(String key, byte[] content);

    /// Reads a whole object into a file, which is made or replaced.
    void get(String key, Path into);

    /// Reads a small object.
    ///
    /// @param bytesMax more than that is STORE_FAILED
    byte[] read(String key, int bytesMax);

    /// Reads a part of an object.
    ///
    /// @param from first byte, counted from 0
    byte[] range(String key, long from, int bytes);

    /// Looks an object up.
    ///
    /// @return null if there is none
    @Nullable Stored find(String key);

    /// All objects whose keys begin with a prefix, in the order of their keys.
    List<Stored> list(String prefix);

    /// Deletes objects; those that are not there are no error.
    void delete(Collection<String> keys);

    @Override
    void close();
}
