package dev.kalends.archive.cold;

import dev.kalends.store.ObjectStore;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// Counts the bytes that are read.
final class CountingStore implements ObjectStore {
    private final ObjectStore store;
    private final AtomicLong bytes = new AtomicLong();

    CountingStore(ObjectStore store) {
        this.store = store;
    }

    /// Since the last call.
    long bytes() {
        return bytes.getAndSet(0);
    }

    @Override
    public String address() {
        return store.address();
    }

    @Override
    public String name() {
        return store.name();
    }

    @Override
    public Stored put(String key, Path file) {
        return store.put(key, file);
    }

    @Override
    public Stored put(String key, byte[] content) {
        return store.put(key, content);
    }

    @Override
    public void get(String key, Path into) {
        bytes.addAndGet(Objects.requireNonNull(store.find(key), key).bytes());
        store.get(key, into);
    }

    @Override
    public byte[] read(String key, int bytesMax) {
        byte[] content = store.read(key, bytesMax);
        bytes.addAndGet(content.length);
        return content;
    }

    @Override
    public byte[] range(String key, long from, int length) {
        bytes.addAndGet(length);
        return store.range(key, from, length);
    }

    @Override
    public @Nullable Stored find(String key) {
        return store.find(key);
    }

    @Override
    public List<Stored> list(String prefix) {
        return store.list(prefix);
    }

    @Override
    public void delete(Collection<String> keys) {
        store.delete(keys);
    }

    @Override
    public void close() {
        store.close();
    }
}
