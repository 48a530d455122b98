package dev.kalends.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.postgresql.util.PSQLException;

/// What a client of PostgreSQL sees.
class WireServerTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final FixedTables tables = new FixedTables();
    private final WireServer server = WireServer.start(FixedTables.settings(3, null), tables);

    @AfterEach
    void end() {
        server.close();
    }

    private Connection connect() throws SQLException {
        return connect(FixedTables.USER, FixedTables.PASSWORD, "extended");
    }

    private Connection connect(String user, String password, String mode) throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", user);
        properties.setProperty("password", password);
        properties.setProperty("sslmode", "disable");
        properties.setProperty("gssEncMode", "disable");
        properties.setProperty("preferQueryMode", mode);
        return DriverManager.getConnection(FixedTables.url(server), properties);
    }

    private static List<String> texts(Statement statement, String sql) throws SQLException {
        List<String> texts = new ArrayList<>();
        try (ResultSet result = statement.executeQuery(sql)) {
            while (result.next()) {
                texts.add(String.valueOf(result.getString(1)));
            }
        }
        return texts;
    }

    @Test
    void answersQueriesInBothProtocols() throws SQLException {
        for (String mode : List.of("simple", "extended")) {
            try (Connection connection = connect(FixedTables.USER, FixedTables.PASSWORD, mode);
                    Statement statement = connection.createStatement()) {
                assertThat(texts(statement, "SELECT id FROM archive.few"))
                        .containsExactly("1", "2", "3", "4", "5", "6", "7", "8", "9", "10");
                assertThat(
                                texts(
                                        statement,
                                        "select t, \"Weird \"\"Näme\"\"\" from archive.\"few\" limit 3"))
                        .containsExactly("row\t1 'ü'\\", "row\t2 'ü'\\", "null");
                assertThat(texts(statement, "SELECT NULL FROM archive.few")).hasSize(10);
                assertThat(texts(statement, "SELECT count(*) FROM archive.many"))
                        .containsExactly("1000000");
                assertThat(texts(statement, "SELECT 1")).containsExactly("1");
                assertThat(texts(statement, "EXPLAIN SELECT id, t FROM archive.few"))
                        .singleElement()
                        .asString()
                        .matches("Archive Scan  \\(cost=1000.00..1000.50 rows=10 width=13\\)");
            }
        }
        assertThat(tables.open).hasValue(0);
    }

    @Test
    void deliversAMillionRowsInPieces() throws SQLException {
        try (Connection connection = connect()) {
            connection.setAutoCommit(false);
            try (PreparedStatement statement =
                    connection.prepareStatement("SELECT id FROM archive.many")) {
                statement.setFetchSize(1000);
                long sum = 0;
                try (ResultSet result = statement.executeQuery()) {
                    while (result.next()) {
                        sum += result.getLong(1);
                    }
                }
                assertThat(sum).isEqualTo(500_000_500_000L);
            }
            connection.commit();
        }
        assertThat(tables.open).hasValue(0);
    }

    @Test
    void keepsCursorsToTheirTransactionAndSavepoint() throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            assertThatThrownBy(() ->
                            statement.execute("DECLARE c1 CURSOR FOR SELECT id FROM archive.few"))
                    .hasMessageContaining("transaction blocks");
            statement.execute("START TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY");
            statement.execute("DECLARE c1 CURSOR FOR SELECT id FROM archive.few");
            assertThat(texts(statement, "FETCH 4 FROM c1")).containsExactly("1", "2", "3", "4");
            statement.execute("SAVEPOINT s2");
            statement.execute("DECLARE c2 CURSOR FOR SELECT id FROM archive.endless");
            assertThat(texts(statement, "FETCH 2 FROM c2")).containsExactly("1", "2");
            assertThatThrownBy(() -> statement.execute("FETCH 2 FROM c9"))
                    .hasMessageContaining("\"c9\" does not exist");
            assertThatThrownBy(() -> statement.execute("SELECT 1")).hasMessageContaining("aborted");
            assertThat(tables.open).hasValue(2);
            statement.execute("ROLLBACK TO SAVEPOINT s2; RELEASE SAVEPOINT s2");
            assertThat(tables.open).hasValue(1);
            assertThat(texts(statement, "FETCH 100 FROM c1"))
                    .containsExactly("5", "6", "7", "8", "9", "10");
            assertThat(tables.open).hasValue(0);
            statement.execute("MOVE BACKWARD ALL IN c1");
            assertThat(texts(statement, "FETCH FORWARD 1 FROM c1")).containsExactly("1");
            statement.execute("COMMIT TRANSACTION");
            assertThat(tables.open).hasValue(0);
            assertThatThrownBy(() -> statement.execute("FETCH 1 FROM c1"))
                    .hasMessageContaining("does not exist");
        }
    }

    @Test
    void refusesWhatItDoesNotKnow() throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            for (String sql :
                    List.of(
                            "INSERT INTO archive.few VALUES (1)",
                            "DELETE FROM archive.few",
                            "TRUNCATE archive.few",
                            "CREATE TABLE x (i int)",
                            "COPY archive.few TO STDOUT",
                            "SELECT id FROM archive.few WHERE id = 1",
                            "SELECT id + 1 FROM archive.few",
                            "SELECT * FROM archive.few",
                            "SELECT lower(t) FROM archive.few",
                            "SELECT id FROM archive.few FOR UPDATE",
                            "SELECT id FROM (SELECT 1) x",
                            "SELECT 2",
                            "EXPLAIN (ANALYZE) SELECT id FROM archive.few",
                            "VALUES (1)")) {
                assertThatThrownBy(() -> statement.execute(sql))
                        .as(sql)
                        .isInstanceOfSatisfying(
                                PSQLException.class,
                                e -> assertThat(e.getSQLState()).isEqualTo("0A000"))
                        .hasMessageContaining("read-only");
            }
            assertThatThrownBy(() -> statement.execute("BEGIN READ WRITE"))
                    .isInstanceOfSatisfying(
                            PSQLException.class,
                            e -> assertThat(e.getSQLState()).isEqualTo("25006"));
            assertThatThrownBy(() -> statement.execute("SET client_encoding = LATIN1"))
                    .hasMessageContaining("client_encoding");
            assertThatThrownBy(() -> texts(statement, "SELECT id FROM archive.none"))
                    .hasMessageContaining("does not exist");
            assertThatThrownBy(() -> texts(statement, "SELECT nope FROM archive.few"))
                    .hasMessageContaining("column \"nope\" does not exist");
            assertThat(texts(statement, "SELECT 1")).containsExactly("1");
        }
    }

    @Test
    void tellsOfAFailureInTheMiddleAndGoesOn() throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            assertThatThrownBy(() -> texts(statement, "SELECT id FROM archive.broken"))
                    .hasMessageContaining("internal error")
                    .message()
                    .doesNotContain("on purpose");
            assertThat(texts(statement, "SELECT id FROM archive.few")).hasSize(10);
        }
        assertThat(tables.open).hasValue(0);
    }

    @Test
    void letsNobodyInWithoutThePassword() {
        assertThatThrownBy(() -> connect(FixedTables.USER, "wrong", "extended"))
                .isInstanceOfSatisfying(
                        PSQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("28P01"));
        assertThatThrownBy(() -> connect("nobody", FixedTables.PASSWORD, "extended"))
                .isInstanceOfSatisfying(
                        PSQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("28P01"));
        assertThatThrownBy(() -> connect(FixedTables.USER, "", "extended"))
                .isInstanceOf(SQLException.class);
    }

    @Test
    void letsOnlySoManyInAndSaysSo() throws SQLException {
        List<Connection> all = new ArrayList<>();
        try {
            for (int i = 0; i < 3; i++) {
                all.add(connect());
            }
            assertThatThrownBy(this::connect)
                    .isInstanceOfSatisfying(
                            PSQLException.class,
                            e -> assertThat(e.getSQLState()).isEqualTo("53300"));
            all.removeLast().close();
            await().atMost(LIMIT).ignoreExceptions().until(() -> all.add(connect()));
        } finally {
            for (Connection each : all) {
                each.close();
            }
        }
    }

    @Test
    void cancelsWhatGoesOnForEver() throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            CompletableFuture<Void> cancelled =
                    CompletableFuture.runAsync(() -> {
                        await().atMost(LIMIT).until(() -> tables.open.get() == 1);
                        try {
                            statement.cancel();
                        } catch (SQLException e) {
                            throw new IllegalStateException(e);
                        }
                    });
            assertThatThrownBy(() ->
                            statement.execute(
                                    "DECLARE c CURSOR FOR SELECT id FROM archive.endless; MOVE BACKWARD ALL IN c; SELECT NULL FROM archive.endless"))
                    .isInstanceOfSatisfying(
                            SQLException.class,
                            e -> assertThat(e.getSQLState()).isEqualTo("57014"));
            cancelled.join();
            connection.rollback();
            assertThat(texts(statement, "SELECT 1")).containsExactly("1");
        }
        assertThat(tables.open).hasValue(0);
    }

    @Test
    void endsWhatIsUnderWayWhenItCloses() throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("DECLARE c CURSOR FOR SELECT id FROM archive.endless");
            assertThat(texts(statement, "FETCH 1 FROM c")).hasSize(1);
            server.close();
            assertThatThrownBy(() -> statement.execute("FETCH 1 FROM c"))
                    .isInstanceOf(SQLException.class);
        }
        assertThat(tables.open).hasValue(0);
    }
}
