package dev.kalends.migrate;

import dev.kalends.catalog.ForeignKey;
import dev.kalends.config.PartitionConfig;
import dev.kalends.journal.Journal;
import dev.kalends.journal.Leaf;
import dev.kalends.migrate.ContractPlanner.Partner;
import dev.kalends.plan.Bounds;
import dev.kalends.plan.Contract.Direction;
import dev.kalends.plan.Contract.Reference;
import dev.kalends.plan.Contract.ReferenceWay;
import dev.kalends.plan.Partition;
import dev.kalends.plan.Scheme;
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

    /// Whether a foreign key leads from partition key to partition key, so that both rows are in
    /// partitions of the same bounds. Others between the same tables stay as they are.
    static boolean pairs(ForeignKey key, Partner referencing, Partner referenced) {
        int at = key.columns().indexOf(referencing.scheme().key());
        return at >= 0 && key.referencedColumns().get(at).equals(referenced.scheme().key());
    }

    /// Whether two tables are cut so that equal keys are in partitions of equal bounds.
    static boolean alike(Partner one, Partner other) {
        boolean schemes =
                switch (one.scheme()) {
                    case Scheme.TimeRange a when other.scheme() instanceof Scheme.TimeRange b ->
                            a.every() == b.every()
                                    && a.format().equals(b.format())
                                    && a.timeZone().equals(b.timeZone())
                                    && a.collation() == b.collation();
                    case Scheme.NumberRange a when other.scheme() instanceof Scheme.NumberRange b ->
                            a.every() == b.every();
                    case Scheme.Hash a when other.scheme() instanceof Scheme.Hash b ->
                            a.partitions() == b.partitions();
                    case Scheme.Listed a when other.scheme() instanceof Scheme.Listed b ->
                            a.groups().equals(b.groups());
                    default -> false;
                };
        return schemes && strays(one) == strays(other) && oneLevel(one) && oneLevel(other);
    }

    private static PartitionConfig.Strays strays(Partner partner) {
        return switch (partner.wish()) {
            case PartitionConfig.ByTime times -> times.strays();
            case PartitionConfig.ByNumber numbers -> numbers.strays();
            case PartitionConfig.ByList list -> list.strays();
            case PartitionConfig.ByHash _ -> PartitionConfig.Strays.REFUSED;
        };
    }

    private static boolean oneLevel(Partner partner) {
        return !(partner.wish() instanceof PartitionConfig.ByTime times) || times.then() == null;
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
