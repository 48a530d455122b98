package dev.kalends.migrate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kalends.app.Kalends;
import dev.kalends.config.TableConfig;
import dev.kalends.testing.Conversions;
import dev.kalends.testing.OldestAndNewest;
import dev.kalends.testing.TestDatabase;
import java.io.IOException;
import java.io.StringReader;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.postgresql.PGConnection;

/// What a table with guards does under every kind of statement, after its conversion.
class GuardIT {
    private static final String[] SCHEMA = {
        """
        CREATE TABLE "Message" (id text CONSTRAINT "Message_pkey" PRIMARY KEY, "createdAt" timestamp(3) NOT NULL, body text, code text, tenant int,
            "replyTo" text CONSTRAINT "Message_replyTo_fkey" REFERENCES "Message" ON DELETE SET NULL ON UPDATE CASCADE,
            CONSTRAINT "Message_tenant_code_key" UNIQUE (tenant, code))
        """,
        """
        INSERT INTO "Message" SELECT 'm' || i, timestamp '2025-01-01' + i * interval '4 hours', 'x', 'c' || i, 1, CASE WHEN i % 5 = 0 THEN 'm' || i - 1 END
          FROM generate_series(1, 600) i
        """,
        """
        CREATE TABLE reaction (id int PRIMARY KEY, message text NOT NULL,
            CONSTRAINT reaction_message_fkey FOREIGN KEY (message) REFERENCES "Message" ON DELETE CASCADE ON UPDATE CASCADE)
        """,
        "INSERT INTO reaction SELECT i, 'm' || i FROM generate_series(1, 600, 2) i",
        """
        CREATE TABLE later (id int PRIMARY KEY, message text NOT NULL,
            CONSTRAINT later_message_fkey FOREIGN KEY (message) REFERENCES "Message" DEFERRABLE INITIALLY DEFERRED)
        """
    };
    private static final TableConfig WISH =
            Conversions.wish(
                    """
                      - table: Message
                        partition: {by: range, key: createdAt, every: month}
                        unique: {id: guard, "tenant, code": guard}
                        references: guard
                    """);

    /// Converted for good.
    private static String guards(TestDatabase database) {
        database.sql(SCHEMA);
        Kalends kalends = Conversions.kalends(database.url());
        kalends.migrate(WISH.table(), WISH);
        kalends.switchTables(WISH.table());
        kalends.cleanup(WISH.table(), Kalends.Backup.WAIVED);
        assertThat(
                        database.rows(
                                "SELECT conname, conrelid::regclass FROM pg_constraint WHERE contype = 'f' AND NOT convalidated AND conparentid = 0"))
                .isEmpty();
        return database.value(
                "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'kalends\\_guard%'");
    }

    private static void assertGuardsEqual(TestDatabase database, String schema) {
        assertThat(
                        database.rows(
                                """
                                (SELECT 'id', id, "createdAt"::text FROM "Message" EXCEPT ALL SELECT 'id', id, "createdAt"::text FROM %1$s."Message")
                                UNION ALL (SELECT 'id-', id, "createdAt"::text FROM %1$s."Message" EXCEPT ALL SELECT 'id-', id, "createdAt"::text FROM "Message")
                                UNION ALL (SELECT 'code', tenant || code, "createdAt"::text FROM "Message" WHERE tenant + length(code) IS NOT NULL
                                    EXCEPT ALL SELECT 'code', tenant || code, "createdAt"::text FROM %1$s."Message_tenant_code_key_guard")
                                UNION ALL (SELECT 'code-', tenant || code, "createdAt"::text FROM %1$s."Message_tenant_code_key_guard"
                                    EXCEPT ALL SELECT 'code-', tenant || code, "createdAt"::text FROM "Message" WHERE tenant + length(code) IS NOT NULL)
                                UNION ALL SELECT 'orphan', message, '' FROM reaction WHERE message NOT IN (SELECT id FROM "Message")
                                UNION ALL SELECT 'reply', id, "replyTo" FROM "Message" WHERE "replyTo" NOT IN (SELECT id FROM "Message")
                                """
                                        .formatted(schema)))
                .isEmpty();
    }

    @OldestAndNewest
    void followEveryStatementOfOneSession(TestDatabase database) throws SQLException, IOException {
        String schema = guards(database);
        database.sql(
                "INSERT INTO \"Message\" VALUES ('a', '2025-01-05', NULL, NULL), ('b', '2025-02-05', NULL, 'b'), ('c', '2025-03-05', NULL, 'x')",
                "INSERT INTO \"Message\" VALUES ('a', '2025-01-05', 'again') ON CONFLICT (id, \"createdAt\") DO UPDATE SET body = excluded.body, \"createdAt\" = '2025-01-06'",
                "INSERT INTO \"Message\" VALUES ('b', '2025-02-05') ON CONFLICT ON CONSTRAINT \"Message_pkey\" DO NOTHING",
                "UPDATE \"Message\" SET id = 'a2' WHERE id = 'a'",
                "UPDATE \"Message\" SET id = 'm1x' WHERE id = 'm1'",
                "UPDATE \"Message\" SET \"createdAt\" = \"createdAt\" + interval '1 hour' WHERE id = 'm2'",
                "UPDATE \"Message\" SET \"createdAt\" = \"createdAt\" + interval '40 days' WHERE id IN ('m3', 'm4', 'm5')",
                "UPDATE \"Message\" SET \"createdAt\" = \"createdAt\" + interval '40 days', id = 'm7x', code = 'c7x' WHERE id = 'm7'",
                "UPDATE \"Message\" SET code = NULL WHERE id IN ('m9', 'm10')",
                "UPDATE \"Message\" SET code = 'c9', \"createdAt\" = \"createdAt\" + interval '40 days' WHERE id = 'm10'",
                "UPDATE \"Message\" SET tenant = NULL, \"createdAt\" = \"createdAt\" + interval '40 days' WHERE id = 'm11'",
                "UPDATE \"Message\" SET \"createdAt\" = \"createdAt\" + interval '3 days'",
                "UPDATE \"Message\" SET tenant = 2",
                "UPDATE \"Message\" SET \"replyTo\" = id WHERE id = 'm30'",
                "DELETE FROM \"Message\" WHERE id IN ('m13', 'm14', 'm20', 'm30')",
                "BEGIN; INSERT INTO later VALUES (1, 'z'); INSERT INTO \"Message\" VALUES ('z', '2025-02-02'); COMMIT");
        try (Connection connection = database.connect()) {
            connection
                    .unwrap(PGConnection.class)
                    .getCopyAPI()
                    .copyIn(
                            "COPY \"Message\" (id, \"createdAt\") FROM STDIN",
                            new StringReader("k1\t2025-01-01\nk2\t2025-02-01\n"));
        }
        if (database.server().major() >= 15) {
            database.sql(
                    """
                    MERGE INTO "Message" t USING (VALUES ('k1', timestamp '2025-04-01'), ('k9', '2025-04-01'), ('k2', NULL)) s (id, at) ON t.id = s.id
                    WHEN MATCHED AND s.at IS NULL THEN DELETE
                    WHEN MATCHED THEN UPDATE SET "createdAt" = s.at
                    WHEN NOT MATCHED THEN INSERT (id, "createdAt") VALUES (s.id, s.at)
                    """);
        }
        assertGuardsEqual(database, schema);
        assertThat(
                        database.value(
                                "SELECT string_agg(message, ',' ORDER BY message) FROM reaction WHERE id IN (1, 3, 5, 7, 9, 11, 13)"))
                .isEqualTo("m11,m1x,m3,m5,m7x,m9");
        assertThat(
                        database.rows(
                                "SELECT id FROM \"Message\" WHERE id IN ('m15', 'm21') AND \"replyTo\" IS NOT NULL"))
                .isEmpty();
        for (String refused :
                List.of(
                        "INSERT INTO \"Message\" VALUES ('b', '2025-07-01')",
                        "INSERT INTO \"Message\" VALUES ('b', '2025-05-01') ON CONFLICT DO NOTHING",
                        "UPDATE \"Message\" SET id = 'b' WHERE id = 'c'")) {
            assertThatThrownBy(() -> database.sql(refused))
                    .as(refused)
                    .hasStackTraceContaining("Key (id)=(b) already exists")
                    .hasStackTraceContaining("\"Message_pkey\"");
        }
        assertThatThrownBy(() ->
                        database.sql(
                                "INSERT INTO \"Message\" VALUES ('new', '2025-05-05', NULL, 'c17', 2)"))
                .hasStackTraceContaining("Message_tenant_code_key")
                .hasStackTraceContaining("Key (tenant, code)=(2, c17) already exists");
        assertThatThrownBy(() -> database.sql("DELETE FROM \"Message\" WHERE id = 'z'"))
                .hasStackTraceContaining("later_message_fkey");
        assertGuardsEqual(database, schema);
    }

    @OldestAndNewest
    void areEmptiedWithTheTableAndNotWhileItIsReferenced(TestDatabase database) {
        String schema = guards(database);
        assertThatThrownBy(() -> database.sql("TRUNCATE \"Message\""))
                .hasStackTraceContaining(
                        "cannot truncate a table referenced in a foreign key constraint")
                .hasStackTraceContaining("reaction");
        assertGuardsEqual(database, schema);
        database.sql("TRUNCATE \"Message\", reaction, later");
        assertGuardsEqual(database, schema);
        database.sql(
                "INSERT INTO \"Message\" VALUES ('m1', '2025-01-05')", "DELETE FROM \"Message\"");
        assertGuardsEqual(database, schema);
    }

    @OldestAndNewest
    void followASessionThatPlaysReplicaAndOneThatMayOnlyWriteTheTable(TestDatabase database)
            throws SQLException {
        String schema = guards(database);
        String writer = database.createRole("writer");
        database.sql(
                "GRANT SELECT, INSERT, UPDATE, DELETE ON \"Message\", reaction TO \""
                        + writer
                        + "\"");
        try (Connection connection = database.connectAs(writer);
                Statement statement = connection.createStatement()) {
            statement.execute("INSERT INTO \"Message\" VALUES ('w', '2025-02-02', NULL, 'w', 9)");
            statement.execute("INSERT INTO reaction VALUES (-1, 'w')");
            statement.execute("UPDATE \"Message\" SET \"createdAt\" = '2025-03-03' WHERE id = 'w'");
            statement.execute("UPDATE \"Message\" SET id = 'w2' WHERE id = 'w'");
            statement.execute("DELETE FROM \"Message\" WHERE id IN ('m1', 'm2')");
        }
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            statement.execute("SET session_replication_role = replica");
            statement.execute("INSERT INTO \"Message\" VALUES ('r', '2025-02-02')");
            statement.execute(
                    "UPDATE \"Message\" SET \"createdAt\" = \"createdAt\" + interval '45 days' WHERE id IN ('r', 'm8', 'm9')");
            statement.execute("DELETE FROM \"Message\" WHERE id = 'm10'");
        }
        assertGuardsEqual(database, schema);
        assertThat(database.value("SELECT message FROM reaction WHERE id = -1")).isEqualTo("w2");
    }

    @OldestAndNewest
    void guardPartitionsThatAreAddedLater(TestDatabase database) {
        String schema = guards(database);
        database.sql(
                "CREATE TABLE added PARTITION OF \"Message\" FOR VALUES FROM ('2040-01-01') TO ('2041-01-01')",
                "CREATE TABLE attached (LIKE \"Message\" INCLUDING DEFAULTS)",
                "ALTER TABLE \"Message\" ATTACH PARTITION attached FOR VALUES FROM ('2041-01-01') TO ('2042-01-01')",
                "INSERT INTO \"Message\" VALUES ('n1', '2040-05-05'), ('n2', '2041-05-05')",
                "INSERT INTO added VALUES ('n3', '2040-05-05')",
                "UPDATE \"Message\" SET \"createdAt\" = \"createdAt\" + interval '1 year' WHERE id = 'n1'",
                "UPDATE \"Message\" SET \"createdAt\" = '2040-06-06' WHERE id = 'm17'");
        assertGuardsEqual(database, schema);
        assertThatThrownBy(
                        () -> database.sql("INSERT INTO \"Message\" VALUES ('m18', '2041-01-01')"))
                .hasStackTraceContaining("Message_pkey");
        assertThat(
                        database.number(
                                "SELECT count(*) FROM pg_trigger WHERE tgname LIKE '%kalends%' AND tgenabled <> 'A'"))
                .isZero();
    }

    @OldestAndNewest
    void decideConcurrentInsertsOfOneIdAsThePrimaryKeyDid(TestDatabase database)
            throws SQLException, InterruptedException {
        String schema = guards(database);
        for (int isolation :
                List.of(
                        Connection.TRANSACTION_READ_COMMITTED,
                        Connection.TRANSACTION_REPEATABLE_READ)) {
            String id = "race" + isolation;
            try (Connection first = database.connect();
                    Connection second = database.connect();
                    ExecutorService other = Executors.newSingleThreadExecutor()) {
                first.setAutoCommit(false);
                second.setAutoCommit(false);
                second.setTransactionIsolation(isolation);
                try (Statement statement = second.createStatement()) {
                    statement.execute("SELECT count(*) FROM \"Message\"");
                }
                run(first, "INSERT INTO \"Message\" VALUES ('" + id + "', '2025-01-01')");
                Future<String> state =
                        other.submit(() ->
                                run(
                                        second,
                                        "INSERT INTO \"Message\" VALUES ('"
                                                + id
                                                + "', '2025-03-01')"));
                first.commit();
                assertThat(other.isShutdown()).isFalse();
                assertThat(get(state)).isEqualTo("23505");
                second.rollback();
            }
        }
        assertGuardsEqual(database, schema);
    }

    private static String get(Future<String> state) throws InterruptedException {
        try {
            return state.get(30, TimeUnit.SECONDS);
        } catch (java.util.concurrent.ExecutionException
                | java.util.concurrent.TimeoutException e) {
            throw new IllegalStateException(e);
        }
    }

    /// @return the SQLSTATE, or "" if it went well
    private static String run(Connection connection, String sql) {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
            return "";
        } catch (SQLException e) {
            return e.getSQLState();
        }
    }

    private static final List<String> OPERATIONS =
            List.of(
                    "INSERT INTO \"Message\" VALUES ('i%1$d', timestamp '2025-01-01' + %2$d * interval '1 day', 'new', 'k%3$d', 1, NULL)",
                    "UPDATE \"Message\" SET \"createdAt\" = timestamp '2025-01-01' + %2$d * interval '1 day' WHERE id = 'i%1$d'",
                    "DELETE FROM \"Message\" WHERE id = 'i%1$d'",
                    "INSERT INTO \"Message\" VALUES ('i%1$d', timestamp '2025-01-01' + %2$d %% 5 * interval '30 days', 'up', NULL, 1, NULL) ON CONFLICT (id, \"createdAt\") DO UPDATE SET body = excluded.body, code = 'k%3$d'",
                    "UPDATE \"Message\" SET code = 'k%3$d' WHERE id = 'i%1$d'",
                    "UPDATE \"Message\" SET code = NULL WHERE id = 'i%1$d'",
                    "UPDATE \"Message\" SET id = 'i%2$d' WHERE id = 'i%1$d'",
                    "UPDATE \"Message\" SET \"replyTo\" = 'i%2$d' WHERE id = 'i%1$d'",
                    "INSERT INTO reaction VALUES (nextval('reactions'), 'i%1$d')",
                    "BEGIN; DELETE FROM \"Message\" WHERE id = 'i%1$d'; INSERT INTO \"Message\" VALUES ('i%1$d', timestamp '2025-01-01' + %2$d * interval '1 day', 're', 'k%3$d', 1, NULL); COMMIT");

    @OldestAndNewest
    void equalTheTableAfterAWildWorkload(TestDatabase database)
            throws SQLException, InterruptedException {
        String schema = guards(database);
        database.sql("CREATE SEQUENCE reactions START 10000");
        long seed = Long.getLong("kalends.test.seed", System.nanoTime());
        int operations = Integer.getInteger("kalends.test.operations", 400);
        ConcurrentHashMap<String, Integer> states = new ConcurrentHashMap<>();
        try (ExecutorService clients = Executors.newFixedThreadPool(8)) {
            List<Future<?>> all = new ArrayList<>();
            for (int client = 0; client < 8; client++) {
                Random random = new Random(seed + client);
                all.add(
                        clients.submit(() -> {
                            try (Connection connection = database.connect()) {
                                for (int i = 0; i < operations; i++) {
                                    String state = wild(connection, random);
                                    states.merge(state, 1, Integer::sum);
                                }
                            }
                            return null;
                        }));
            }
            for (Future<?> each : all) {
                each.get(120, TimeUnit.SECONDS);
            }
        } catch (java.util.concurrent.ExecutionException
                | java.util.concurrent.TimeoutException e) {
            throw new IllegalStateException(e);
        }
        System.err.println(database + " states " + states);
        assertGuardsEqual(database, schema);
        assertThat(states.keySet())
                .as("seed %d: %s", seed, states)
                .isSubsetOf("", "23505", "23503", "40001", "40P01");
    }

    private static String wild(Connection connection, Random random) {
        String sql =
                OPERATIONS
                        .get(random.nextInt(OPERATIONS.size()))
                        .formatted(random.nextInt(200), random.nextInt(150), random.nextInt(60));
        String state = run(connection, sql);
        if (!state.isEmpty()) {
            run(connection, "ROLLBACK");
            if (!state.startsWith("23") && !state.startsWith("40")) {
                System.err.println(state + " " + sql);
            }
        }
        return state;
    }
}
