package dev.kalends.app;

import dev.kalends.archive.StoreArchive;
import dev.kalends.archive.seal.KeyRing;
import dev.kalends.config.ArchiveConfig;
import dev.kalends.config.Config;
import dev.kalends.execute.PartitionArchive;
import dev.kalends.pg.Session;
import dev.kalends.sql.QualifiedName;
import dev.kalends.store.ObjectStore;
import dev.kalends.store.Stores;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The archive that a configuration names, opened when it is first needed: most ticks need none.
public final class ArchiveAccess implements PartitionArchive, AutoCloseable {
    private final ArchiveConfig config;
    private final Path folder;
    private final Clock clock;
    private final String program;
    private @Nullable ObjectStore store;
    private @Nullable StoreArchive archive;

    /// @param folder where a relative `file:` begins: that of `kalends.yaml`
    /// @param program version of Kalends
    public ArchiveAccess(Config config, Path folder, Clock clock, String program) {
        ArchiveConfig given = config.archive();
        this.config = given == null ? ArchiveConfig.defaults() : given;
        this.folder = folder;
        this.clock = clock;
        this.program = program;
    }

    /// Where it is, for people.
    public String name() {
        return config.store();
    }

    /// Throws CONFIGURATION for a key that is none, STORE_FAILED if the store cannot be opened.
    public synchronized StoreArchive open() {
        StoreArchive opened = archive;
        if (opened == null) {
            ObjectStore place = Stores.open(config, folder);
            store = place;
            opened =
                    new StoreArchive(
                            place,
                            KeyRing.of(config),
                            StoreArchive.Settings.of(config.compression(), program, clock));
            archive = opened;
        }
        return opened;
    }

    /// The store itself.
    synchronized ObjectStore store() {
        open();
        return Objects.requireNonNull(store);
    }

    @Override
    public Copy export(Session session, Subject subject) {
        return open().export(session, subject);
    }

    @Override
    public Loaded load(Session session, String location, QualifiedName into) {
        return open().load(session, location, into);
    }

    @Override
    public List<String> columns(String location) {
        return open().columns(location);
    }

    @Override
    public void discard(String location) {
        open().discard(location);
    }

    @Override
    public synchronized void close() {
        if (store != null) {
            store.close();
        }
    }
}
