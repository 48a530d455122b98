package dev.kalends.wire;

import java.net.InetSocketAddress;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/// How a server listens, and whom it lets in.
///
/// @param listen port 0 means that the system chooses one
/// @param password a secret
/// @param tls null for connections in the clear
/// @param connectionsMax at the same time; a further one is told so
/// @param limits what one connection may take
public record WireSettings(
        InetSocketAddress listen,
        String user,
        String password,
        @Nullable SSLContext tls,
        int connectionsMax,
        Limits limits) {
    /// Bounds of one connection.
    ///
    /// @param handshake from the connection to the end of the login
    /// @param idle without a transaction; a client that comes again connects anew
    /// @param idleInTransaction between two statements of a transaction
    /// @param stuck how long a client may leave what is sent to it unread
    /// @param messageBytesMax of one message from a client
    /// @param cursorsMax open at the same time, and as many prepared statements
    public record Limits(
            Duration handshake,
            Duration idle,
            Duration idleInTransaction,
            Duration stuck,
            int messageBytesMax,
            int cursorsMax) {
        public static Limits defaults() {
            return new Limits(
                    Duration.ofSeconds(20),
                    Duration.ofMinutes(15),
                    Duration.ofHours(4),
                    Duration.ofMinutes(30),
                    1 << 20,
                    4096);
        }
    }

    /// Leaves the password out.
    @Override
    public String toString() {
        return "WireSettings[listen=%s, user=%s, tls=%s, connectionsMax=%d]"
                .formatted(listen, user, tls == null ? "no" : "yes", connectionsMax);
    }
}
