package dev.kalends.migrate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kalends.demo.messaging.Generator;
import dev.kalends.demo.messaging.Ledger;
import dev.kalends.demo.messaging.Loader;
import dev.kalends.demo.messaging.Traffic;
import dev.kalends.demo.messaging.TrafficOptions;
import dev.kalends.demo.messaging.TrafficReport;
import dev.kalends.demo.messaging.Variant;
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

/// Kalends and the server are killed with -9 in every phase, with clients at work; the same command
/// continues, and every row is as the clients' ledger says.
///
/// `-Dkalends.test.kills=20` kills Kalends 20 times and the server half as often.
class KilledIT {
    private static final int KILLS = Integer.getInteger("kalends.test.kills", 4);
    private static final int CLIENTS = 8;
    private static final int ROWS = 60_000;
    private static final String TABLE = "ConversationMessage";
    private static final List<String> PHASES =
            List.of(
                    "NONE",
                    "PREPARED",
                    "COPYING",
                    "INDEXING",
                    "CATCHING_UP",
                    "VALIDATING",
                    "READY_TO_SWITCH",
                    "SWITCHED",
                    "ROLLED_BACK");
    private static final String STATE =
            "SELECT coalesce((SELECT phase FROM kalends.migration WHERE NOT cleaned), 'NONE')";

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
        Map<String, Integer> killsByPhase = new TreeMap<>();
        try (EmbeddedPostgres server = EmbeddedPostgres.start(major)) {
            Generator generator = new Generator(ROWS, 6, 7, Instant.now(Clock.systemUTC()));
            try (Connection connection = server.connect("postgres")) {
                Loader.load(connection, generator, Variant.AS_MIGRATED, loaded -> {});
            }
            Ledger ledger = new Ledger(generator, Variant.AS_MIGRATED, CLIENTS);
            TrafficOptions options =
                    TrafficOptions.of(server.jdbcUrl("postgres"), Clock.systemUTC())
                            .withOperationsPerSecond(300)
                            .tolerant();
            try (Traffic traffic = Traffic.start(options, ledger)) {
                List<Victim> victims = new ArrayList<>();
                for (int i = 0; i < KILLS; i++) {
                    victims.add(Victim.KALENDS);
                    if (i % 2 == 0) {
                        victims.add(Victim.SERVER);
                    }
                }
                int target = random.nextInt(PHASES.size());
                for (Victim victim : victims) {
                    // Every phase has its turn, whichever the first one is.
                    String phase = PHASES.get(target++ % PHASES.size());
                    String killedIn = runAndKill(server, victim, phase, random);
                    killsByPhase.merge(victim + " in " + killedIn, 1, Integer::sum);
                }
                finish(server, "SWITCHED");
                TrafficReport report = traffic.stop();
                assertThat(report.errors()).as("seed %d", seed).isEmpty();
            }
            judge(server, ledger, seed);
            assertThat(run(server, "cleanup", TABLE, "--without-backup", "--grace", "0s", "--yes"))
                    .isZero();
            judge(server, ledger, seed);
        }
        System.err.printf("PostgreSQL %d, seed %d, killed %s%n", major, seed, killsByPhase);
    }

    private enum Victim {
        KALENDS,
        SERVER
    }

    /// Runs whatever comes next until the wanted phase is there, then kills somewhere in it.
    ///
    /// @return the phase of the kill
    private String runAndKill(EmbeddedPostgres server, Victim victim, String phase, Random random)
            throws IOException, SQLException, InterruptedException {
        Instant limit = Instant.now(Clock.systemUTC()).plus(Duration.ofMinutes(3));
        while (true) {
            assertThat(Instant.now(Clock.systemUTC())).as("reaching " + phase).isBefore(limit);
            Process process = start(server, next(state(server)));
            boolean there = awaitPhase(server, process, phase);
            if (!there) {
                assertThat(process.waitFor(Duration.ofMinutes(2))).isTrue();
                continue;
            }
            // What the phase does begins with the program, half a second after its start.
            long delay = random.nextLong(1200);
            if (process.waitFor(Duration.ofMillis(delay))) {
                continue;
            }
            String killedIn = state(server);
            if (victim == Victim.SERVER) {
                server.kill();
                assertThat(process.waitFor(Duration.ofMinutes(1))).isTrue();
                server.restart();
            } else {
                process.destroyForcibly().waitFor();
            }
            return killedIn;
        }
    }

    private static boolean awaitPhase(EmbeddedPostgres server, Process process, String phase)
            throws SQLException, InterruptedException {
        while (!state(server).equals(phase)) {
            if (process.waitFor(Duration.ofMillis(10))) {
                return false;
            }
        }
        return true;
    }

    private void finish(EmbeddedPostgres server, String phase) {
        await().atMost(Duration.ofMinutes(3))
                .until(() -> {
                    String now = state(server);
                    if (now.equals(phase)) {
                        return true;
                    }
                    run(server, next(now));
                    return false;
                });
        assertThat(run(server, "switch", TABLE)).as("what follows the switch").isZero();
    }

    /// The command that continues from a phase; after a switch, the way back to begin again.
    private static String[] next(String phase) {
        return switch (phase) {
            case "READY_TO_SWITCH" -> new String[] {"switch", TABLE};
            case "SWITCHED" -> new String[] {"rollback", TABLE};
            case "ROLLED_BACK" -> new String[] {"cleanup", TABLE, "--yes"};
            default ->
                    new String[] {
                        "migrate",
                        TABLE,
                        "--key",
                        "createdAt",
                        "--every",
                        "month",
                        "--chunk-bytes",
                        "1MB"
                    };
        };
    }

    private int run(EmbeddedPostgres server, String... arguments) {
        try {
            Process process = start(server, arguments);
            assertThat(process.waitFor(Duration.ofMinutes(3))).isTrue();
            if (process.exitValue() != 0) {
                System.err.println(Files.readString(folder.resolve("kalends.log")));
            }
            return process.exitValue();
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private Process start(EmbeddedPostgres server, String... arguments) throws IOException {
        return new KalendsProgram(
                        folder,
                        "postgresql://postgres@127.0.0.1:" + server.port() + "/postgres",
                        Map.of())
                .start(List.of(arguments));
    }

    private static String state(EmbeddedPostgres server) throws SQLException {
        try (Connection connection = server.connect("postgres");
                Statement statement = connection.createStatement()) {
            try (ResultSet journal =
                    statement.executeQuery("SELECT to_regclass('kalends.migration') IS NULL")) {
                journal.next();
                if (journal.getBoolean(1)) {
                    return "NONE";
                }
            }
            try (ResultSet phase = statement.executeQuery(STATE)) {
                phase.next();
                return phase.getString(1);
            }
        }
    }

    private static void judge(EmbeddedPostgres server, Ledger ledger, long seed)
            throws SQLException {
        try (Connection connection = server.connect("postgres")) {
            assertThat(ledger.judge(connection, "public.\"ConversationMessage\"").samples())
                    .as("seed %d", seed)
                    .isEmpty();
        }
    }
}
