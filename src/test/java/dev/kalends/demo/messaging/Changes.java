package dev.kalends.demo.messaging;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What one transaction does to a church's rows, with what the foreign keys add to it.
final class Changes {
    private final Tenant tenant;
    private final Map<Key, RowChange> rows = new LinkedHashMap<>();

    private record Key(WorldTable table, String id) {}

    Changes(Tenant tenant) {
        this.tenant = tenant;
    }

    Tenant tenant() {
        return tenant;
    }

    Collection<RowChange> rows() {
        return List.copyOf(rows.values());
    }

    /// Inserts or updates a row.
    void put(WorldRow row) {
        set(row.table(), row.id(), row);
    }

    /// Deletes a row, with the cascades.
    void delete(WorldTable table, String id) {
        set(table, id, null);
        for (WorldLink link : WorldLink.to(table)) {
            for (WorldRow child : tenant.children(link, id)) {
                if (isDeleted(child)) {
                    continue;
                }
                switch (link.parentDeleted()) {
                    case CASCADE -> delete(child.table(), child.id());
                    case SET_NULL -> put(present(child).with(link.column(), null));
                }
            }
        }
    }

    private boolean isDeleted(WorldRow row) {
        RowChange change = rows.get(new Key(row.table(), row.id()));
        return change != null && change.after() == null;
    }

    private WorldRow present(WorldRow row) {
        RowChange change = rows.get(new Key(row.table(), row.id()));
        WorldRow after = change == null ? null : change.after();
        return after == null ? row : after;
    }

    private void set(WorldTable table, String id, @Nullable WorldRow after) {
        rows.put(new Key(table, id), new RowChange(table, id, tenant.find(table, id), after));
    }
}
