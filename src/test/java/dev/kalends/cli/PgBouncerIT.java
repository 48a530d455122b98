package dev.kalends.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.kalends.testing.TestDatabase;
import dev.kalends.testing.TestServers;
import java.io.File;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// With the real PgBouncer, where it is installed; [RefusalIT] has the same with a fake one.
class PgBouncerIT {
    @TempDir private Path folder;

    @Test
    void refusesToWorkThroughPgBouncer() throws IOException, SQLException {
        assumeTrue(
                Arrays.stream(
                                System.getenv()
                                        .getOrDefault("PATH", "")
                                        .split(File.pathSeparator, -1))
                        .anyMatch(each -> Files.isExecutable(Path.of(each, "pgbouncer"))),
                "skipped: pgbouncer is not installed");
        int port = freePort();
        try (TestDatabase database = TestServers.freshDatabase(TestServers.newest())) {
            database.sql("CREATE TABLE event (id bigint PRIMARY KEY, at timestamp NOT NULL)");
            Process bouncer = start(port, database);
            try {
                CommandRun run =
                        CommandRun.of(
                                "migrate",
                                "event",
                                "--key",
                                "at",
                                "--every",
                                "month",
                                "--database",
                                "postgresql://postgres@127.0.0.1:%d/%s"
                                        .formatted(port, database.name()));

                assertThat(run.err())
                        .contains(
                                "POOLER_IN_BETWEEN: A connection pooler stands between",
                                "Give the server's direct address with --database");
                assertThat(run.exitCode()).isEqualTo(5);
            } finally {
                bouncer.destroyForcibly();
            }
        }
    }

    private Process start(int port, TestDatabase database) throws IOException {
        Path settings =
                Files.writeString(
                        folder.resolve("pgbouncer.ini"),
                        """
                        [databases]
                        * = host=127.0.0.1 port=%d user=postgres
                        [pgbouncer]
                        listen_addr = 127.0.0.1
                        listen_port = %d
                        unix_socket_dir =
                        auth_type = any
                        pool_mode = transaction
                        user = nobody
                        """
                                .formatted(database.server().port(), port));
        Process bouncer =
                new ProcessBuilder("pgbouncer", settings.toString())
                        .redirectErrorStream(true)
                        .redirectOutput(folder.resolve("pgbouncer.log").toFile())
                        .start();
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .ignoreException(ConnectException.class)
                .until(() -> {
                    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                        return socket.isConnected();
                    }
                });
        return bouncer;
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
