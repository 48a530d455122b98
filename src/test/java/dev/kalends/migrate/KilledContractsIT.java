package dev.kalends.migrate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kalends.embedded.EmbeddedPostgres;
import dev.kalends.testing.KalendsProgram;
import dev.kalends.testing.TestServers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Kalends and the server are killed with -9 while tables with guards, paired tables, tables of two
/// levels and tables without primary key are converted and switched back, with clients at work. The
/// same command continues, and every row, guard and constraint is right.
///
/// `-Dkalends.test.kills=20` kills 20 times, every third time the server.
class KilledContractsIT {
    private static final int KILLS = Integer.getInteger("kalends.test.kills", 4);
    private static final List<String> PHASES =
            List.of(
                    "SWITCHED",
                    "CATCHING_UP",
                    "READY_TO_SWITCH",
                    "INDEXING",
                    "PREPARED",
                    "ROLLED_BACK",
                    "COPYING",
                    "VALIDATING");
    private static final List<List<String>> GROUPS =
            List.of(
                    List.of("message"),
                    List.of("parent", "child"),
                    List.of("event"),
                    List.of("note"));
    private static final String CONFIG =
            """
            tables:
              - table: message
                partition: {by: range, key: at, every: month}
                unique: {id: guard, code: guard}
                references: guard
              - table: parent
                partition: {by: range, key: id, every: 2000, ahead: 1}
              - table: child
                partition: {by: range, key: parent, every: 2000, ahead: 1}
                references: paired
                unique: {id: composite}
              - table: event
                partition: {by: range, key: at, every: month, timeZone: Europe/Berlin, default: true, then: {by: hash, key: id, partitions: 3}}
              - table: note
                partition: {by: range, key: at, every: month}
                withoutPrimaryKey: insertsOnly
            copy: {chunkBytes: 1MB}
            """;

    static List<Integer> versions() {
        TestServers.useBuildFolder();
        return TestServers.ends();
    }

    @TempDir private Path folder;

    @ParameterizedTest
    @MethodSource("versions")
    void losesNothingWhenKalendsOrTheServerIsKilled(int major)
            throws IOException, SQLException, InterruptedException {
        long seed = Long.getLong("kalends.test.seed", System.nanoTime());
        Random random = new Random(seed);
        Map<String, Integer> killed = new TreeMap<>();
        Files.writeString(folder.resolve("kalends.yaml"), CONFIG);
        try (EmbeddedPostgres server = EmbeddedPostgres.start(major)) {
            TwinWriters.load(server);
            try (TwinWriters writers = TwinWriters.start(server, 4, seed)) {
                for (int i = 0; i < KILLS; i++) {
                    List<String> group = GROUPS.get(i % GROUPS.size());
                    String phase = PHASES.get((i / GROUPS.size() * 3 + i) % PHASES.size());
                    boolean theServer = i % 3 == 2;
                    String in = runAndKill(server, group, phase, theServer, random);
                    killed.merge(
                            group.getFirst() + (theServer ? " server in " : " Kalends in ") + in,
                            1,
                            Integer::sum);
                }
                for (List<String> group : GROUPS) {
                    finish(server, group);
                }
                List<String> errors = writers.stop();
                System.err.printf(
                        "PostgreSQL %d, seed %d, killed %s, %s%n", major, seed, killed, writers);
                assertThat(errors).as("seed %d", seed).isEmpty();
            }
            assertThat(TwinWriters.differences(server)).as("seed %d", seed).isEmpty();
            for (List<String> group : GROUPS) {
                assertThat(run(server, "validate", group.getFirst())).as("%s", group).isZero();
                assertThat(
                                run(
                                        server,
                                        "cleanup",
                                        group.getLast(),
                                        "--without-backup",
                                        "--grace",
                                        "0s",
                                        "--yes"))
                        .as("%s", group)
                        .isZero();
            }
            assertThat(TwinWriters.differences(server)).as("seed %d", seed).isEmpty();
        }
    }

    /// @return the phase of the kill
    private String runAndKill(
            EmbeddedPostgres server,
            List<String> group,
            String phase,
            boolean theServer,
            Random random)
            throws IOException, SQLException, InterruptedException {
        Instant limit = Instant.now(Clock.systemUTC()).plus(Duration.ofMinutes(3));
        while (true) {
            assertThat(Instant.now(Clock.systemUTC())).as("reaching " + phase).isBefore(limit);
            Process process = start(server, next(state(server, group), group));
            boolean there = true;
            while (there && !state(server, group).equals(phase)) {
                there = !process.waitFor(Duration.ofMillis(10));
            }
            if (!there || process.waitFor(Duration.ofMillis(random.nextLong(900)))) {
                assertThat(process.waitFor(Duration.ofMinutes(2))).isTrue();
                continue;
            }
            String killedIn = state(server, group);
            if (theServer) {
                server.kill();
                assertThat(process.waitFor(Duration.ofMinutes(1))).isTrue();
                server.restart();
            } else {
                process.destroyForcibly().waitFor();
            }
            return killedIn;
        }
    }

    private void finish(EmbeddedPostgres server, List<String> group)
            throws SQLException, IOException, InterruptedException {
        for (int i = 0; i < 12 && !state(server, group).equals("SWITCHED"); i++) {
            run(server, next(state(server, group), group));
        }
        assertThat(state(server, group)).as("%s", group).isEqualTo("SWITCHED");
        assertThat(run(server, "switch", group.getLast())).as("what follows the switch").isZero();
    }

    private static String[] next(String phase, List<String> group) {
        List<String> command = new ArrayList<>();
        switch (phase) {
            case "READY_TO_SWITCH" -> command.addAll(List.of("switch", group.getFirst()));
            case "SWITCHED" -> command.addAll(List.of("rollback", group.getLast()));
            case "ROLLED_BACK" -> command.addAll(List.of("cleanup", group.getFirst(), "--yes"));
            default -> {
                command.add("migrate");
                command.addAll(group);
            }
        }
        return command.toArray(String[]::new);
    }

    private int run(EmbeddedPostgres server, String... arguments)
            throws IOException, InterruptedException {
        Process process = start(server, arguments);
        assertThat(process.waitFor(Duration.ofMinutes(3))).isTrue();
        if (process.exitValue() != 0) {
            System.err.println(
                    String.join(" ", arguments)
                            + ": "
                            + Files.readString(folder.resolve("kalends.log")));
        }
        return process.exitValue();
    }

    private Process start(EmbeddedPostgres server, String... arguments) throws IOException {
        return new KalendsProgram(
                        folder,
                        "postgresql://postgres@127.0.0.1:" + server.port() + "/postgres",
                        Map.of())
                .start(List.of(arguments));
    }

    /// The least phase of the group's open migrations.
    private static String state(EmbeddedPostgres server, List<String> group) throws SQLException {
        try (Connection connection = server.connect("postgres");
                Statement statement = connection.createStatement()) {
            try (ResultSet journal =
                    statement.executeQuery("SELECT to_regclass('kalends.migration') IS NULL")) {
                journal.next();
                if (journal.getBoolean(1)) {
                    return "NONE";
                }
            }
            String phases =
                    "'PREPARED','COPYING','INDEXING','CATCHING_UP','VALIDATING','READY_TO_SWITCH','SWITCHED','ROLLED_BACK'";
            try (ResultSet phase =
                    statement.executeQuery(
                            "SELECT coalesce((SELECT phase FROM kalends.migration WHERE NOT cleaned AND table_name IN ('%s') ORDER BY array_position(ARRAY[%s], phase) LIMIT 1), 'NONE')"
                                    .formatted(String.join("','", group), phases))) {
                phase.next();
                return phase.getString(1);
            }
        }
    }
}
