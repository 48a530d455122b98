package dev.kalends.fleet;

import java.net.InetAddress;
import java.net.UnknownHostException;

/// One process that shares the work.
///
/// @param name tells it from the others: host and process
public record Node(String name) {
    /// This process.
    public static Node ofThisProcess() {
        return new Node(host() + ":" + ProcessHandle.current().pid());
    }

    private static String host() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            // A host that cannot resolve its own name has one all the same, as in many containers.
            String named = System.getenv("HOSTNAME");
            return named == null || named.isBlank() ? "unknown" : named;
        }
    }
}
