package dev.kalends.demo.messaging;

import java.time.Duration;
import java.util.List;

/// What the clients have experienced so far.
///
/// @param acknowledgedWrites row writes of this traffic that the server acknowledged
/// @param reads operations that only read
/// @param connectionFailures connections that broke, or could not be made
/// @param errors what else went wrong, each kind once with its count
/// @param longestWait of any operation, also one that is still under way
/// @param p50 half of all operations took no longer; all three have a precision of 1/16
/// @param p99 99 of 100 operations took no longer
/// @param p999 999 of 1000 operations took no longer
public record TrafficReport(
        long acknowledgedWrites,
        long reads,
        long connectionFailures,
        List<ClientError> errors,
        Duration longestWait,
        Duration p50,
        Duration p99,
        Duration p999) {

    /// An error that a client received on a connection that held.
    ///
    /// @param sqlState "-----" where the answer, not the server, was wrong
    /// @param message of the first such error
    public record ClientError(int client, String sqlState, String message, long count) {}

    public long errorCount() {
        return errors.stream().mapToLong(ClientError::count).sum();
    }
}
