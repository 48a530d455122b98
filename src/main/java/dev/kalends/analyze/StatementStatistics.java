package dev.kalends.analyze;

/// One statement of the application as `pg_stat_statements` has it.
///
/// @param text normalised: values are `$1`
/// @param meanMillis of one call, planning left out
record StatementStatistics(String text, long calls, double meanMillis) {}
