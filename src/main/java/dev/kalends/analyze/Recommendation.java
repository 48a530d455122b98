package dev.kalends.analyze;

import dev.kalends.config.TableConfig;
import org.jspecify.annotations.Nullable;

/// How a table is best cut, if at all.
///
/// @param wish null to leave the table as it is
/// @param why a sentence for those who do not know databases
/// @param alternative what else could be done and for what price; empty if nothing
public record Recommendation(@Nullable TableConfig wish, String why, String alternative) {}
