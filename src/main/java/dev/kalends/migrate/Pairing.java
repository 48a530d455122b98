package dev.kalends.migrate;

import dev.kalends.journal.Journal;
import dev.kalends.journal.Leaf;
import dev.kalends.plan.Bounds;
import dev.kalends.plan.Contract.Direction;
import dev.kalends.plan.Contract.Reference;
import dev.kalends.plan.Contract.ReferenceWay;
import dev.kalends.plan.Partition;
import dev.kalends.sql.QualifiedName;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Tables whose partitions are paired have the same bounds: what one got while it ran, for rows
/// that nobody expected, the other gets before the switch.
final class Pairing {
    private final List<Work> works;

    Pairing(List<Work> works) {
        this.works = works;
    }

    void level() {
        for (Work child : works) {
            for (Reference reference : child.spec().contract().references(Direction.OUT)) {
                if (reference.way() == ReferenceWay.PAIRED) {
                    Work parent = work(reference.key().referenced());
                    level(child, parent);
                    level(parent, child);
                }
            }
        }
    }

    private Work work(QualifiedName table) {
        return works.stream()
                .filter(each -> each.spec().table().equals(table))
                .findFirst()
                .orElseThrow(() ->
                        new IllegalStateException(
                                table + " is paired and not part of the migration"));
    }

    private static void level(Work from, Work to) {
        Set<Bounds> there = new HashSet<>();
        Journal.leaves(to.session(), to.id()).forEach(leaf -> there.add(leaf.partition().bounds()));
        for (Leaf leaf : Journal.leaves(from.session(), from.id())) {
            if (!there.contains(leaf.partition().bounds())) {
                Partition missing =
                        References.partner(to.spec().scheme(), to.spec().table(), leaf.partition());
                new PartitionMaker(to).make(to.session(), missing, PartitionMaker.Indexes.NOW);
            }
        }
    }
}
