package dev.kalends.catalog;

import dev.kalends.sql.Identifier;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a table has besides columns, indexes, foreign keys and grants, and its successor must have
/// too.
///
/// @param tablespace null for the database's own
public record Carried(
        List<IdentityColumn> identities,
        List<ColumnTraits> columns,
        List<IndexTraits> indexes,
        List<ConstraintComment> constraintComments,
        List<ExclusionConstraint> exclusions,
        List<StatisticsObject> statistics,
        @Nullable Identifier tablespace,
        ReplicaIdentity replicaIdentity,
        List<Trigger> triggers,
        RowSecurity rowSecurity,
        List<Policy> policies,
        List<DependentView> views,
        List<ViewRule> viewRules,
        List<MaterializedView> materializedViews,
        List<DependentFunction> functions,
        List<Membership> memberships) {
    public static final Carried NOTHING =
            new Carried(
                    List.of(),
                    List.of(),
                    List.of(),
                    List.of(),
                    List.of(),
                    List.of(),
                    null,
                    ReplicaIdentity.DEFAULT,
                    List.of(),
                    RowSecurity.OFF,
                    List.of(),
                    List.of(),
                    List.of(),
                    List.of(),
                    List.of(),
                    List.of());

    public Carried {
        identities = List.copyOf(identities);
        columns = List.copyOf(columns);
        indexes = List.copyOf(indexes);
        constraintComments = List.copyOf(constraintComments);
        exclusions = List.copyOf(exclusions);
        statistics = List.copyOf(statistics);
        triggers = List.copyOf(triggers);
        policies = List.copyOf(policies);
        views = List.copyOf(views);
        viewRules = List.copyOf(viewRules);
        materializedViews = List.copyOf(materializedViews);
        functions = List.copyOf(functions);
        memberships = List.copyOf(memberships);
    }

    /// Null if the index has nothing besides its definition.
    public @Nullable IndexTraits index(Identifier name) {
        return indexes.stream().filter(each -> each.index().equals(name)).findFirst().orElse(null);
    }
}
