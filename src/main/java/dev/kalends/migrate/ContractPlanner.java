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
    /// @param scheme how it is cut
    /// @param wish how it is meant to be cut, with what the scheme does not say: whether there is a
    ///   default partition or a second level
    public record Partner(QualifiedName table, Scheme scheme, PartitionConfig wish) {}

    private final TableFacts table;
    private final ContractConfig wish;
    private final List<Identifier> partitionKeys;
    private final int version;
    private final List<Partner> partners;
    private final List<String> problems = new ArrayList<>();

    ContractPlanner(
            TableFacts table,
            ContractConfig wish,
            List<Identifier> partitionKeys,
            int version,
            List<Partner> partners) {
        this.table = table;
        this.wish = wish;
        this.partitionKeys = partitionKeys;
        this.version = version;
        this.partners = partners;
    }

    /// What the answers to all questions give; look at [#problems] first.
    Contract contract() {
        List<UniqueKey> uniques = new ArrayList<>();
        for (Index index : table.indexes()) {
            if (index.kind() != Index.Kind.PLAIN && index.kind() != Index.Kind.EXCLUSION) {
                uniques.add(new UniqueKey(index, way(index)));
            }
        }
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
        return new Contract(uniques, references, moves(references));
    }

    /// One sentence for each question that the configuration leaves open.
    List<String> problems() {
        return problems;
    }

    private Contract.Moves moves(List<Reference> references) {
        boolean refused =
                references.stream()
                        .filter(each -> each.direction() != Direction.OUT)
                        .anyMatch(each ->
                                each.way() == ReferenceWay.PAIRED
                                        || (each.way() == ReferenceWay.KEPT && version < 15));
        return refused ? Contract.Moves.REFUSED : Contract.Moves.ALLOWED;
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
        boolean wanted = wish.references() == ContractConfig.References.PAIRED;
        Partner partner = partner(key.referenced());
        Partner own = partner(table.name());
        if (wanted && partner != null && own != null && Pairing.pairs(key, own, partner)) {
            if (!Pairing.alike(own, partner)) {
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
        if (wanted && partner != null && !anyPaired()) {
            problems.add(
                    "foreign key %s cannot be paired, because it does not lead from partition key to partition key: %s and %s are not cut alike"
                            .formatted(key.name(), table.name(), key.referenced()));
        }
        if (wanted && !anyPartner()) {
            problems.add(
                    "references: paired takes the table and %s into one migration: kalends migrate %s %s"
                            .formatted(key.referenced(), key.referenced(), table.name()));
        }
        return new Reference(
                key, Direction.OUT, ReferenceWay.KEPT, Place.LEAVES, key.referenced(), null);
    }

    private boolean anyPartner() {
        return table.foreignKeys().stream()
                .filter(key -> !key.referenced().equals(table.name()))
                .anyMatch(key -> partner(key.referenced()) != null);
    }

    private boolean anyPaired() {
        Partner own = partner(table.name());
        for (ForeignKey key : table.foreignKeys()) {
            Partner other = partner(key.referenced());
            if (own != null
                    && other != null
                    && !own.equals(other)
                    && Pairing.pairs(key, own, other)) {
                return true;
            }
        }
        return false;
    }

    private @Nullable Partner partner(QualifiedName name) {
        return partners.stream().filter(each -> each.table().equals(name)).findFirst().orElse(null);
    }

    private Reference inward(ForeignKey key, Direction direction, List<UniqueKey> uniques) {
        UniqueKey unique = referenced(key, uniques);
        boolean partitioned = direction == Direction.SELF || !key.leaves().isEmpty();
        Place place = partitioned && version < 18 ? Place.LEAVES : Place.TABLE;
        if (direction == Direction.IN && partner(key.referencing()) != null) {
            // That table is converted in the same migration, whose own plan says what it becomes.
            if (unique == null || unique.way() != UniqueWay.KEPT) {
                problems.add(
                        "foreign key %s of %s points at (%s), which will not be unique in the partitioned table itself: convert the two one after the other, kalends migrate %s first"
                                .formatted(
                                        key.name(),
                                        key.referencing(),
                                        join(key.referencedColumns()),
                                        table.name()));
            }
            return new Reference(
                    key, direction, ReferenceWay.PAIRED, place, key.referenced(), null);
        }
        if (unique != null && unique.way() == UniqueWay.KEPT) {
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
                    + " that the application writes, and costs four times a guard per row; use references: guard";
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
