package dev.kalends.catalog;

/// Whether the session's role may act as the owner of an object.
public enum Reach {
    WITHIN,
    BEYOND
}
