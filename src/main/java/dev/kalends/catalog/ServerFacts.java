package dev.kalends.catalog;

import dev.kalends.sql.Identifier;

/// The server, the database and the role of the session.
///
/// @param version `server_version_num / 10000`: 14, 15, …
/// @param versionText as `server_version` says
/// @param blockBytes the size of a page
public record ServerFacts(
        int version,
        String versionText,
        String database,
        Identifier role,
        Standing standing,
        Writability writability,
        Path path,
        int blockBytes) {
    /// What the role is to the server.
    public enum Standing {
        SUPERUSER,
        ORDINARY
    }

    /// Whether this server takes writes at all.
    public enum Writability {
        PRIMARY,
        REPLICA
    }

    /// How the session reaches the server.
    public enum Path {
        DIRECT,
        /// The backend's pid differs from the one the login named: a pooler is in between.
        POOLED
    }
}
