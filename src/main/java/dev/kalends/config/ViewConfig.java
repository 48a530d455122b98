package dev.kalends.config;

import org.jspecify.annotations.Nullable;

/// Where archived rows are read by SQL.
///
/// @param address where the database finds it; null if that is `listen`
/// @param password a secret
/// @param tls null for connections in the clear
public record ViewConfig(
        Place listen,
        @Nullable Place address,
        String user,
        String password,
        @Nullable Tls tls,
        int connectionsMax) {
    static final Place LISTEN_DEFAULT = new Place("127.0.0.1", 5433);
    static final String USER_DEFAULT = "kalends";
    static final int CONNECTIONS_DEFAULT = 20;
    static final Limits<Integer> CONNECTIONS = Limits.ofCount(1, 1000);

    /// A host with a port.
    ///
    /// @param port 0 means that the system chooses one
    public record Place(String host, int port) {
        private static final int PORT_MAX = 65_535;

        /// Reads `host:port` or `[::1]:port`.
        static Place parse(String text) {
            String place = text.strip();
            int colon = place.lastIndexOf(':');
            String host = colon < 0 ? "" : place.substring(0, colon);
            if (host.startsWith("[") && host.endsWith("]")) {
                host = host.substring(1, host.length() - 1);
            } else if (host.contains(":")) {
                host = "";
            }
            String port = place.substring(colon + 1);
            if (host.isBlank()
                    || !port.matches("[0-9]{1,5}")
                    || Integer.parseInt(port) > PORT_MAX) {
                throw new IllegalArgumentException(
                        "Cannot read \"%s\" as an address: write host:port, as in 127.0.0.1:5433"
                                .formatted(text));
            }
            return new Place(host, Integer.parseInt(port));
        }

        /// Whether only this machine comes there.
        boolean isLoopback() {
            return host.equals("localhost")
                    || host.equals("::1")
                    || host.matches("127(\\.[0-9]{1,3}){3}");
        }

        @Override
        public String toString() {
            return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
        }
    }

    /// Files in PEM; relative ones begin at the folder of the configuration.
    public record Tls(String certificate, String key) {}

    /// Leaves the password out.
    @Override
    public String toString() {
        return "ViewConfig[listen=%s, user=%s, tls=%s, connectionsMax=%d]"
                .formatted(listen, user, tls == null ? "no" : "yes", connectionsMax);
    }
}
