package dev.kalends.demo.messaging;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Compares the rows of one table, shown one by one, with the ledger.
final class WorldJudge {
    private static final int SAMPLES_MAX = 20;

    private final WorldTable table;
    private final List<Tenant> tenants;
    private final Map<String, WorldRow> expected = new HashMap<>();
    private final Map<String, List<RowChange>> doubts = new HashMap<>();
    private final Set<String> seen = new HashSet<>();
    private final List<String> samples = new ArrayList<>();
    private long rows;
    private long lost;
    private long doubled;
    private long different;
    private long unexpected;

    WorldJudge(WorldTable table, List<Tenant> tenants) {
        this.table = table;
        this.tenants = List.copyOf(tenants);
        for (Tenant tenant : tenants) {
            tenant.all(table).forEach(row -> expected.put(row.id(), row));
            doubts.putAll(tenant.doubts(table));
        }
    }

    void see(WorldRow row) {
        rows++;
        String id = row.id();
        Collection<WorldRow> accepted = accepted(id);
        if (!seen.add(id)) {
            doubled++;
            sample("doubled", id, "it is there more than once");
        } else if (accepted.isEmpty()) {
            unexpected++;
            boolean deleted = tenants.stream().anyMatch(each -> each.wasDeleted(table, id));
            sample("unexpected", id, deleted ? "it was deleted" : "nobody wrote it");
        } else if (!accepted.contains(row)) {
            different++;
            sample("different", id, "in " + accepted.iterator().next().differences(row));
        }
    }

    Verdict verdict(long acknowledgedWrites) {
        for (String id : expected.keySet()) {
            if (!seen.contains(id) && !mayBeAbsent(id)) {
                lost++;
                sample("lost", id, "it was written and not deleted");
            }
        }
        return new Verdict(
                rows,
                lost,
                doubled,
                different,
                unexpected,
                acknowledgedWrites,
                List.copyOf(samples));
    }

    /// The contents the row may have; none if it must not be there.
    private Collection<WorldRow> accepted(String id) {
        List<WorldRow> accepted = new ArrayList<>();
        add(accepted, expected.get(id));
        for (RowChange doubt : doubts.getOrDefault(id, List.of())) {
            add(accepted, doubt.before());
            add(accepted, doubt.after());
        }
        return accepted;
    }

    private boolean mayBeAbsent(String id) {
        return doubts.getOrDefault(id, List.of()).stream()
                .anyMatch(doubt -> doubt.before() == null || doubt.after() == null);
    }

    private static void add(List<WorldRow> rows, @Nullable WorldRow row) {
        if (row != null && rows.stream().noneMatch(each -> Objects.equals(each, row))) {
            rows.add(row);
        }
    }

    private void sample(String finding, String id, String detail) {
        if (samples.size() < SAMPLES_MAX) {
            samples.add(finding + " " + id + ": " + detail);
        }
    }
}
