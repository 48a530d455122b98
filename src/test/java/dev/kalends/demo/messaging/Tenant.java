package dev.kalends.demo.messaging;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/// What the tables must hold of one church. Only one client at a time writes for a church, so that
/// the order of its writes is known; only that client uses this object, or the judge when no client
/// runs.
final class Tenant {
    private final WorldRow church;
    private final Map<WorldTable, Rows> tables = new EnumMap<>(WorldTable.class);
    private final Map<WorldLink, Map<String, Set<String>>> children =
            new EnumMap<>(WorldLink.class);
    private final Map<WorldTable, Map<String, List<RowChange>>> doubts =
            new EnumMap<>(WorldTable.class);

    /// One table's rows, from which one can be drawn.
    private static final class Rows {
        private final Map<String, WorldRow> byId = new HashMap<>();
        private final Map<String, Integer> places = new HashMap<>();
        private final List<String> ids = new ArrayList<>();
        private final Set<String> deleted = new HashSet<>();

        void put(WorldRow row) {
            if (byId.put(row.id(), row) == null) {
                places.put(row.id(), ids.size());
                ids.add(row.id());
            }
        }

        void remove(String id) {
            Integer place = places.remove(id);
            if (place != null) {
                byId.remove(id);
                deleted.add(id);
                String last = ids.removeLast();
                if (!last.equals(id)) {
                    ids.set(place, last);
                    places.put(last, place);
                }
            }
        }
    }

    Tenant(WorldRow church) {
        this.church = church;
        for (WorldTable table : WorldTable.values()) {
            tables.put(table, new Rows());
            doubts.put(table, new HashMap<>());
        }
        for (WorldLink link : WorldLink.values()) {
            children.put(link, new HashMap<>());
        }
        put(church);
    }

    String churchId() {
        return church.id();
    }

    /// Any row of a table; null if there is none.
    @Nullable WorldRow any(WorldTable table, SplittableRandom random) {
        Rows rows = rows(table);
        return rows.ids.isEmpty()
                ? null
                : rows.byId.get(rows.ids.get(random.nextInt(rows.ids.size())));
    }

    @Nullable WorldRow find(WorldTable table, String id) {
        return rows(table).byId.get(id);
    }

    List<WorldRow> all(WorldTable table) {
        return List.copyOf(rows(table).byId.values());
    }

    List<WorldRow> children(WorldLink link, String parentId) {
        List<WorldRow> found = new ArrayList<>();
        for (String id : childIds(link).getOrDefault(parentId, Set.of())) {
            WorldRow row = find(link.child(), id);
            if (row != null) {
                found.add(row);
            }
        }
        return found;
    }

    boolean wasDeleted(WorldTable table, String id) {
        return rows(table).deleted.contains(id);
    }

    /// Changes of unknown outcome, by the id of the row.
    Map<String, List<RowChange>> doubts(WorldTable table) {
        return doubts.computeIfAbsent(table, absent -> new HashMap<>());
    }

    void put(WorldRow row) {
        unlink(row.table(), row.id());
        rows(row.table()).put(row);
        for (WorldLink link : WorldLink.from(row.table())) {
            String parent = row.value(link.column());
            if (parent != null) {
                childIds(link)
                        .computeIfAbsent(parent, absent -> new LinkedHashSet<>())
                        .add(row.id());
            }
        }
    }

    /// Enters what the server acknowledged.
    void apply(Changes changes) {
        for (RowChange change : changes.rows()) {
            WorldRow after = change.after();
            if (after != null) {
                put(after);
            } else {
                unlink(change.table(), change.id());
                rows(change.table()).remove(change.id());
            }
        }
    }

    /// Accepts from now on each row as it was and as it would be.
    void doubt(Changes changes) {
        for (RowChange change : changes.rows()) {
            doubts(change.table())
                    .computeIfAbsent(change.id(), absent -> new ArrayList<>())
                    .add(change);
        }
    }

    private void unlink(WorldTable table, String id) {
        WorldRow row = find(table, id);
        if (row == null) {
            return;
        }
        for (WorldLink link : WorldLink.from(table)) {
            String parent = row.value(link.column());
            if (parent != null) {
                childIds(link).getOrDefault(parent, new HashSet<>()).remove(id);
            }
        }
    }

    private Rows rows(WorldTable table) {
        return tables.computeIfAbsent(table, absent -> new Rows());
    }

    private Map<String, Set<String>> childIds(WorldLink link) {
        return children.computeIfAbsent(link, absent -> new HashMap<>());
    }
}
