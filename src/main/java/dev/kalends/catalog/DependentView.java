package dev.kalends.catalog;

import dev.kalends.sql.Identifier;
import dev.kalends.sql.QualifiedName;
import java.util.List;
import java.util.Set;

/// A view that reads the table itself.
///
/// @param options as `reloptions` holds them: `security_barrier=true` and the like
/// @param definition as `pg_get_viewdef` prints it, without the semicolon
public record DependentView(
        QualifiedName name,
        Identifier owner,
        List<String> options,
        String definition,
        Reach reach,
        Set<Trait> traits) {
    public DependentView {
        options = List.copyOf(options);
        traits = Set.copyOf(traits);
    }

    /// What stands in the way of giving it another table.
    public enum Trait {
        /// Its GROUP BY names the primary key and leaves out what depends on it.
        NEEDS_PRIMARY_KEY,
        /// Another session's temporary view.
        TEMPORARY
    }
}
