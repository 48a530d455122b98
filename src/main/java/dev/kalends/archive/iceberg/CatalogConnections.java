package dev.kalends.archive.iceberg;

import dev.kalends.pg.SessionPool;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import org.apache.iceberg.jdbc.JdbcClientPool;
import org.apache.iceberg.jdbc.UncheckedSQLException;

/// Connections that find the catalog's tables, which the library names without a schema.
final class CatalogConnections extends JdbcClientPool {
    private final SessionPool pool;

    CatalogConnections(SessionPool pool) {
        super(1, "", Map.of());
        this.pool = pool;
    }

    @Override
    protected Connection newClient() {
        try {
            Connection connection = pool.dataSource().getConnection();
            connection.setSchema("kalends_iceberg");
            return connection;
        } catch (SQLException e) {
            throw new UncheckedSQLException(e, "Cannot connect to the database");
        }
    }
}
