package dev.kalends.migrate;

import dev.kalends.catalog.ForeignKey;
import dev.kalends.execute.LockRetry;
import dev.kalends.plan.Bounds;
import dev.kalends.plan.Contract.Direction;
import dev.kalends.plan.Contract.Place;
import dev.kalends.plan.Contract.Reference;
import dev.kalends.plan.Contract.ReferenceWay;
import dev.kalends.plan.MigrationSpec;
import dev.kalends.plan.Partition;
import dev.kalends.plan.Partitions;
import dev.kalends.plan.Scheme;
import dev.kalends.sql.QualifiedName;
import dev.kalends.sql.Sql;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/// Statements that take foreign keys from the old table to the new one and back.
///
/// In the switch every key is added NOT VALID, which enforces it from then on and reads no row;
/// what is there already is validated afterwards. Keys between tables of one migration belong to
/// the referencing table's part of it.
final class References {
    /// One foreign key on one table.
    record Placed(QualifiedName table, ForeignKey key, Sql definition) {
        Sql addNotValid() {
            return Sql.text("ALTER TABLE {table} ADD CONSTRAINT {name} {definition} NOT VALID")
                    .put("table", table)
                    .put("name", key.name())
                    .put("definition", definition)
                    .build();
        }

        /// On a partitioned table whose partitions have the key validated it joins those, without
        /// reading a row.
        Sql add() {
            return Sql.text("ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")
                    .put("table", table)
                    .put("name", key.name())
                    .put("definition", definition)
                    .build();
        }

        Sql validate() {
            return Sql.text("ALTER TABLE {table} VALIDATE CONSTRAINT {name}")
                    .put("table", table)
                    .put("name", key.name())
                    .build();
        }

        Sql drop() {
            return Sql.text("ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {name}")
                    .put("table", table)
                    .put("name", key.name())
                    .build();
        }
    }

    private final MigrationSpec spec;

    References(MigrationSpec spec) {
        this.spec = spec;
    }

    /// Keys whose part of the work is this table's: all but those that another table of the same
    /// migration brings along itself.
    private List<Reference> own() {
        return spec.contract().references().stream()
                .filter(each -> each.way() != ReferenceWay.THEIRS)
                .toList();
    }

    private List<Reference> kept() {
        return own().stream().filter(each -> each.way() != ReferenceWay.DROP).toList();
    }

    /// The locks that the switch needs on other tables.
    List<LockRetry.Wanted> locks() {
        List<LockRetry.Wanted> wanted = new ArrayList<>();
        for (Reference each : spec.contract().references()) {
            switch (each.direction()) {
                case IN -> add(wanted, each.key().referencing(), LockRetry.Mode.ACCESS_EXCLUSIVE);
                case OUT ->
                        add(wanted, each.key().referenced(), LockRetry.Mode.SHARE_ROW_EXCLUSIVE);
                case SELF -> {}
            }
        }
        return wanted;
    }

    private static void add(
            List<LockRetry.Wanted> wanted, QualifiedName table, LockRetry.Mode mode) {
        boolean stronger =
                wanted.stream()
                        .anyMatch(each ->
                                each.table().equals(table)
                                        && each.mode() == LockRetry.Mode.ACCESS_EXCLUSIVE);
        if (!stronger) {
            wanted.removeIf(each -> each.table().equals(table));
            wanted.add(new LockRetry.Wanted(table, mode));
        }
    }

    /// What points at the table lets go of it, before it leaves its place.
    List<Sql> letGo() {
        return own().stream()
                .filter(each -> each.direction() == Direction.IN)
                .map(each -> on(each, each.key().referencing()).drop())
                .toList();
    }

    /// Every key on the partitioned table's side, once that is in place.
    List<Sql> add(List<Partition> partitions) {
        return placed(partitions).stream().map(Placed::addNotValid).toList();
    }

    /// The keys as they are added and validated: on partitions where the table itself takes none
    /// NOT VALID.
    List<Placed> placed(List<Partition> partitions) {
        List<Placed> placed = new ArrayList<>();
        for (Reference each : kept()) {
            if (each.way() == ReferenceWay.PAIRED) {
                placed.addAll(paired(each, partitions));
            } else if (each.place() == Place.TABLE) {
                placed.add(on(each, referencing(each)));
            } else {
                for (QualifiedName leaf : leaves(each, partitions)) {
                    placed.add(on(each, leaf));
                }
            }
        }
        return placed;
    }

    /// The keys that join those of the partitions once all are valid.
    List<Placed> joining() {
        return kept().stream()
                .filter(each -> each.place() == Place.LEAVES && each.way() != ReferenceWay.PAIRED)
                .map(each -> on(each, referencing(each)))
                .toList();
    }

    private QualifiedName referencing(Reference reference) {
        return reference.direction() == Direction.IN ? reference.key().referencing() : spec.table();
    }

    private List<QualifiedName> leaves(Reference reference, List<Partition> partitions) {
        return reference.direction() == Direction.IN
                ? reference.key().leaves()
                : spec.holders(partitions);
    }

    private static Placed on(Reference reference, QualifiedName table) {
        return new Placed(table, reference.key(), reference.key().definition(reference.target()));
    }

    private List<Placed> paired(Reference reference, List<Partition> partitions) {
        Scheme partner = Objects.requireNonNull(reference.partner(), "the other table's scheme");
        QualifiedName other = reference.key().referenced();
        List<Placed> placed = new ArrayList<>();
        for (Partition partition : partitions) {
            QualifiedName target = other.sibling(partner(partner, other, partition).name().value());
            placed.add(
                    new Placed(
                            spec.leaf(partition),
                            reference.key(),
                            reference.key().definition(target)));
        }
        return placed;
    }

    /// The partition of another table that has the same bounds.
    static Partition partner(Scheme scheme, QualifiedName table, Partition partition) {
        String name = table.name().value();
        return switch (partition.bounds()) {
            case Bounds.Times times when scheme instanceof Scheme.TimeRange range ->
                    Partitions.holding(range, name, times.from());
            case Bounds.Numbers numbers when scheme instanceof Scheme.NumberRange range ->
                    Partitions.holding(range, name, numbers.from());
            case Bounds.Rest _ -> Partitions.rest(scheme, name);
            default ->
                    Partitions.of(scheme, name).stream()
                            .filter(each -> each.bounds().equals(partition.bounds()))
                            .findFirst()
                            .orElseThrow();
        };
    }

    /// What the old table keeps after the switch and has to give up: its own keys, with which a
    /// deletion that the application may make could fail, or be cascaded twice.
    List<Placed> old() {
        QualifiedName old = spec.migrationNames().old();
        return spec.source().foreignKeys().stream()
                .map(key -> new Placed(old, key, key.definition()))
                .toList();
    }

    /// What points at the partitioned table or its guards lets go, before the way back.
    List<Sql> letGoBack() {
        List<Sql> statements = new ArrayList<>();
        for (Reference each : own()) {
            if (each.direction() == Direction.IN) {
                statements.add(on(each, each.key().referencing()).drop());
                each.key().leaves().forEach(leaf -> statements.add(on(each, leaf).drop()));
            }
        }
        return statements;
    }

    /// The keys as they were, once the old table is in its place again.
    List<Sql> addBack() {
        return back().stream().map(Placed::addNotValid).toList();
    }

    List<Placed> back() {
        List<Placed> back = new ArrayList<>();
        for (Reference each : spec.contract().references()) {
            ForeignKey key = each.key();
            if (each.direction() != Direction.IN) {
                back.add(new Placed(spec.table(), key, key.definition()));
            } else if (each.way() != ReferenceWay.THEIRS) {
                if (each.place() == Place.TABLE) {
                    back.add(new Placed(key.referencing(), key, key.definition()));
                } else {
                    key.leaves().forEach(leaf -> back.add(new Placed(leaf, key, key.definition())));
                }
            }
        }
        return back;
    }

    /// As [#joining], on the way back.
    List<Placed> joiningBack() {
        return spec.contract().references(Direction.IN).stream()
                .filter(each -> each.place() == Place.LEAVES && each.way() != ReferenceWay.THEIRS)
                .map(each ->
                        new Placed(each.key().referencing(), each.key(), each.key().definition()))
                .toList();
    }

    /// The partitioned table's own keys, which it gives up after the way back.
    List<Placed> ofTwin() {
        QualifiedName twin = spec.migrationNames().twin();
        return spec.source().foreignKeys().stream()
                .map(key -> new Placed(twin, key, key.definition()))
                .toList();
    }

    /// Those of its partitions that have not joined them.
    List<Placed> ofLeaves(List<Partition> partitions) {
        List<Placed> all = new ArrayList<>();
        for (ForeignKey key : spec.source().foreignKeys()) {
            for (QualifiedName leaf : spec.holders(partitions)) {
                all.add(new Placed(leaf, key, key.definition()));
            }
        }
        return all;
    }
}
