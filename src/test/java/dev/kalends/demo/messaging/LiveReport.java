package dev.kalends.demo.messaging;

import dev.kalends.demo.messaging.TrafficReport.ClientError;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// What the clients of [LiveTraffic] have experienced so far.
///
/// @param traffic counts, errors and waits
/// @param retries transactions that were tried again, by the SQLSTATE that made it necessary; they
///   are no errors unless the last try failed as well
public record LiveReport(TrafficReport traffic, Map<String, Long> retries) {
    /// The count of errors by SQLSTATE; "-----" where the answer, not the server, was wrong.
    public Map<String, Long> errorsByState() {
        return traffic.errors().stream()
                .collect(
                        Collectors.groupingBy(
                                ClientError::sqlState,
                                TreeMap::new,
                                Collectors.summingLong(ClientError::count)));
    }
}
