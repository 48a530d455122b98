package dev.kalends.migrate;

import dev.kalends.catalog.KeyFacts;
import dev.kalends.catalog.RoleFacts;
import dev.kalends.catalog.ServerFacts;
import dev.kalends.catalog.TableFacts;
import java.time.LocalDateTime;
import java.util.List;

/// What is there, read before planning.
///
/// @param now in UTC
/// @param partners the other tables of the same migration
public record Situation(
        ServerFacts server,
        RoleFacts role,
        TableFacts table,
        KeyFacts key,
        LocalDateTime now,
        List<ContractPlanner.Partner> partners) {
    public Situation {
        partners = List.copyOf(partners);
    }

    /// Of a table alone.
    public Situation(
            ServerFacts server, RoleFacts role, TableFacts table, KeyFacts key, LocalDateTime now) {
        this(server, role, table, key, now, List.of());
    }
}
