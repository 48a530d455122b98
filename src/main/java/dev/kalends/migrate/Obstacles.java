package dev.kalends.migrate;

import dev.kalends.carry.Uncarried;
import dev.kalends.catalog.Column;
import dev.kalends.catalog.Feature;
import dev.kalends.catalog.FeatureKind;
import dev.kalends.catalog.TableFacts;
import dev.kalends.config.TableConfig;
import dev.kalends.sql.Identifier;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/// What a table carries that a conversion would lose: each is named, none is dropped.
final class Obstacles {
    /// What the twin gets as the table has it.
    private static final Set<FeatureKind> CARRIED =
            EnumSet.of(
                    FeatureKind.COLUMN,
                    FeatureKind.OWNED_SEQUENCE,
                    FeatureKind.PRIMARY_KEY,
                    FeatureKind.CHECK,
                    FeatureKind.FOREIGN_KEY,
                    FeatureKind.INCOMING_FOREIGN_KEY,
                    FeatureKind.UNIQUE,
                    FeatureKind.INDEX,
                    FeatureKind.OWNER,
                    FeatureKind.GRANT,
                    FeatureKind.COMMENT,
                    FeatureKind.STORAGE_OPTION,
                    FeatureKind.IDENTITY,
                    FeatureKind.TRIGGER,
                    FeatureKind.CONSTRAINT_TRIGGER,
                    FeatureKind.EXCLUSION,
                    FeatureKind.VIEW,
                    FeatureKind.MATERIALIZED_VIEW,
                    FeatureKind.FUNCTION,
                    FeatureKind.PUBLICATION,
                    FeatureKind.VIEW_RULE,
                    FeatureKind.ROW_SECURITY,
                    FeatureKind.POLICY,
                    FeatureKind.COLUMN_GRANT,
                    FeatureKind.COLUMN_OPTION,
                    FeatureKind.COLUMN_STATISTICS,
                    FeatureKind.INDEX_STATISTICS,
                    FeatureKind.EXTENDED_STATISTICS,
                    FeatureKind.OBJECT_COMMENT,
                    FeatureKind.CLUSTERING,
                    FeatureKind.REPLICA_IDENTITY,
                    FeatureKind.TABLESPACE);

    private Obstacles() {}

    /// One sentence per obstacle; empty when the table can be converted.
    static List<String> of(TableFacts table, TableConfig wish) {
        List<String> obstacles = new ArrayList<>();
        for (Feature feature : table.inventory().features()) {
            String problem = problem(table, feature);
            if (!problem.isEmpty()) {
                obstacles.add(problem);
            }
        }
        obstacles.addAll(Uncarried.forms(table, wish.partition().key()));
        for (Identifier column : wish.layout().clusterBy()) {
            if (table.column(column) == null) {
                obstacles.add("clusterBy: there is no column " + column);
            }
        }
        boolean keyGenerated =
                table.columns().stream()
                        .anyMatch(column ->
                                column.name().equals(wish.partition().key())
                                        && column.filling() == Column.Filling.GENERATED);
        if (keyGenerated) {
            obstacles.add("a generated column cannot be the partition key");
        }
        return obstacles;
    }

    private static String problem(TableFacts table, Feature feature) {
        String definition = feature.definition();
        if (!CARRIED.contains(feature.kind())) {
            return feature + ": " + Uncarried.reason(table, feature);
        }
        return switch (feature.kind()) {
            case PRIMARY_KEY, UNIQUE -> primaryKeyProblem(feature);
            case CHECK, FOREIGN_KEY, INCOMING_FOREIGN_KEY ->
                    definition.endsWith("NOT VALID") || definition.contains("NOT ENFORCED")
                            ? "%s is not valid: run ALTER TABLE … VALIDATE CONSTRAINT first"
                                    .formatted(feature)
                            : definition.endsWith("NO INHERIT")
                                    ? feature + ": a partitioned table takes no such constraint"
                                    : "";
            case INDEX ->
                    definition.endsWith(" INVALID")
                            ? "index %s is not valid: drop it or REINDEX it first"
                                    .formatted(feature.name())
                            : "";
            default -> "";
        };
    }

    private static String primaryKeyProblem(Feature key) {
        if (key.definition().contains("DEFERRABLE")) {
            return "%s %s is deferrable, which ON CONFLICT does not take"
                    .formatted(key.kind().words(), key.name());
        }
        boolean plain = !key.definition().contains(" WITHOUT OVERLAPS");
        return plain ? "" : key + ": not carried over by this version";
    }
}
