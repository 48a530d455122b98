package dev.kalends.demo.messaging;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A client's connection. The driver keeps the statements prepared at the server, under names, once
/// they have run a few times.
final class Session implements AutoCloseable {
    /// The server ends the session with these: shutdown, crash of another process, still starting.
    private static final Set<String> ENDING = Set.of("57P01", "57P02", "57P03");

    private final Connection connection;

    private Session(Connection connection) {
        this.connection = connection;
    }

    static Session open(String url) throws SQLException {
        return new Session(DriverManager.getConnection(url));
    }

    /// Whether the error means that the outcome of the statement is unknown.
    boolean brokenBy(SQLException error) throws SQLException {
        String state = state(error);
        return state.startsWith("08") || ENDING.contains(state) || connection.isClosed();
    }

    static String state(SQLException error) {
        String state = error.getSQLState();
        return state == null ? Measurements.WRONG_ANSWER : state;
    }

    int update(String sql, List<@Nullable String> values) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            bind(statement, values);
            return statement.executeUpdate();
        }
    }

    /// @return how many rows there were
    int read(String sql, List<@Nullable String> values) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            bind(statement, values);
            int count = 0;
            try (ResultSet result = statement.executeQuery()) {
                while (result.next()) {
                    count++;
                }
            }
            return count;
        }
    }

    /// The first row of a query as text.
    ///
    /// @return null if there is no row
    @Nullable List<@Nullable String> first(String sql, List<@Nullable String> values)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            bind(statement, values);
            try (ResultSet result = statement.executeQuery()) {
                if (!result.next()) {
                    return null;
                }
                List<@Nullable String> row = new ArrayList<>();
                for (int i = 1; i <= result.getMetaData().getColumnCount(); i++) {
                    row.add(result.getString(i));
                }
                return row;
            }
        }
    }

    CopyWriter copy(String table, List<String> quotedColumns) throws SQLException {
        return new CopyWriter(connection, table, quotedColumns);
    }

    /// @return null if there is no such row
    @Nullable MessageRow readById(MessageReader reader, String id) throws SQLException {
        String sql =
                "SELECT "
                        + reader.selectList()
                        + " FROM "
                        + MessagingApplication.CONVERSATION_MESSAGE
                        + " WHERE \"id\" = ?";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, id);
            try (ResultSet result = statement.executeQuery()) {
                return result.next() ? reader.row(result) : null;
            }
        }
    }

    void begin() throws SQLException {
        connection.setAutoCommit(false);
    }

    void commit() throws SQLException {
        connection.commit();
        connection.setAutoCommit(true);
    }

    /// Ends the transaction, if there is one, after an error.
    void rollback() throws SQLException {
        if (!connection.getAutoCommit()) {
            connection.rollback();
            connection.setAutoCommit(true);
        }
    }

    /// Breaks the connection, also while a statement runs on it.
    void abort() throws SQLException {
        connection.abort(Runnable::run);
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }

    private static void bind(PreparedStatement statement, List<@Nullable String> values)
            throws SQLException {
        for (int i = 0; i < values.size(); i++) {
            statement.setString(i + 1, values.get(i));
        }
    }
}
