package dev.kalends.embedded;

/// Whether a server's files outlive it.
enum Lifetime {
    TEMPORARY,
    KEPT
}
