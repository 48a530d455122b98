package dev.kalends.catalog;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A function or procedure that is bound to the table: by a body in standard SQL, or by its row
/// type.
///
/// @param signature as `regprocedure` prints it, for messages
/// @param schema quoted where needed
/// @param identity name and argument types as statements name it, with its schema
/// @param definition as `pg_get_functiondef` prints it
/// @param owner quoted where needed
/// @param grants empty when nobody ever granted or revoked anything
/// @param dependents what depends on the function, in words
public record DependentFunction(
        String signature,
        String schema,
        String identity,
        String definition,
        String owner,
        Binding binding,
        List<Grant> grants,
        @Nullable String comment,
        Reach reach,
        List<String> dependents,
        Set<Trait> traits) {
    public DependentFunction {
        grants = List.copyOf(grants);
        dependents = List.copyOf(dependents);
        traits = Set.copyOf(traits);
    }

    /// What ties it to the table.
    public enum Binding {
        /// The body only, which can be replaced.
        BODY,
        /// An argument or the result, which only a new function can have otherwise.
        ROW_TYPE
    }

    /// What stands in the way.
    public enum Trait {
        /// A GROUP BY in its body names the primary key and leaves out what depends on it.
        NEEDS_PRIMARY_KEY,
        /// Not a function or procedure that one statement describes.
        AGGREGATE
    }
}
