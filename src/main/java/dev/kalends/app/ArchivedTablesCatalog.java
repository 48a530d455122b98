package dev.kalends.app;

import dev.kalends.archive.ArchivedRows;
import dev.kalends.archive.StoreArchive;
import dev.kalends.journal.Archives;
import dev.kalends.pg.PgException;
import dev.kalends.pg.Session;
import dev.kalends.pg.Target;
import dev.kalends.wire.Tables;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Archived partitions as tables, by their numbers in the journal: a number stays when the objects
/// are written anew.
final class ArchivedTablesCatalog implements Tables, AutoCloseable {
    private static final String SCHEMA = "archive";
    private static final int KNOWN_MAX = 2000;
    private static final int ROW_BYTES_MAX = 1 << 20;

    private final Target target;
    private final ArchiveAccess archive;
    private @Nullable Session session;

    /// Columns by location, which never change.
    private final Map<String, List<String>> columns =
            new LinkedHashMap<>(16, 0.75f, /* accessOrder= */ true) {
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.Entry<String, List<String>> eldest) {
                    return size() > KNOWN_MAX;
                }
            };

    ArchivedTablesCatalog(Target target, ArchiveAccess archive) {
        this.target = target;
        this.archive = archive;
    }

    @Override
    public @Nullable Table find(String schema, String name) {
        if (!schema.equals(SCHEMA) || !name.matches("[0-9]{1,18}")) {
            return null;
        }
        Archives.Located located = located(Long.parseLong(name));
        return located == null ? null : new Archived(located, columns(located.location()));
    }

    private synchronized Archives.@Nullable Located located(long id) {
        try {
            return Archives.located(open(), id);
        } catch (PgException e) {
            if (!e.connectionLost()) {
                throw e;
            }
            // The server was restarted, perhaps.
            close();
            return Archives.located(open(), id);
        }
    }

    private Session open() {
        Session open = session;
        if (open == null) {
            open = Session.open(target, "archive view");
            session = open;
        }
        return open;
    }

    private List<String> columns(String location) {
        synchronized (columns) {
            List<String> known = columns.get(location);
            if (known != null) {
                return known;
            }
        }
        // Not under the lock: a store may take its time.
        List<String> read = archive.columns(location);
        synchronized (columns) {
            columns.put(location, read);
        }
        return read;
    }

    @Override
    public synchronized void close() {
        Session open = session;
        session = null;
        if (open != null) {
            open.close();
        }
    }

    private final class Archived implements Table {
        private final Archives.Located located;
        private final List<String> columns;

        Archived(Archives.Located located, List<String> columns) {
            this.located = located;
            this.columns = columns;
        }

        @Override
        public List<String> columns() {
            return columns;
        }

        @Override
        public long rows() {
            return located.rows();
        }

        @Override
        public int rowBytes() {
            return Math.clamp(located.liveBytes() / Math.max(1, located.rows()), 1, ROW_BYTES_MAX);
        }

        @Override
        public Rows read(List<String> wanted) {
            StoreArchive store = archive.open();
            return new Reading(
                    store.read(store.manifest(located.location()), located.location(), wanted));
        }
    }

    private record Reading(ArchivedRows rows) implements Rows {
        @Override
        public boolean next() {
            return rows.next();
        }

        @Override
        public @Nullable ByteBuffer field(int column) {
            return rows.field(column);
        }

        @Override
        public void close() {
            rows.close();
        }
    }
}
