package dev.kalends.pg;

import dev.kalends.failure.FailureCode;
import dev.kalends.failure.KalendsException;
import dev.kalends.sql.Sql;
import dev.kalends.sql.SqlList;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Properties;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;

/// One connection to the server, for one thread at a time.
///
/// Every session qualifies names itself (`search_path = pg_catalog`), never lets a policy hide rows
/// from a copy (`row_security = off` makes the server refuse instead), has a lock timeout and a
/// statement timeout, and notices within two seconds when the program that sent a statement is
/// gone.
public final class Session implements AutoCloseable {
    /// Longest wait for a lock that no client queues behind.
    public static final Duration LOCK_TIMEOUT = Duration.ofSeconds(5);

    private static final Sql SETTINGS =
            Sql.of(
                    """
                    SET search_path = pg_catalog;
                    SET row_security = off;
                    SET lock_timeout = '5s';
                    SET statement_timeout = '24h';
                    SET idle_in_transaction_session_timeout = '10min';
                    SET idle_session_timeout = 0;
                    SELECT set_config(name, '0', false) FROM pg_settings WHERE name = 'transaction_timeout';
                    SET client_connection_check_interval = '2s';
                    SET TimeZone = 'UTC';
                    SET DateStyle = 'ISO';
                    SET IntervalStyle = 'postgres';
                    SET extra_float_digits = 1;
                    SET bytea_output = 'hex';
                    SET lc_monetary = 'C';
                    SET standard_conforming_strings = on;
                    SET quote_all_identifiers = off;
                    SET client_min_messages = warning;
                    SET default_transaction_isolation = 'read committed';
                    SET default_tablespace = '';
                    SET synchronize_seqscans = off;
                    SET jit = off
                    """);
    private static final Sql BACKEND_PID = Sql.of("SELECT pg_catalog.pg_backend_pid()");

    private final Connection connection;
    private boolean inTransaction;

    private Session(Connection connection) {
        this.connection = connection;
    }

    /// Opens a session.
    ///
    /// @param purpose shown in `pg_stat_activity` behind the program's name
    /// @throws KalendsException if the server cannot be reached, refuses, or a pooler is in between
    public static Session open(Target target, String purpose) {
        Properties properties = target.properties();
        properties.setProperty("ApplicationName", "kalends " + purpose);
        // The second use of a text is prepared in the server: a plan over many partitions is dear.
        properties.setProperty("prepareThreshold", "2");
        properties.setProperty("connectTimeout", "10");
        properties.setProperty("tcpKeepAlive", "true");
        Session session;
        try {
            session = new Session(DriverManager.getConnection(target.jdbcUrl(), properties));
        } catch (SQLException e) {
            throw connectionFailure(target, new PgException(e, "connect to " + target));
        }
        // Asked before anything is set: a setting made through a pooler would leak to others.
        if (session.one(BACKEND_PID, row -> row.number(1)) != session.pid()) {
            session.close();
            throw pooler(target, null);
        }
        session.execute(SETTINGS);
        return session;
    }

    private static KalendsException connectionFailure(Target target, PgException cause) {
        if (cause.serverMessage().contains("unsupported startup parameter")) {
            return pooler(target, cause);
        }
        return new KalendsException(
                FailureCode.CONNECTION_FAILED,
                "Cannot connect to " + target + ": " + cause.serverMessage(),
                "Nothing was changed.",
                "Check the address, the server and the password (PGPASSWORD or ~/.pgpass).",
                cause);
    }

    private static KalendsException pooler(Target target, @Nullable PgException cause) {
        return new KalendsException(
                FailureCode.POOLER_IN_BETWEEN,
                "A connection pooler stands between Kalends and the server at " + target + ".",
                "Nothing was changed.",
                "Give the server's direct address with --database: settings, locks and snapshots of"
                        + " a session do not survive a transaction pooler.",
                cause);
    }

    /// The pid of the backend as the login named it.
    public int pid() {
        try {
            return connection.unwrap(PGConnection.class).getBackendPID();
        } catch (SQLException e) {
            throw new PgException(e, "read the backend's pid");
        }
    }

    /// Runs a statement without a result.
    public void execute(Sql sql) {
        try (Statement statement = connection.createStatement()) {
            statement.setEscapeProcessing(false);
            statement.execute(sql.render());
        } catch (SQLException e) {
            throw new PgException(e, sql.render());
        }
    }

    /// Runs statements in order.
    public void execute(List<Sql> statements) {
        statements.forEach(this::execute);
    }

    /// Sends statements at once, for one round trip instead of many.
    public void executeTogether(List<Sql> statements) {
        execute(Sql.text("{all}").put("all", SqlList.statements(statements)).build());
    }

    /// Runs a statement with bind values written `?`.
    ///
    /// @return rows changed
    public long update(Sql sql, @Nullable Object... values) {
        try (PreparedStatement statement = prepare(sql, values)) {
            return statement.executeLargeUpdate();
        } catch (SQLException e) {
            throw new PgException(e, sql.render());
        }
    }

    /// Runs a query with bind values written `?`; an operator that contains `?` is written `??`.
    public <T> List<T> query(Sql sql, Row.Reader<T> reader, @Nullable Object... values) {
        try (PreparedStatement statement = prepare(sql, values);
                ResultSet result = statement.executeQuery()) {
            List<T> rows = new ArrayList<>();
            Row row = new Row(result);
            while (result.next()) {
                rows.add(reader.read(row));
            }
            return rows;
        } catch (SQLException e) {
            throw new PgException(e, sql.render());
        }
    }

    /// The only row of a query.
    ///
    /// @throws IllegalStateException if there is not exactly one
    public <T> T one(Sql sql, Row.Reader<T> reader, @Nullable Object... values) {
        List<T> rows = query(sql, reader, values);
        if (rows.size() != 1) {
            throw new IllegalStateException(rows.size() + " rows instead of one from: " + sql);
        }
        return rows.getFirst();
    }

    /// The only row of a query, or null when there is none.
    public <T> @Nullable T oneOrNull(Sql sql, Row.Reader<T> reader, @Nullable Object... values) {
        List<T> rows = query(sql, reader, values);
        return rows.isEmpty() ? null : rows.getFirst();
    }

    /// Snapshot rules of a transaction.
    public enum Isolation {
        READ_COMMITTED,
        REPEATABLE_READ
    }

    /// Runs work in a transaction, committed at its end and rolled back when it throws.
    public <T> T transaction(Isolation isolation, Supplier<T> work) {
        if (inTransaction) {
            throw new IllegalStateException("A transaction is open already");
        }
        begin(isolation);
        try {
            T result = work.get();
            connection.commit();
            return result;
        } catch (SQLException e) {
            throw new PgException(e, "COMMIT");
        } finally {
            end();
        }
    }

    /// Runs work in a READ COMMITTED transaction.
    public void transaction(Runnable work) {
        transaction(
                Isolation.READ_COMMITTED,
                () -> {
                    work.run();
                    return Boolean.TRUE;
                });
    }

    private void begin(Isolation isolation) {
        try {
            connection.setTransactionIsolation(
                    isolation == Isolation.READ_COMMITTED
                            ? Connection.TRANSACTION_READ_COMMITTED
                            : Connection.TRANSACTION_REPEATABLE_READ);
            connection.setAutoCommit(false);
            inTransaction = true;
        } catch (SQLException e) {
            throw new PgException(e, "BEGIN");
        }
    }

    private void end() {
        inTransaction = false;
        try {
            // After a commit this does nothing; after a failure it gives the locks back.
            connection.rollback();
            connection.setAutoCommit(true);
        } catch (SQLException | NoSuchElementException e) {
            // The latter comes from the driver when a COPY was broken off.
            closeQuietly();
        }
    }

    private void closeQuietly() {
        try {
            connection.abort(Runnable::run);
        } catch (SQLException e) {
            // The connection is broken already, and a broken one is what was wanted.
            inTransaction = false;
        }
    }

    private PreparedStatement prepare(Sql sql, @Nullable Object... values) throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql.render());
        try {
            for (int i = 0; i < values.length; i++) {
                if (values[i] instanceof List<?> list) {
                    statement.setArray(
                            i + 1, connection.createArrayOf("text", list.toArray(new Object[0])));
                } else {
                    statement.setObject(i + 1, values[i]);
                }
            }
            return statement;
        } catch (SQLException e) {
            statement.close();
            throw e;
        }
    }

    /// Begins `COPY … TO STDOUT`. Nothing else can run in this session until it is closed.
    public CopyOut copyOut(Sql sql) {
        try {
            return new CopyOut(
                    connection.unwrap(PGConnection.class).getCopyAPI().copyOut(sql.render()),
                    this::cancel,
                    sql.render());
        } catch (SQLException e) {
            throw new PgException(e, sql.render());
        }
    }

    /// Begins `COPY … FROM STDIN`. Nothing else can run in this session until it is closed.
    public CopyIn copyIn(Sql sql) {
        try {
            return new CopyIn(
                    connection.unwrap(PGConnection.class).getCopyAPI().copyIn(sql.render()),
                    sql.render());
        } catch (SQLException e) {
            throw new PgException(e, sql.render());
        }
    }

    /// Asks the server to cancel what another thread runs in this session.
    public void cancel() {
        try {
            connection.unwrap(PGConnection.class).cancelQuery();
        } catch (SQLException e) {
            closeQuietly();
        }
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException e) {
            closeQuietly();
        }
    }
}
