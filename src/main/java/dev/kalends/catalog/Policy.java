package dev.kalends.catalog;

import dev.kalends.sql.Identifier;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A row level security policy.
///
/// @param kind `PERMISSIVE` or `RESTRICTIVE`
/// @param command `ALL`, `SELECT`, `INSERT`, `UPDATE` or `DELETE`
/// @param roles as they have to be written: quoted, or `PUBLIC`
public record Policy(
        Identifier name,
        String kind,
        String command,
        List<String> roles,
        @Nullable String using,
        @Nullable String check,
        @Nullable String comment) {
    public Policy {
        roles = List.copyOf(roles);
    }
}
