package dev.kalends.carry;

import dev.kalends.catalog.Carried;
import dev.kalends.catalog.DependentFunction;
import dev.kalends.catalog.DependentView;
import dev.kalends.catalog.ExclusionConstraint;
import dev.kalends.catalog.Feature;
import dev.kalends.catalog.Index;
import dev.kalends.catalog.MaterializedView;
import dev.kalends.catalog.Membership;
import dev.kalends.catalog.Reach;
import dev.kalends.catalog.RowSecurity;
import dev.kalends.catalog.StatisticsObject;
import dev.kalends.catalog.TableFacts;
import dev.kalends.catalog.Trigger;
import dev.kalends.catalog.ViewRule;
import dev.kalends.sql.Identifier;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// What cannot be carried over, with the reason and what to do about it.
public final class Uncarried {
    private Uncarried() {}

    /// Things of which the table's successor could have none, or not with the same meaning.
    ///
    /// @return what stands behind the thing's name in a refusal
    public static String reason(TableFacts table, Feature feature) {
        return switch (feature.kind()) {
            case RULE ->
                    "a rule rewrites statements for this one table; make it a trigger, or drop it";
            case INHERITANCE ->
                    "a partitioned table neither inherits nor is inherited from; run ALTER TABLE … NO INHERIT first";
            case TYPED_TABLE ->
                    "the twin would have a type of its own; run ALTER TABLE %s NOT OF first"
                            .formatted(table.name());
            case PERSISTENCE ->
                    "a partitioned table is always logged; run ALTER TABLE %s SET LOGGED first"
                            .formatted(table.name());
            case SECURITY_LABEL ->
                    "only its provider can say what it means elsewhere; remove it with SECURITY LABEL … IS NULL, and"
                            + " set it again after the conversion";
            case EXTENSION_MEMBER ->
                    "the extension would lose its table; run ALTER EXTENSION %s DROP TABLE %s first"
                            .formatted(feature.name(), table.name());
            case ACCESS_METHOD ->
                    "partitions are made with heap; run ALTER TABLE %s SET ACCESS METHOD heap first"
                            .formatted(table.name());
            case ROW_TYPE_USE ->
                    "its type is that of the table's rows, and the partitioned table has another; drop the column, or give it"
                            + " another type";
            case DEPENDENT ->
                    "it would stay with the old table; drop it, and make it again after the conversion";
            default -> "not carried over by this version";
        };
    }

    /// Forms of carried things that a table partitioned by the key cannot have, one sentence each.
    public static List<String> forms(TableFacts table, Identifier key) {
        List<String> problems = new ArrayList<>();
        Carried carried = table.carried();
        for (Trigger trigger : carried.triggers()) {
            if (trigger.traits().contains(Trigger.Trait.ROW)
                    && trigger.traits().contains(Trigger.Trait.TRANSITION_TABLES)) {
                problems.add(
                        "trigger %s: a partitioned table has no row triggers with transition tables; make it FOR EACH STATEMENT"
                                .formatted(trigger.name()));
            }
        }
        if (carried.rowSecurity().state() == RowSecurity.State.ENABLED
                && carried.rowSecurity().force() == RowSecurity.Force.FORCED_ON_SESSION) {
            problems.add(
                    "row level security is forced and would hide rows from this role: connect as a role with BYPASSRLS,"
                            + " or run ALTER TABLE %s NO FORCE ROW LEVEL SECURITY"
                                    .formatted(table.name()));
        }
        for (ExclusionConstraint exclusion : carried.exclusions()) {
            if (exclusion.support() == ExclusionConstraint.Support.PLAIN_TABLES_ONLY) {
                problems.add(
                        "exclusion constraint %s: partitioned tables have them from PostgreSQL 17 on; drop it, or upgrade"
                                .formatted(exclusion.name()));
            } else if (!exclusion.equalColumns().contains(key)) {
                problems.add(
                        "exclusion constraint %s: it cannot hold across partitions, because it does not compare %s by equality;"
                                        .formatted(exclusion.name(), key)
                                + " add WITH = for it, or drop it");
            }
        }
        problems.addAll(views(table, key));
        problems.addAll(materializedViews(table, key));
        problems.addAll(functions(table, key));
        problems.addAll(memberships(table));
        Set<String> names = new HashSet<>();
        for (StatisticsObject object : carried.statistics()) {
            if (!names.add(object.name().name().value())) {
                problems.add(
                        "extended statistics %s: another one of the table has the same name in another schema; rename it"
                                .formatted(object.name()));
            }
        }
        return problems;
    }

    private static List<String> views(TableFacts table, Identifier key) {
        List<String> problems = new ArrayList<>();
        boolean widened = widened(table, key);
        for (DependentView view : table.carried().views()) {
            if (view.traits().contains(DependentView.Trait.TEMPORARY)) {
                problems.add(
                        "view %s: it is temporary and another session's; end that session"
                                .formatted(view.name()));
            } else if (view.reach() == Reach.BEYOND) {
                problems.add(
                        "view %s: it belongs to %s; run GRANT %s TO the role that converts"
                                .formatted(view.name(), view.owner(), view.owner()));
            } else if (widened && view.traits().contains(DependentView.Trait.NEEDS_PRIMARY_KEY)) {
                problems.add(
                        "view %s: its GROUP BY relies on the primary key, which becomes wider; list in it every column that is selected"
                                .formatted(view.name()));
            }
        }
        for (ViewRule rule : table.carried().viewRules()) {
            if (rule.reach() == Reach.BEYOND) {
                problems.add(
                        "rule %s of view %s: the view belongs to %s; run GRANT %s TO the role that converts"
                                .formatted(rule.name(), rule.view(), rule.owner(), rule.owner()));
            }
        }
        return problems;
    }

    private static boolean widened(TableFacts table, Identifier key) {
        Index primary = table.primaryKey();
        return primary != null && !primary.columns().contains(key);
    }

    private static List<String> functions(TableFacts table, Identifier key) {
        List<String> problems = new ArrayList<>();
        for (DependentFunction function : table.carried().functions()) {
            if (function.traits().contains(DependentFunction.Trait.AGGREGATE)) {
                problems.add(
                        "function %s: an aggregate over the row type cannot be made again from one statement; drop it, and make it"
                                        .formatted(function.signature())
                                + " again after the conversion");
            } else if (function.reach() == Reach.BEYOND) {
                problems.add(
                        "function %s: it belongs to %s; run GRANT %s TO the role that converts"
                                .formatted(
                                        function.signature(), function.owner(), function.owner()));
            } else if (function.binding() == DependentFunction.Binding.ROW_TYPE
                    && !function.dependents().isEmpty()) {
                problems.add(
                        "function %s: it has the table's row type and must be made again, but this depends on it: %s"
                                .formatted(
                                        function.signature(),
                                        String.join(", ", function.dependents())));
            } else if (widened(table, key)
                    && function.traits().contains(DependentFunction.Trait.NEEDS_PRIMARY_KEY)) {
                problems.add(
                        "function %s: its GROUP BY relies on the primary key, which becomes wider; list in it every column that is selected"
                                .formatted(function.signature()));
            }
        }
        return problems;
    }

    private static List<String> memberships(TableFacts table) {
        List<String> problems = new ArrayList<>();
        for (Membership each : table.carried().memberships()) {
            if (each.scope() != Membership.Scope.TABLE) {
                problems.add(
                        "publication %s: it is for all tables%s, so it would publish the twin while it is built; name the tables that"
                                        .formatted(
                                                each.publication(),
                                                each.scope() == Membership.Scope.SCHEMA
                                                        ? " of a schema"
                                                        : " and those of schema kalends")
                                + " it publishes");
            } else if (each.reach() == Reach.BEYOND) {
                problems.add(
                        "publication %s: it belongs to %s; run GRANT %s TO the role that converts"
                                .formatted(each.publication(), each.owner(), each.owner()));
            } else if (each.root() == Membership.Root.PUBLISHED_AS_PARTITION) {
                problems.add(
                        "publication %1$s: subscribers would need tables named like the partitions; run ALTER PUBLICATION %1$s SET"
                                        .formatted(each.publication())
                                + " (publish_via_partition_root = true)");
            }
        }
        return problems;
    }

    private static List<String> materializedViews(TableFacts table, Identifier key) {
        List<String> problems = new ArrayList<>();
        Set<Identifier> names = new HashSet<>();
        names.add(table.name().name());
        table.indexes().forEach(index -> names.add(index.name()));
        table.carried().identities().forEach(each -> names.add(each.sequence().name()));
        for (MaterializedView view : table.carried().materializedViews()) {
            String problem = problem(view, widened(table, key));
            if (!problem.isEmpty()) {
                problems.add("materialized view %s: %s".formatted(view.name(), problem));
            }
            List<Identifier> own = new ArrayList<>();
            own.add(view.name().name());
            view.indexes().forEach(index -> own.add(index.name()));
            for (Identifier name : own) {
                if (!names.add(name)) {
                    problems.add(
                            "materialized view %s: the name %s is taken in the schema where the twins are built; rename it"
                                    .formatted(view.name(), name));
                }
            }
        }
        return problems;
    }

    private static String problem(MaterializedView view, boolean widened) {
        if (view.reach() == Reach.BEYOND) {
            return "it belongs to %1$s; run GRANT %1$s TO the role that converts"
                    .formatted(view.access().owner());
        }
        Set<MaterializedView.Trait> traits = view.traits();
        if (traits.contains(MaterializedView.Trait.EXTENSION_MEMBER)) {
            return "it belongs to an extension; run ALTER EXTENSION … DROP MATERIALIZED VIEW first";
        }
        if (traits.contains(MaterializedView.Trait.SECURITY_LABEL)) {
            return "only its provider can say what its security label means elsewhere; remove the label";
        }
        if (traits.contains(MaterializedView.Trait.OTHER_ACCESS_METHOD)) {
            return "its twin is made with heap; run ALTER MATERIALIZED VIEW … SET ACCESS METHOD heap first";
        }
        if (traits.contains(MaterializedView.Trait.COLUMN_STORAGE)) {
            return "a column is stored or compressed otherwise than its type; drop it, and make it again after the conversion";
        }
        if (traits.contains(MaterializedView.Trait.FILTERED_BY_POLICIES)) {
            return "row level security hides rows from its owner, and would not from its twin; drop it, and make it again"
                    + " after the conversion";
        }
        return widened && traits.contains(MaterializedView.Trait.NEEDS_PRIMARY_KEY)
                ? "its GROUP BY relies on the primary key, which becomes wider; list in it every column that is selected"
                : "";
    }
}
