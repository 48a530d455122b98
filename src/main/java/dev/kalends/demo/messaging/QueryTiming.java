package dev.kalends.demo.messaging;

/// How long a query took.
///
/// @param milliseconds planning and execution, the median of several runs
/// @param buffers 8 kB pages read in execution, cached or not, in that run
public record QueryTiming(String name, double milliseconds, long buffers) {}
