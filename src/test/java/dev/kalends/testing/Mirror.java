package dev.kalends.testing;

import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;

/// A plain copy of a table that gets the same writes. Whatever happens to the table, it must hold
/// what the copy holds.
public final class Mirror {
    private final TestDatabase database;
    private final String table;
    private final String copy;

    private Mirror(TestDatabase database, String table) {
        this.database = database;
        this.table = table;
        this.copy =
                table.endsWith("\"")
                        ? table.substring(0, table.length() - 1) + "_mirror\""
                        : table + "_mirror";
    }

    /// Copies a table as it is now.
    public static Mirror of(TestDatabase database, String table) {
        Mirror mirror = new Mirror(database, table);
        String columns =
                database.value(
                        """
                        SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute
                         WHERE attrelid = '%s'::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
                        """
                                .formatted(table));
        database.sql(
                "CREATE TABLE %s (LIKE %s INCLUDING DEFAULTS INCLUDING GENERATED INCLUDING INDEXES)"
                        .formatted(mirror.copy, table),
                "INSERT INTO %1$s (%3$s) SELECT %3$s FROM %2$s"
                        .formatted(mirror.copy, table, columns));
        return mirror;
    }

    /// Runs statements on both as the superuser; `{t}` stands for the table.
    public void write(String... statements) {
        try (Connection connection = database.connect()) {
            write(connection, statements);
        } catch (SQLException e) {
            throw new IllegalStateException("Cannot run " + String.join("; ", statements), e);
        }
    }

    /// Runs statements on the table in the given session, and on the copy as the superuser.
    public void write(Connection connection, String... statements) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql.replace("{t}", table));
            }
        }
        for (String sql : statements) {
            if (sql.contains("{t}")) {
                database.sql(sql.replace("{t}", copy));
            }
        }
    }

    /// Runs COPY FROM STDIN on both, on the table in the given session.
    public void copyIn(Connection connection, String lines) throws SQLException {
        copyIn(connection, table, lines);
        try (Connection other = database.connect()) {
            copyIn(other, copy, lines);
        }
    }

    private static void copyIn(Connection connection, String table, String lines)
            throws SQLException {
        try {
            connection
                    .unwrap(PGConnection.class)
                    .getCopyAPI()
                    .copyIn("COPY " + table + " FROM STDIN", new StringReader(lines));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Rows that only one of the two has.
    public List<List<@Nullable String>> differences() {
        return differences(table);
    }

    /// Rows that only one of the copy and another table has.
    public List<List<@Nullable String>> differences(String other) {
        return database.rows(
                """
                (SELECT 'only in the table', x::text FROM %1$s x EXCEPT ALL SELECT 'only in the table', x::text FROM %2$s x LIMIT 10)
                UNION ALL
                (SELECT 'only in the copy', x::text FROM %2$s x EXCEPT ALL SELECT 'only in the copy', x::text FROM %1$s x LIMIT 10)
                """
                        .formatted(other, copy));
    }
}
