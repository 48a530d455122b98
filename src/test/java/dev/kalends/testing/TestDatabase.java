package dev.kalends.testing;

import dev.kalends.embedded.EmbeddedPostgres;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// An empty database for one test, dropped when closed. Statements go through a connection per
/// call, as the superuser and in autocommit mode.
public final class TestDatabase implements AutoCloseable {
    private final EmbeddedPostgres server;
    private final String name;
    private final List<String> roles = new ArrayList<>();

    TestDatabase(EmbeddedPostgres server, String name) {
        this.server = server;
        this.name = name;
    }

    public EmbeddedPostgres server() {
        return server;
    }

    public String name() {
        return name;
    }

    /// Connects as the superuser.
    public String url() {
        return server.jdbcUrl(name);
    }

    /// As programs other than Java's take it.
    public String uri() {
        return "postgresql://%s@127.0.0.1:%d/%s"
                .formatted(EmbeddedPostgres.SUPERUSER, server.port(), name);
    }

    public String urlAs(String role) {
        return "jdbc:postgresql://127.0.0.1:%d/%s?user=%s".formatted(server.port(), name, role);
    }

    public Connection connect() throws SQLException {
        return DriverManager.getConnection(url());
    }

    public Connection connectAs(String role) throws SQLException {
        return DriverManager.getConnection(urlAs(role));
    }

    /// Creates a role that may log in and owns nothing, named after this database; dropped with it.
    public String createRole(String suffix) {
        String role = name + "_" + suffix;
        sql("CREATE ROLE \"" + role + "\" LOGIN NOSUPERUSER");
        roles.add(role);
        return role;
    }

    /// Runs statements, each in a transaction of its own.
    public void sql(String... statements) {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        } catch (SQLException e) {
            throw new IllegalStateException("Cannot run " + String.join("; ", statements), e);
        }
    }

    /// All rows of a query as text; SQL's NULL is null.
    public List<List<@Nullable String>> rows(String query) {
        try (Connection connection = connect();
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(query)) {
            List<List<@Nullable String>> rows = new ArrayList<>();
            while (result.next()) {
                List<@Nullable String> row = new ArrayList<>();
                for (int i = 1; i <= result.getMetaData().getColumnCount(); i++) {
                    row.add(result.getString(i));
                }
                rows.add(row);
            }
            return rows;
        } catch (SQLException e) {
            throw new IllegalStateException("Cannot query " + query, e);
        }
    }

    /// The only value of a query that returns one row; SQL's NULL is the text "NULL".
    public String value(String query) {
        List<List<@Nullable String>> rows = rows(query);
        if (rows.size() != 1) {
            throw new IllegalStateException(rows.size() + " rows instead of 1 from " + query);
        }
        String value = rows.getFirst().getFirst();
        return value == null ? "NULL" : value;
    }

    /// The only value of a query that returns one number.
    public long number(String query) {
        return Long.parseLong(value(query));
    }

    @Override
    public void close() throws SQLException {
        server.dropDatabase(name);
        for (String role : roles) {
            try (Connection connection = server.connect(EmbeddedPostgres.SUPERUSER);
                    Statement statement = connection.createStatement()) {
                statement.execute("DROP ROLE \"" + role + "\"");
            }
        }
    }

    @Override
    public String toString() {
        return "PostgreSQL " + server.major();
    }
}
