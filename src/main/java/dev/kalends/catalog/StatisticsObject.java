package dev.kalends.catalog;

import dev.kalends.sql.Identifier;
import dev.kalends.sql.QualifiedName;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// An extended statistics object (`CREATE STATISTICS`).
///
/// @param kinds `ndistinct`, `dependencies`, `mcv`; empty for a single expression
/// @param columns as `pg_get_statisticsobjdef_columns` prints them
/// @param target null for the default
public record StatisticsObject(
        QualifiedName name,
        List<String> kinds,
        String columns,
        @Nullable Long target,
        Identifier owner,
        @Nullable String comment) {
    public StatisticsObject {
        kinds = List.copyOf(kinds);
    }
}
