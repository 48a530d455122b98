package dev.kalends.demo.messaging;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// What became of the rows of every table.
///
/// @param byTable by the table's name in the catalog, as in "Message"
public record Verdicts(Map<String, Verdict> byTable) {
    public Verdicts {
        byTable = Map.copyOf(byTable);
    }

    public Verdict of(String table) {
        Verdict verdict = byTable.get(table);
        if (verdict == null) {
            throw new IllegalArgumentException("No table " + table);
        }
        return verdict;
    }

    public boolean clean() {
        return byTable.values().stream().allMatch(Verdict::clean);
    }

    /// The first findings of each table in words, such as `Message: lost c…: a client wrote it`.
    public List<String> samples() {
        return new TreeMap<>(byTable)
                .entrySet().stream()
                        .flatMap(each ->
                                each.getValue().samples().stream()
                                        .map(sample -> each.getKey() + ": " + sample))
                        .toList();
    }
}
