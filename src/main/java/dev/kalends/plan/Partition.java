package dev.kalends.plan;

import dev.kalends.sql.Identifier;
import java.time.LocalDateTime;

/// A partition to be made.
///
/// @param from first local time held, inclusive
/// @param to first local time no longer held, exclusive
public record Partition(Identifier name, LocalDateTime from, LocalDateTime to) {}
