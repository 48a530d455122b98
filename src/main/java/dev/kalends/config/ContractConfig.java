package dev.kalends.config;

import dev.kalends.sql.Identifier;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What shall become of a table's unique keys and of the foreign keys that point at it.
///
/// @param uniques by the columns of the unique key, in any order; a key that is not named widens
///   when it is the primary key, and is a question otherwise
/// @param references null if nothing is said
/// @param keyless what a table without a primary key may do meanwhile
public record ContractConfig(
        Map<Set<Identifier>, Unique> uniques, @Nullable References references, Keyless keyless) {
    public ContractConfig {
        uniques = Map.copyOf(uniques);
    }

    /// What becomes of a unique key without the partition key.
    public enum Unique {
        COMPOSITE,
        GUARD,
        DROP
    }

    /// What becomes of foreign keys.
    public enum References {
        /// Those that point here point at the guard of the key they name.
        GUARD,
        /// The referencing table has the partition key too.
        CARRY,
        /// Those that point here go.
        DROP,
        /// Those of this table, to one that is partitioned alike, are paired partition by
        /// partition.
        PAIRED
    }

    /// A table without a primary key.
    public enum Keyless {
        REFUSED,
        /// It takes inserts only, from the beginning of the conversion to its cleanup.
        INSERTS_ONLY
    }

    public static ContractConfig defaults() {
        return new ContractConfig(Map.of(), null, Keyless.REFUSED);
    }

    /// What is said of the unique key on these columns; null if nothing.
    public @Nullable Unique unique(List<Identifier> columns) {
        return uniques.get(Set.copyOf(columns));
    }

    /// With one more unique key; for programs that build a configuration.
    public ContractConfig with(Set<Identifier> columns, Unique way) {
        Map<Set<Identifier>, Unique> all = new LinkedHashMap<>(uniques);
        all.put(columns, way);
        return new ContractConfig(all, references, keyless);
    }
}
