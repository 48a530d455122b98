package dev.kalends.migrate;

import dev.kalends.catalog.ForeignKey;
import dev.kalends.catalog.Index;
import dev.kalends.catalog.TableFacts;
import dev.kalends.config.ContractConfig;
import dev.kalends.config.PartitionConfig;
import dev.kalends.plan.Contract;
import dev.kalends.plan.Contract.Direction;
import dev.kalends.plan.Contract.Place;
import dev.kalends.plan.Contract.Reference;
import dev.kalends.plan.Contract.ReferenceWay;
import dev.kalends.plan.Contract.UniqueKey;
import dev.kalends.plan.Contract.UniqueWay;
import dev.kalends.plan.MigrationNames;
import dev.kalends.plan.Scheme;
import dev.kalends.sql.Identifier;
import dev.kalends.sql.QualifiedName;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Decides what becomes of unique keys and foreign keys, or asks.
public final class ContractPlanner {
    /// Another table of the same migration.
    ///
    /// @param keys the partition keys of both levels
    /// @param strays whether it has a default partition
    public record Partner(
            TableFacts facts,
            ContractConfig wish,
            Scheme scheme,
            List<Identifier> keys,
            PartitionConfig.Strays strays) {
        QualifiedName table() {
            return facts.name();
        }
    }

    private final TableFacts table;
    private final ContractConfig wish;
    private final Scheme scheme;
    private final PartitionConfig.Strays strays;
    private final List<Identifier> partitionKeys;
    private final int version;
    private final List<Partner> partners;
    private final List<String> problems = new ArrayList<>();
    private Contract.Moves moves = Contract.Moves.ALLOWED;

    ContractPlanner(
            TableFacts table,
            ContractConfig wish,
            Scheme scheme,
            List<Identifier> partitionKeys,
            PartitionConfig.Strays strays,
            int version,
            List<Partner> partners) {
        this.table = table;
        this.strays = strays;
        this.wish = wish;
        this.scheme = scheme;
        this.partitionKeys = partitionKeys;
        this.version = version;
        this.partners = partners;
    }

    /// What the answers to all questions give; look at [#problems] first.
    Contract contract() {
        List<UniqueKey> uniques = uniques();
        refuseUnknownKeys(uniques);
        List<Reference> references = new ArrayList<>();
        for (ForeignKey key : table.foreignKeys()) {
            references.add(
                    key.referenced().equals(table.name())
                            ? inward(key, Direction.SELF, uniques)
                            : outward(key));
        }
        for (ForeignKey key : table.incoming()) {
            references.add(inward(key, Direction.IN, uniques));
        }
        return new Contract(uniques, references, moves);
    }

    /// One sentence for each question that the configuration leaves open.
    List<String> problems() {
        return problems;
    }

    private List<UniqueKey> uniques() {
        List<UniqueKey> uniques = new ArrayList<>();
        for (Index index : table.indexes()) {
            if (index.kind() != Index.Kind.PLAIN && index.kind() != Index.Kind.EXCLUSION) {
                uniques.add(new UniqueKey(index, way(index)));
            }
        }
        return uniques;
    }

    private UniqueWay way(Index index) {
        if (new HashSet<>(index.columns()).containsAll(partitionKeys) && !index.hasExpressions()) {
            return UniqueWay.KEPT;
        }
        ContractConfig.Unique wanted = wish.unique(index.columns());
        if (wanted == null && index.kind() == Index.Kind.PRIMARY_KEY) {
            return UniqueWay.COMPOSITE;
        }
        if (wanted == null) {
            problems.add(
                    "unique key %s (%s) lacks the partition key: say what becomes of it, unique: {\"%s\": guard} keeps it unique, composite and drop do not"
                            .formatted(index.name(), join(index.columns()), join(index.columns())));
            return UniqueWay.COMPOSITE;
        }
        return switch (wanted) {
            case COMPOSITE -> UniqueWay.COMPOSITE;
            case DROP -> {
                if (index.kind() == Index.Kind.PRIMARY_KEY) {
                    problems.add(
                            "the primary key cannot be dropped: unique: {\"%s\": composite} or guard"
                                    .formatted(join(index.columns())));
                }
                yield UniqueWay.DROP;
            }
            case GUARD -> guard(index);
        };
    }

    private UniqueWay guard(Index index) {
        boolean nullsEqual = index.definition().contains("NULLS NOT DISTINCT");
        if (index.hasExpressions() || index.isPartial() || nullsEqual) {
            problems.add(
                    "unique index %s cannot be guarded, because it has %s: choose composite or drop"
                            .formatted(
                                    index.name(),
                                    index.isPartial()
                                            ? "a WHERE condition"
                                            : nullsEqual ? "NULLS NOT DISTINCT" : "expressions"));
        }
        return UniqueWay.GUARD;
    }

    private void refuseUnknownKeys(List<UniqueKey> uniques) {
        for (Set<Identifier> named : wish.uniques().keySet()) {
            boolean known =
                    uniques.stream()
                            .anyMatch(each -> Set.copyOf(each.index().columns()).equals(named));
            if (!known) {
                problems.add(
                        "unique: there is no unique key on (%s); there are: %s"
                                .formatted(
                                        named.stream()
                                                .map(Identifier::display)
                                                .sorted()
                                                .collect(Collectors.joining(", ")),
                                        uniques.stream()
                                                .map(each ->
                                                        "(" + join(each.index().columns()) + ")")
                                                .collect(Collectors.joining(", "))));
            }
        }
    }

    private Reference outward(ForeignKey key) {
        Partner partner = partner(key.referenced());
        if (wish.references() == ContractConfig.References.PAIRED) {
            if (partner == null && !anyPartner()) {
                problems.add(
                        "references: paired takes the table and %s into one migration: kalends migrate %s %s"
                                .formatted(key.referenced(), key.referenced(), table.name()));
            } else if (partner != null && pairs(key, partner)) {
                return pairedReference(key, partner);
            } else if (partner != null && !anyPaired()) {
                problems.add(
                        "foreign key %s cannot be paired, because it does not lead from partition key to partition key: %s and %s are not cut alike"
                                .formatted(key.name(), table.name(), key.referenced()));
            }
        }
        if (partner == null) {
            return new Reference(
                    key, Direction.OUT, ReferenceWay.KEPT, Place.LEAVES, key.referenced(), null);
        }
        // What the other table will have is known from its own plan.
        ContractPlanner other =
                new ContractPlanner(
                        partner.facts(),
                        partner.wish(),
                        partner.scheme(),
                        partner.keys(),
                        partner.strays(),
                        version,
                        List.of());
        Reference seen = other.inward(key, Direction.IN, other.uniques());
        problems.addAll(other.problems());
        Place place = version < 18 ? Place.LEAVES : Place.TABLE;
        return new Reference(key, Direction.OUT, seen.way(), place, seen.target(), null);
    }

    private static boolean leads(ForeignKey key, Identifier own, Identifier theirs) {
        int at = key.columns().indexOf(own);
        return at >= 0 && key.referencedColumns().get(at).equals(theirs);
    }

    /// Whether rows that refer to each other lie in partitions of the same bounds.
    private boolean pairs(ForeignKey key, Partner partner) {
        return partitionKeys.size() == 1
                && partner.keys().size() == 1
                && leads(key, partitionKeys.getFirst(), partner.scheme().key());
    }

    /// The same, of another table's key to this one, if that is to be paired.
    private boolean paired(ForeignKey key, Partner child) {
        return child.wish().references() == ContractConfig.References.PAIRED
                && partitionKeys.size() == 1
                && child.keys().size() == 1
                && leads(key, child.scheme().key(), partitionKeys.getFirst());
    }

    private Reference pairedReference(ForeignKey key, Partner partner) {
        if (!partner.scheme().cutsLike(scheme) || partner.strays() != strays) {
            problems.add(
                    "foreign key %s cannot be paired, because %s and %s are not cut alike: give both the same partition.by, every, timeZone, default and the like, and no then"
                            .formatted(key.name(), table.name(), key.referenced()));
        }
        return new Reference(
                key,
                Direction.OUT,
                ReferenceWay.PAIRED,
                Place.LEAVES,
                key.referenced(),
                partner.scheme());
    }

    private boolean anyPartner() {
        return table.foreignKeys().stream()
                .filter(key -> !key.referenced().equals(table.name()))
                .anyMatch(key -> partner(key.referenced()) != null);
    }

    private boolean anyPaired() {
        return table.foreignKeys().stream()
                .anyMatch(key -> {
                    Partner other = partner(key.referenced());
                    return other != null && pairs(key, other);
                });
    }

    private @Nullable Partner partner(QualifiedName name) {
        return partners.stream().filter(each -> each.table().equals(name)).findFirst().orElse(null);
    }

    private Reference inward(ForeignKey key, Direction direction, List<UniqueKey> uniques) {
        UniqueKey unique = referenced(key, uniques);
        Partner child = direction == Direction.IN ? partner(key.referencing()) : null;
        boolean kept = unique != null && unique.way() == UniqueWay.KEPT;
        if ((child != null && paired(key, child)) || (kept && version < 15)) {
            moves = Contract.Moves.REFUSED;
        }
        boolean partitioned = direction == Direction.SELF || !key.leaves().isEmpty();
        Place place = partitioned && version < 18 ? Place.LEAVES : Place.TABLE;
        if (child != null) {
            // That table is converted in the same migration, and brings the key itself.
            return new Reference(
                    key, direction, ReferenceWay.THEIRS, place, key.referenced(), null);
        }
        if (kept) {
            return new Reference(key, direction, ReferenceWay.KEPT, place, key.referenced(), null);
        }
        ContractConfig.References wanted = wish.references();
        boolean dropped = wanted == ContractConfig.References.DROP;
        if (unique != null && unique.way() == UniqueWay.GUARD && !dropped) {
            return new Reference(
                    key, direction, ReferenceWay.GUARD, place, guardOf(unique.index()), null);
        }
        if (!dropped) {
            problems.add(question(key, wanted));
        }
        return new Reference(key, direction, ReferenceWay.DROP, place, key.referenced(), null);
    }

    private String question(ForeignKey key, ContractConfig.@Nullable References wanted) {
        String columns = join(key.referencedColumns());
        String what =
                "foreign key %s of %s points at (%s), which will not be unique in the partitioned table"
                        .formatted(key.name(), key.referencing(), columns);
        if (wanted == ContractConfig.References.CARRY) {
            return what
                    + ": carry would need a column for the partition key in "
                    + key.referencing()
                    + " that the application writes, and costs three times as much per row as a reference to a guard; use references: guard";
        }
        return what
                + ": unique: {\"%s\": guard} with references: guard keeps it, references: drop gives it up"
                        .formatted(columns);
    }

    private static @Nullable UniqueKey referenced(ForeignKey key, List<UniqueKey> uniques) {
        Set<Identifier> columns = Set.copyOf(key.referencedColumns());
        return uniques.stream()
                .filter(each -> Set.copyOf(each.index().columns()).equals(columns))
                .filter(each -> !each.index().isPartial() && !each.index().hasExpressions())
                .findFirst()
                .orElse(null);
    }

    private QualifiedName guardOf(Index index) {
        return new MigrationNames(table.oid(), table.name()).guard(index);
    }

    private static String join(List<Identifier> columns) {
        return columns.stream().map(Identifier::display).collect(Collectors.joining(", "));
    }
}
