package dev.kalends.demo.messaging;

import dev.kalends.demo.messaging.TrafficOptions.OnFailure;

/// How the clients of [LiveTraffic] behave.
///
/// @param upserts whether they use ON CONFLICT with a target
/// @param onFailure what a client does when its connection breaks or cannot be made
/// @param seed decides what the clients do; their interleaving is the server's
public record LiveOptions(Upserts upserts, OnFailure onFailure, long seed) {
    /// `INSERT … ON CONFLICT (id)` and `… ("churchId", "memberId")` on "Conversation", which a
    /// table partitioned by "createdAt" refuses with 42P10.
    public enum Upserts {
        NONE,
        BY_UNIQUE_KEY
    }

    /// Without upserts; a broken connection ends its client.
    public static LiveOptions defaults() {
        return new LiveOptions(Upserts.NONE, OnFailure.STOP, 1);
    }

    public LiveOptions withUpserts() {
        return new LiveOptions(Upserts.BY_UNIQUE_KEY, onFailure, seed);
    }

    /// Clients connect again when their connection breaks.
    public LiveOptions tolerant() {
        return new LiveOptions(upserts, OnFailure.RECONNECT, seed);
    }

    public LiveOptions withSeed(long newSeed) {
        return new LiveOptions(upserts, onFailure, newSeed);
    }
}
