package dev.kalends.maintain;

import dev.kalends.catalog.Column;
import dev.kalends.catalog.Index;
import dev.kalends.catalog.LeafModel;
import dev.kalends.catalog.PartitionBounds;
import dev.kalends.catalog.PartitionSet;
import dev.kalends.execute.LockRetry;
import dev.kalends.plan.Bounds;
import dev.kalends.plan.MaintenanceStep;
import dev.kalends.plan.Partition;
import dev.kalends.plan.Scheme;
import dev.kalends.plan.SetSpec;
import dev.kalends.plan.TableLock;
import dev.kalends.sql.Identifier;
import dev.kalends.sql.QualifiedName;
import dev.kalends.sql.Sql;
import dev.kalends.sql.SqlList;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// Statements that put rows of a default partition where they belong, in one transaction: before it
/// they are seen there, after it here. The default partition is detached meanwhile, so that neither
/// triggers nor actions of foreign keys fire for what is no deletion.
final class PlaceSql {
    private static final Identifier BOUNDS = Identifier.of("kalends_bounds");

    private final PartitionSet set;
    private final Scheme.TimeRange scheme;
    private final CreateSql creation;
    private final PartitionSet.Member rest;
    private final LeafModel model;

    PlaceSql(PartitionSet set, Scheme.TimeRange scheme, CreateSql creation, Prober prober) {
        this.set = set;
        this.scheme = scheme;
        this.creation = creation;
        this.rest = Objects.requireNonNull(set.rest(), "a default partition");
        this.model = prober.model(set, List.of(rest));
    }

    MaintenanceStep.PlaceRows step(Partition made, RestPlanner.Wanted wanted) {
        List<Sql> statements = new ArrayList<>(before(made, wanted.way()));
        statements.add(LockRetry.lockAll(locks()));
        statements.addAll(exchange(made, wanted.way()));
        return new MaintenanceStep.PlaceRows(
                set.name(),
                rest.name(),
                made,
                wanted.rows(),
                wanted.way() == RestPlanner.Way.SWAPPED
                        ? MaintenanceStep.PlaceRows.Way.SWAPPED
                        : MaintenanceStep.PlaceRows.Way.MOVED,
                CreateSql.words(made.bounds()),
                statements,
                locks().stream()
                        .map(each ->
                                new TableLock(
                                        each.table(),
                                        each.mode().words(),
                                        "for the move of at most %d rows, waited for no longer than lockTimeout"
                                                .formatted(RestPlanner.ROWS_MOVED_MAX)))
                        .toList());
    }

    /// The table itself, because its default partition is detached for a moment.
    List<LockRetry.Wanted> locks() {
        Map<QualifiedName, LockRetry.Wanted> wanted = new LinkedHashMap<>();
        creation.locks().forEach(each -> wanted.put(each.table(), each));
        wanted.put(
                set.name(),
                new LockRetry.Wanted(
                        set.name(), LockRetry.Mode.ACCESS_EXCLUSIVE, LockRetry.Scope.ALONE));
        for (PartitionSet.Reference each : set.references()) {
            if (each.referencedOid() == set.oid() && each.referencingOid() != set.oid()) {
                wanted.put(
                        each.referencing(),
                        new LockRetry.Wanted(each.referencing(), LockRetry.Mode.ACCESS_EXCLUSIVE));
            }
        }
        return List.copyOf(wanted.values());
    }

    /// Outside of the transaction: of a large default partition, which becomes a partition itself,
    /// it is proven on line that all of its rows belong there.
    List<Sql> proof(Partition made) {
        PartitionSet.Member as = as(made);
        return new RetireSql(set, unguarded(), as).proveBounds();
    }

    Sql giveUpProof() {
        return Sql.text("ALTER TABLE {rest} DROP CONSTRAINT IF EXISTS {name}")
                .put("rest", rest.name())
                .put("name", BOUNDS)
                .build();
    }

    private SetSpec unguarded() {
        return new SetSpec(set.name(), scheme, 1, List.of());
    }

    /// The default partition with the bounds that it is to get.
    private PartitionSet.Member as(Partition made) {
        String text = scheme.forValues(made.bounds()).render();
        return new PartitionSet.Member(
                rest.oid(),
                rest.name(),
                rest.place(),
                PartitionBounds.parse(text),
                text,
                rest.standing(),
                rest.rows(),
                rest.pages());
    }

    /// In the transaction, before the locks.
    List<Sql> before(Partition made, RestPlanner.Way way) {
        return way == RestPlanner.Way.MOVED ? creation.create(made) : List.of();
    }

    private static final String MOVE =
            """
            WITH moved AS (DELETE FROM {rest} WHERE {key} >= {from} AND {key} < {to} RETURNING {columns})
            INSERT INTO {leaf} ({columns}) OVERRIDING SYSTEM VALUE SELECT {columns} FROM moved
            """;

    /// Under the locks.
    List<Sql> exchange(Partition made, RestPlanner.Way way) {
        List<Sql> statements = new ArrayList<>();
        statements.add(
                Sql.text("ALTER TABLE {root} DETACH PARTITION {rest}")
                        .put("root", set.name())
                        .put("rest", rest.name())
                        .build());
        QualifiedName leaf = creation.leaf(made);
        if (way == RestPlanner.Way.MOVED) {
            Bounds.Times times = (Bounds.Times) made.bounds();
            statements.add(
                    Sql.text(MOVE)
                            .put("rest", rest.name())
                            .put("leaf", leaf)
                            .put("key", scheme.key())
                            .put("from", scheme.bound(times.from()))
                            .put("to", scheme.bound(times.to()))
                            .put("columns", SqlList.of(written()))
                            .build());
            statements.addAll(creation.attach(made));
            statements.add(LeafSql.attach(set.name(), rest.name(), Sql.of("DEFAULT")));
            return statements;
        }
        statements.addAll(rename(leaf));
        statements.add(LeafSql.attach(set.name(), leaf, scheme.forValues(made.bounds())));
        statements.add(RetireSql.dropKey(leaf, BOUNDS));
        statements.addAll(new LeafSql(set.name(), model, Map.of()).create(rest.name()));
        statements.add(LeafSql.attach(set.name(), rest.name(), Sql.of("DEFAULT")));
        return statements;
    }

    private List<Identifier> written() {
        return model.facts().columns().stream()
                .filter(column -> column.filling() == Column.Filling.WRITTEN)
                .map(Column::name)
                .toList();
    }

    /// The default partition and its indexes get the names of what they become.
    private List<Sql> rename(QualifiedName leaf) {
        List<Sql> statements = new ArrayList<>();
        statements.add(
                Sql.text("ALTER TABLE {rest} RENAME TO {leaf}")
                        .put("rest", rest.name())
                        .put("leaf", leaf.name())
                        .build());
        LeafSql names = new LeafSql(set.name(), model, Map.of());
        for (Index index : model.facts().indexes()) {
            statements.add(
                    Sql.text("ALTER INDEX {index} RENAME TO {name}")
                            .put("index", rest.name().sibling(index.name().value()))
                            .put("name", names.indexName(leaf, index.name()).name())
                            .build());
        }
        return statements;
    }
}
