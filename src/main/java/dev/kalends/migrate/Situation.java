package dev.kalends.migrate;

import dev.kalends.catalog.KeyFacts;
import dev.kalends.catalog.RoleFacts;
import dev.kalends.catalog.ServerFacts;
import dev.kalends.catalog.TableFacts;
import java.time.LocalDateTime;

/// What is there, read before planning.
///
/// @param now in the partitions' time zone
public record Situation(
        ServerFacts server, RoleFacts role, TableFacts table, KeyFacts key, LocalDateTime now) {}
