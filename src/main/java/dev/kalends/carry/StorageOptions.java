package dev.kalends.carry;

import dev.kalends.sql.Identifier;
import dev.kalends.sql.Literal;
import dev.kalends.sql.QualifiedName;
import dev.kalends.sql.Sql;
import dev.kalends.sql.SqlList;
import dev.kalends.sql.SqlPart;
import java.util.List;

/// Storage parameters as a statement writes them.
public final class StorageOptions {
    private StorageOptions() {}

    /// `"fillfactor" = '70', "toast"."autovacuum_enabled" = 'false'`
    ///
    /// @param options as `reloptions` holds them
    public static SqlList of(List<String> options) {
        return SqlList.of(options.stream().map(StorageOptions::of).toList());
    }

    private static Sql of(String option) {
        int equals = option.indexOf('=');
        String name = option.substring(0, equals);
        SqlPart part =
                name.startsWith("toast.")
                        ? QualifiedName.of("toast", name.substring("toast.".length()))
                        : Identifier.of(name);
        return Sql.text("{name} = {value}")
                .put("name", part)
                .put("value", Literal.of(option.substring(equals + 1)))
                .build();
    }
}
