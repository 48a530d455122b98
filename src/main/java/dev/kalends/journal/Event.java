package dev.kalends.journal;

import java.time.Instant;

/// An entry of the audit trail.
public record Event(Instant at, String actor, String kind, String message) {}
