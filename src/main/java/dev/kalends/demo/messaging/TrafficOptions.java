package dev.kalends.demo.messaging;

import java.time.Clock;
import java.time.Duration;

/// How the clients of the traffic behave.
///
/// @param url of the database, with the role to connect as
/// @param operationsPerSecond of all clients together; 0 for as many as they manage
/// @param thinkTime pause of a client after each operation
/// @param onFailure what a client does when its connection breaks or cannot be made
/// @param seed decides what the clients do; their interleaving is the server's
/// @param clock says when messages are written; times are in UTC
public record TrafficOptions(
        String url,
        double operationsPerSecond,
        Duration thinkTime,
        OnFailure onFailure,
        long seed,
        Clock clock) {

    /// What a client does when its connection breaks.
    public enum OnFailure {
        STOP,
        RECONNECT
    }

    /// As fast as possible; a broken connection ends its client.
    public static TrafficOptions of(String url, Clock clock) {
        return new TrafficOptions(url, 0, Duration.ZERO, OnFailure.STOP, 1, clock);
    }

    public TrafficOptions withOperationsPerSecond(double rate) {
        return new TrafficOptions(url, rate, thinkTime, onFailure, seed, clock);
    }

    public TrafficOptions withThinkTime(Duration pause) {
        return new TrafficOptions(url, operationsPerSecond, pause, onFailure, seed, clock);
    }

    /// Clients connect again when their connection breaks.
    public TrafficOptions tolerant() {
        return new TrafficOptions(
                url, operationsPerSecond, thinkTime, OnFailure.RECONNECT, seed, clock);
    }

    public TrafficOptions withSeed(long newSeed) {
        return new TrafficOptions(url, operationsPerSecond, thinkTime, onFailure, newSeed, clock);
    }
}
