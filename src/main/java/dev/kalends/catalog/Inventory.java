package dev.kalends.catalog;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// Everything a table carries, and so the fingerprint by which a change made by somebody else is
/// seen and named.
public record Inventory(List<Feature> features) {
    public Inventory {
        features = List.copyOf(features);
    }

    public List<Feature> of(Collection<FeatureKind> kinds) {
        return features.stream().filter(feature -> kinds.contains(feature.kind())).toList();
    }

    /// What differs in `later`, one sentence each; empty when nothing does.
    public List<String> changesTo(Inventory later) {
        Set<Feature> before = new LinkedHashSet<>(features);
        Set<Feature> after = new LinkedHashSet<>(later.features);
        List<String> changes = new ArrayList<>();
        for (Feature feature : after) {
            if (!before.contains(feature)) {
                changes.add("now has " + feature);
            }
        }
        for (Feature feature : before) {
            if (!after.contains(feature)) {
                changes.add("no longer has " + feature);
            }
        }
        return changes;
    }
}
