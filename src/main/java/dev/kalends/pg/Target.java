package dev.kalends.pg;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Properties;

/// Where a database is, and as whom to log in. Never prints a password.
public final class Target {
    private final String jdbcUrl;
    private final Properties properties;
    private final String display;

    private Target(String jdbcUrl, Properties properties, String display) {
        this.jdbcUrl = jdbcUrl;
        this.properties = properties;
        this.display = display;
    }

    /// Reads `postgresql://[user[:password]@]host[:port]/database[?option=value…]`, also with the
    /// `jdbc:` prefix. Without a password the driver looks at `PGPASSWORD` and `~/.pgpass`.
    ///
    /// @param pgPassword the value of `PGPASSWORD`, or empty
    /// @throws IllegalArgumentException if the text is not such an address; the message never has
    ///   the password in it
    public static Target parse(String text, String pgPassword) {
        String address = text.startsWith("jdbc:") ? text.substring("jdbc:".length()) : text;
        URI uri;
        try {
            uri = new URI(address);
        } catch (URISyntaxException e) {
            // Its message has the whole address in it, and so does not become the cause.
            throw new IllegalArgumentException(
                    "Cannot read the database address: " + e.getReason() + EXPECTED);
        }
        boolean known = "postgresql".equals(uri.getScheme()) || "postgres".equals(uri.getScheme());
        if (!known
                || uri.getHost() == null
                || uri.getPath() == null
                || uri.getPath().length() < 2) {
            throw new IllegalArgumentException("Cannot read the database address" + EXPECTED);
        }
        Properties properties = new Properties();
        String userInfo = uri.getRawUserInfo();
        String user = System.getProperty("user.name");
        if (userInfo != null) {
            int colon = userInfo.indexOf(':');
            user = decode(colon < 0 ? userInfo : userInfo.substring(0, colon));
            if (colon >= 0) {
                properties.setProperty("password", decode(userInfo.substring(colon + 1)));
            }
        }
        properties.setProperty("user", user);
        if (!properties.containsKey("password") && !pgPassword.isEmpty()) {
            properties.setProperty("password", pgPassword);
        }
        readQuery(uri.getRawQuery(), properties);
        user = properties.getProperty("user");
        int port = uri.getPort() < 0 ? 5432 : uri.getPort();
        String place = uri.getHost() + ":" + port + uri.getRawPath();
        return new Target(
                "jdbc:postgresql://" + place, properties, "postgresql://" + user + "@" + place);
    }

    private static final String EXPECTED =
            "; expected postgresql://user@host:5432/database (password: PGPASSWORD or ~/.pgpass)";

    private static void readQuery(
            @org.jspecify.annotations.Nullable String query, Properties into) {
        if (query == null) {
            return;
        }
        for (String option : query.split("&", -1)) {
            int equals = option.indexOf('=');
            if (equals > 0) {
                into.setProperty(
                        decode(option.substring(0, equals)), decode(option.substring(equals + 1)));
            }
        }
    }

    private static String decode(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    /// Opens connections for a library that wants a `DataSource`.
    ///
    /// @param purpose shown in `pg_stat_activity` behind the program's name
    /// @param connectionsMax at the same time; a further one waits 10 seconds, then fails
    public SessionPool pool(String purpose, int connectionsMax) {
        Properties with = properties();
        with.setProperty("ApplicationName", "kalends " + purpose);
        with.setProperty("connectTimeout", "10");
        with.setProperty("tcpKeepAlive", "true");
        return new SessionPool(jdbcUrl, with, connectionsMax);
    }

    String jdbcUrl() {
        return jdbcUrl;
    }

    Properties properties() {
        Properties copy = new Properties();
        copy.putAll(properties);
        return copy;
    }

    /// The address without the password.
    @Override
    public String toString() {
        return display;
    }
}
