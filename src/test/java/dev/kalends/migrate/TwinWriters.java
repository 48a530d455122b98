package dev.kalends.migrate;

import dev.kalends.embedded.EmbeddedPostgres;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentMap;

/// Clients that write the same to the tables of schema `public`, which are converted, and to those
/// of schema `truth`, which are not, in one transaction each: both must hold the same rows and
/// refuse the same statements whenever it is looked.
final class TwinWriters implements AutoCloseable {
    private static final int KEYS = 3000;

    /// Sets the load, and keeps a client from hammering on a server that is down.
    private static final Duration PAUSE = Duration.ofMillis(4);

    private static final List<String> TABLES =
            List.of("message", "reaction", "parent", "child", "event", "note");
    private static final String SCHEMA =
            """
            CREATE TABLE {s}.message (id text PRIMARY KEY, at timestamp NOT NULL, code text UNIQUE, reply text, body text,
                CONSTRAINT message_reply_fkey FOREIGN KEY (reply) REFERENCES {s}.message ON DELETE SET NULL ON UPDATE CASCADE);
            CREATE TABLE {s}.reaction (id int PRIMARY KEY, message text NOT NULL,
                CONSTRAINT reaction_message_fkey FOREIGN KEY (message) REFERENCES {s}.message ON DELETE CASCADE ON UPDATE CASCADE);
            CREATE TABLE {s}.parent (id bigint PRIMARY KEY, body text);
            CREATE TABLE {s}.child (id int PRIMARY KEY, parent bigint NOT NULL, n int NOT NULL, UNIQUE (parent, n),
                CONSTRAINT child_parent_fkey FOREIGN KEY (parent) REFERENCES {s}.parent ON DELETE CASCADE);
            CREATE TABLE {s}.event (id int PRIMARY KEY, at timestamptz NOT NULL, body text);
            CREATE TABLE {s}.note (at timestamp NOT NULL, body text);
            CREATE INDEX ON {s}.reaction (message);
            INSERT INTO {s}.message SELECT 'm' || i, timestamp '2025-01-01' + i % 200 * interval '1 day', 'c' || i, CASE WHEN i % 7 = 0 THEN 'm' || i - 1 END, repeat('x', 200) FROM generate_series(1, 3000) i;
            INSERT INTO {s}.reaction SELECT i, 'm' || i FROM generate_series(1, 3000, 2) i;
            INSERT INTO {s}.parent SELECT i, repeat('x', 400) FROM generate_series(1, 6000) i;
            INSERT INTO {s}.child SELECT i * 2 + n, i, n FROM generate_series(1, 3000) i, generate_series(0, 1) n;
            INSERT INTO {s}.event SELECT i, timestamptz '2025-01-01' + i % 200 * interval '1 day', repeat('x', 200) FROM generate_series(1, 3000) i;
            INSERT INTO {s}.note SELECT timestamp '2025-01-01' + i % 200 * interval '1 day', repeat('x', 200) FROM generate_series(1, 6000) i
            """;

    /// `%1$d` and `%2$d` are keys, `%3$d` a day, `%4$d` never the same twice.
    private static final List<String> OPERATIONS =
            List.of(
                    "INSERT INTO {s}.message VALUES ('m%1$d', timestamp '2025-01-01' + %3$d * interval '1 day', 'c%2$d', NULL, 'new')",
                    "INSERT INTO {s}.message VALUES ('n%4$d', timestamp '2025-01-01' + %3$d * interval '1 day', NULL, 'm%1$d', 'new')",
                    "UPDATE {s}.message SET at = timestamp '2025-01-01' + %3$d * interval '1 day' WHERE id = 'm%1$d'",
                    "UPDATE {s}.message SET code = 'c%2$d' WHERE id = 'm%1$d'",
                    "UPDATE {s}.message SET code = NULL WHERE id = 'm%1$d'",
                    "UPDATE {s}.message SET id = 'm%2$d' WHERE id = 'm%1$d'",
                    "DELETE FROM {s}.message WHERE id = 'm%1$d'",
                    "INSERT INTO {s}.reaction VALUES (10000 + %4$d, 'm%1$d')",
                    "INSERT INTO {s}.parent VALUES (%1$d, 'new')",
                    "INSERT INTO {s}.parent VALUES (8000 + %4$d, 'grown')",
                    "INSERT INTO {s}.child VALUES (10000 + %4$d, %1$d, %3$d)",
                    "UPDATE {s}.child SET n = %3$d WHERE parent = %1$d AND n = 1",
                    "DELETE FROM {s}.parent WHERE id = %1$d",
                    "DELETE FROM {s}.event WHERE id = %1$d",
                    "UPDATE {s}.event SET at = timestamptz '2024-06-01' + %3$d * interval '4 days' WHERE id = %1$d",
                    "INSERT INTO {s}.event VALUES (10000 + %4$d, timestamptz '2025-01-01' + %3$d * interval '1 day', 'new')",
                    "INSERT INTO {s}.note VALUES (timestamp '2025-01-01' + %3$d * interval '1 day', 'new %4$d')",
                    "INSERT INTO {s}.note VALUES (timestamp '2030-01-01' + %3$d * interval '1 day', 'late')");

    private final EmbeddedPostgres server;
    private final List<Thread> threads = new ArrayList<>();
    private final ConcurrentLinkedQueue<String> errors = new ConcurrentLinkedQueue<>();
    private final ConcurrentMap<String, Integer> states = new ConcurrentHashMap<>();
    private volatile boolean stopped;

    private TwinWriters(EmbeddedPostgres server) {
        this.server = server;
    }

    static void load(EmbeddedPostgres server) throws SQLException {
        try (Connection connection = server.connect("postgres");
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE SCHEMA truth");
            statement.execute(SCHEMA.replace("{s}", "public"));
            statement.execute(SCHEMA.replace("{s}", "truth"));
        }
    }

    static TwinWriters start(EmbeddedPostgres server, int clients, long seed) {
        TwinWriters writers = new TwinWriters(server);
        for (int i = 0; i < clients; i++) {
            int client = i;
            Thread thread =
                    new Thread(
                            () -> writers.work(client, new Random(seed * 31 + client)), "writer");
            thread.start();
            writers.threads.add(thread);
        }
        return writers;
    }

    private void work(int client, Random random) {
        int own = 0;
        while (!stopped) {
            try (Connection connection = server.connect("postgres")) {
                connection.setAutoCommit(false);
                while (!stopped) {
                    // Numbers that grow slowly, whatever the client.
                    write(connection, random, ++own * 8 + client);
                    Thread.sleep(PAUSE);
                }
            } catch (SQLException e) {
                states.merge("lost", 1, Integer::sum);
                try {
                    Thread.sleep(PAUSE);
                } catch (InterruptedException interrupted) {
                    return;
                }
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private void write(Connection connection, Random random, int number) throws SQLException {
        int one = 1 + random.nextInt(KEYS);
        int other = 1 + random.nextInt(KEYS);
        String sql =
                OPERATIONS
                        .get(random.nextInt(OPERATIONS.size()))
                        .formatted(one, other, random.nextInt(200), number);
        String first = "";
        try (Statement statement = connection.createStatement()) {
            statement.execute(
                    "SELECT pg_advisory_xact_lock(%d), pg_advisory_xact_lock(%d)"
                            .formatted(Math.min(one, other), Math.max(one, other)));
            statement.execute("SAVEPOINT s");
            first = state(statement, sql.replace("{s}", "public"));
            if (!first.isEmpty()) {
                statement.execute("ROLLBACK TO s");
            }
            String second = state(statement, sql.replace("{s}", "truth"));
            if (!first.equals(second) && !excused(first) && !excused(second)) {
                errors.add("'%s' instead of '%s': %s".formatted(first, second, sql));
            }
            states.merge(first, 1, Integer::sum);
            if (!first.isEmpty() || !second.isEmpty()) {
                connection.rollback();
                return;
            }
        }
        connection.commit();
    }

    /// Deadlocks, lost connections, and rows for which nobody has made a partition yet.
    private static boolean excused(String state) {
        return state.startsWith("40")
                || state.startsWith("08")
                || state.startsWith("57")
                || state.equals("23514");
    }

    private static String state(Statement statement, String sql) {
        try {
            statement.execute(sql);
            return "";
        } catch (SQLException e) {
            return String.valueOf(e.getSQLState());
        }
    }

    /// @return statements that only one of the two schemas refused
    List<String> stop() {
        stopped = true;
        for (Thread thread : threads) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
        return List.copyOf(errors);
    }

    @Override
    public void close() {
        stop();
    }

    @Override
    public String toString() {
        return "writes by SQLSTATE " + Map.copyOf(states);
    }

    /// Rows that only one schema has, guards that are not equal to their table, foreign keys that
    /// are not valid or are gone.
    static List<String> differences(EmbeddedPostgres server) throws SQLException {
        List<String> all = new ArrayList<>();
        try (Connection connection = server.connect("postgres");
                Statement statement = connection.createStatement()) {
            for (String table : TABLES) {
                all.addAll(
                        rows(
                                statement,
                                """
                                (SELECT '%1$s lacks ' || x::text FROM (SELECT * FROM truth.%1$s EXCEPT ALL SELECT * FROM public.%1$s) x LIMIT 5)
                                UNION ALL (SELECT '%1$s has ' || x::text FROM (SELECT * FROM public.%1$s EXCEPT ALL SELECT * FROM truth.%1$s) x LIMIT 5)
                                """
                                        .formatted(table)));
            }
            for (String schema :
                    rows(
                            statement,
                            "SELECT relnamespace::regnamespace::text FROM pg_class WHERE relname = 'message' AND relkind = 'r' AND relnamespace::regnamespace::text LIKE 'kalends\\_guard%' AND EXISTS (SELECT FROM pg_class WHERE oid = 'public.message'::regclass AND relkind = 'p')")) {
                all.addAll(
                        rows(
                                statement,
                                """
                                SELECT 'guard ' || x::text FROM (
                                    (SELECT id, at FROM message EXCEPT ALL SELECT id, at FROM %1$s.message)
                                    UNION ALL (SELECT id, at FROM %1$s.message EXCEPT ALL SELECT id, at FROM message)
                                    UNION ALL (SELECT code, at FROM message WHERE code IS NOT NULL EXCEPT ALL SELECT code, at FROM %1$s.message_code_key_guard)
                                    UNION ALL (SELECT code, at FROM %1$s.message_code_key_guard EXCEPT ALL SELECT code, at FROM message)) x
                                """
                                        .formatted(schema)));
            }
            all.addAll(
                    rows(
                            statement,
                            "SELECT 'not valid: ' || conname || ' of ' || conrelid::regclass FROM pg_constraint WHERE contype = 'f' AND NOT convalidated AND conparentid = 0"));
            all.addAll(
                    rows(
                            statement,
                            "SELECT 'no key ' || k FROM unnest(ARRAY['message_reply_fkey', 'reaction_message_fkey', 'child_parent_fkey']) k WHERE (SELECT count(*) FROM pg_constraint WHERE conname = k) < 2"));
        }
        return all;
    }

    private static List<String> rows(Statement statement, String sql) throws SQLException {
        List<String> all = new ArrayList<>();
        try (ResultSet result = statement.executeQuery(sql)) {
            while (result.next()) {
                all.add(result.getString(1));
            }
        }
        return all;
    }
}
