package dev.kalends.migrate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kalends.app.Kalends;
import dev.kalends.calendar.Interval;
import dev.kalends.calendar.PartitionNames;
import dev.kalends.config.LayoutConfig;
import dev.kalends.config.PartitionConfig;
import dev.kalends.config.TableConfig;
import dev.kalends.config.TableNames;
import dev.kalends.plan.Phase;
import dev.kalends.sql.Identifier;
import dev.kalends.testing.Conversions;
import dev.kalends.testing.Mirror;
import dev.kalends.testing.Moments;
import dev.kalends.testing.OldestAndNewest;
import dev.kalends.testing.TestDatabase;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Statements that a client prepared by name before the switch and executes after it.
class PreparedStatementsIT {
    private static final String[] SCHEMA = {
        SchemesIT.CUID,
        "CREATE TABLE t (id text PRIMARY KEY, \"createdAt\" timestamp(3) NOT NULL, body text)",
        "INSERT INTO t SELECT cuid(a, i), a, 'x' FROM generate_series(1, 500) i, LATERAL (SELECT timestamp '2024-01-01' + i * interval '5 hours' AS a) x",
    };
    private static final String ALL = "SELECT t::text FROM t ORDER BY id COLLATE \"C\"";
    private static final String COUNT = "SELECT count(*) FROM t WHERE body = ?";
    private static final List<String> RETURNING =
            List.of(
                    "SELECT * FROM t WHERE body = ?",
                    "INSERT INTO t VALUES (cuid('2024-03-01', (random() * 1e9)::int), '2024-03-01', ?) RETURNING *",
                    "UPDATE t SET body = ? WHERE id = cuid('2024-01-01 05:00', 1) RETURNING id");
    private static final String CACHED_PLAN = "cached plan must not change result type";

    @OldestAndNewest
    void goOnUndisturbedWhereTheCollationIsKept(TestDatabase database) throws SQLException {
        database.sql(SCHEMA);
        try (Connection client = client(database)) {
            List<PreparedStatement> statements = prepare(client);
            List<String> consequences = convert(database, PartitionConfig.Collation.KEEP);

            assertThat(failures(client, statements)).isEmpty();
            assertThat(consequences).noneMatch(each -> each.contains(CACHED_PLAN));
        }
    }

    @OldestAndNewest
    void failUntilPreparedAgainWhereTheCollationChanges(TestDatabase database) throws SQLException {
        database.sql(SCHEMA);
        try (Connection client = client(database);
                Connection other = database.connect();
                Statement bySql = other.createStatement()) {
            List<PreparedStatement> statements = prepare(client);
            bySql.execute("PREPARE every AS SELECT * FROM t LIMIT 1");
            bySql.execute("EXECUTE every");
            List<String> consequences = convert(database, PartitionConfig.Collation.C);

            // The driver prepares all statements of a connection again after the first failure.
            assertThat(failures(client, statements))
                    .singleElement()
                    .asString()
                    .startsWith("0A000")
                    .contains(CACHED_PLAN);
            assertThat(failures(client, statements)).isEmpty();
            for (int i = 0; i < 2; i++) {
                assertThatThrownBy(() -> bySql.execute("EXECUTE every"))
                        .hasMessageContaining(CACHED_PLAN);
            }
            bySql.execute("DEALLOCATE every");
            bySql.execute("PREPARE every AS SELECT * FROM t LIMIT 1");
            bySql.execute("EXECUTE every");
            assertThat(consequences).anyMatch(each -> each.contains(CACHED_PLAN));

            List<List<@Nullable String>> rows = database.rows(ALL);
            Conversions.kalends(database.url()).rollback(TableNames.parse("t"));
            assertThat(database.rows(ALL)).isEqualTo(rows);
        }
    }

    /// With named statements from the first execution on, in transactions, so that the driver
    /// cannot repeat a statement that failed.
    private static Connection client(TestDatabase database) throws SQLException {
        Connection client =
                DriverManager.getConnection(
                        database.url()
                                + (database.url().contains("?") ? "&" : "?")
                                + "prepareThreshold=1");
        client.setAutoCommit(false);
        return client;
    }

    private static List<PreparedStatement> prepare(Connection client) throws SQLException {
        List<PreparedStatement> statements = new ArrayList<>();
        for (String sql : RETURNING) {
            statements.add(client.prepareStatement(sql));
        }
        statements.add(client.prepareStatement(COUNT));
        for (int i = 0; i < 7; i++) {
            // Often enough for the server to choose a generic plan.
            assertThat(failures(client, statements)).isEmpty();
        }
        return statements;
    }

    /// Executes each in a transaction of its own.
    private static List<String> failures(Connection client, List<PreparedStatement> statements)
            throws SQLException {
        List<String> failures = new ArrayList<>();
        for (PreparedStatement statement : statements) {
            try {
                statement.setString(1, "y");
                statement.execute();
                client.commit();
            } catch (SQLException e) {
                client.rollback();
                failures.add(e.getSQLState() + " " + e.getMessage());
            }
        }
        return failures;
    }

    /// @return the consequences that the plan announces
    private static List<String> convert(
            TestDatabase database, PartitionConfig.Collation collation) {
        TableConfig wish =
                new TableConfig(
                        TableNames.parse("t"),
                        new PartitionConfig.ByTime(
                                Identifier.of("id"),
                                Interval.MONTH,
                                null,
                                3,
                                ZoneOffset.UTC,
                                PartitionNames.standard(),
                                PartitionConfig.Strays.REFUSED,
                                collation,
                                null,
                                null),
                        LayoutConfig.defaults());
        Mirror mirror = Mirror.of(database, "public.t");
        Moments moments = new Moments();
        moments.whenBegins(
                Phase.CATCHING_UP,
                () ->
                        mirror.write(
                                "DELETE FROM {t} WHERE \"createdAt\" < '2024-01-03'",
                                "UPDATE {t} SET body = 'z' WHERE \"createdAt\" < '2024-02-01'"));
        Kalends kalends = Conversions.kalends(database.url(), moments);
        List<String> consequences = kalends.plan(wish).consequences();
        kalends.migrate(wish.table(), wish);
        kalends.switchTables(wish.table());
        assertThat(mirror.differences()).isEmpty();
        assertThat(kalends.validate(wish.table())).allMatch(Validator.Result::equal);
        return consequences;
    }
}
