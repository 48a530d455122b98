package dev.kalends.pg;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.time.Duration;
import java.util.Properties;
import javax.sql.DataSource;

/// A few connections to one server for a library that wants a `DataSource`; all else uses
/// [Session]. Names are qualified and waiting is bounded there as well. Never prints a password.
public final class SessionPool implements AutoCloseable {
    private static final Duration CONNECT = Duration.ofSeconds(10);
    private static final Duration UNUSED = Duration.ofMinutes(2);
    private static final Duration AGE_MAX = Duration.ofMinutes(30);

    private static final String SETTINGS =
            """
            SET search_path = pg_catalog;
            SET lock_timeout = '5s';
            SET statement_timeout = '30s';
            SET idle_in_transaction_session_timeout = '1min';
            SET idle_session_timeout = 0;
            SET client_connection_check_interval = '2s';
            SET TimeZone = 'UTC';
            SET default_transaction_isolation = 'read committed'
            """;

    private final HikariDataSource source;

    SessionPool(String url, Properties properties, int connectionsMax) {
        HikariConfig config = new HikariConfig();
        config.setPoolName("kalends");
        config.setJdbcUrl(url);
        config.setDataSourceProperties(properties);
        config.setMaximumPoolSize(connectionsMax);
        config.setMinimumIdle(1);
        config.setConnectionTimeout(CONNECT.toMillis());
        config.setIdleTimeout(UNUSED.toMillis());
        config.setMaxLifetime(AGE_MAX.toMillis());
        config.setConnectionInitSql(SETTINGS);
        source = new HikariDataSource(config);
    }

    public DataSource dataSource() {
        return source;
    }

    @Override
    public void close() {
        source.close();
    }

    @Override
    public String toString() {
        return "SessionPool[" + source.getJdbcUrl() + "]";
    }
}
