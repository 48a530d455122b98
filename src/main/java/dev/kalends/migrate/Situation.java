package dev.kalends.migrate;

import dev.kalends.catalog.KeyFacts;
import dev.kalends.catalog.RoleFacts;
import dev.kalends.catalog.ServerFacts;
import dev.kalends.catalog.TableFacts;
import dev.kalends.plan.Partition;
import java.time.LocalDateTime;
import java.util.List;

/// What is there, read before planning.
///
/// @param now in UTC
/// @param partners the other tables of the same migration
/// @param partitions those that a group of tables agreed on; empty to plan them from the rows
public record Situation(
        ServerFacts server,
        RoleFacts role,
        TableFacts table,
        KeyFacts key,
        LocalDateTime now,
        List<ContractPlanner.Partner> partners,
        List<Partition> partitions) {
    public Situation {
        partners = List.copyOf(partners);
        partitions = List.copyOf(partitions);
    }

    /// Of a table alone.
    public Situation(
            ServerFacts server, RoleFacts role, TableFacts table, KeyFacts key, LocalDateTime now) {
        this(server, role, table, key, now, List.of(), List.of());
    }
}
