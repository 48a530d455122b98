package dev.kalends.carry;

import dev.kalends.catalog.MaterializedView;
import dev.kalends.catalog.Trigger;
import dev.kalends.catalog.Trigger.Trait;
import dev.kalends.plan.MigrationSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/// What the application will find different about things that are carried over.
public final class Consequences {
    private Consequences() {}

    /// One sentence each.
    public static List<String> of(MigrationSpec spec) {
        List<String> all = new ArrayList<>();
        String before =
                triggers(
                        spec,
                        traits -> traits.contains(Trait.BEFORE) && traits.contains(Trait.INSERT));
        if (!before.isEmpty()) {
            all.add(
                    "Before an insert %s must not change %s so that the row belongs to another partition: the server refuses it."
                            .formatted(before, spec.key()));
        }
        String moved =
                triggers(
                        spec,
                        traits ->
                                traits.contains(Trait.INSERT)
                                        || traits.contains(Trait.UPDATE)
                                        || traits.contains(Trait.DELETE));
        if (!moved.isEmpty()) {
            all.add(
                    "An update that moves a row to another partition fires the row triggers of a DELETE and an INSERT, not"
                            + " those AFTER UPDATE: "
                            + moved
                            + ".");
        }
        for (MaterializedView view : spec.source().carried().materializedViews()) {
            all.add(
                    "Materialized view %s will have the content of just before READY_TO_SWITCH: refresh it after the switch where that is too old."
                            .formatted(view.name()));
        }
        return all;
    }

    private static String triggers(MigrationSpec spec, Predicate<Set<Trait>> concerned) {
        return spec.source().carried().triggers().stream()
                .filter(trigger -> trigger.firing() != Trigger.Firing.DISABLED)
                .filter(trigger -> trigger.traits().contains(Trait.ROW))
                .filter(trigger -> concerned.test(trigger.traits()))
                .map(trigger -> "trigger " + trigger.name())
                .collect(Collectors.joining(", "));
    }
}
