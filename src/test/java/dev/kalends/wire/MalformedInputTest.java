package dev.kalends.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Properties;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Whatever comes, the server answers or hangs up, and serves the next.
@Timeout(60)
class MalformedInputTest {
    private static final long SEED = 4711;
    private static final Duration READ = Duration.ofSeconds(15);

    private final FixedTables tables = new FixedTables();
    private final WireServer server =
            WireServer.start(FixedTables.settings(5, null, FixedTables.impatient()), tables);

    @AfterEach
    void end() {
        server.close();
    }

    private Socket socket() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.address().getPort());
        socket.setSoTimeout((int) READ.toMillis());
        return socket;
    }

    /// @return all that came until the server hung up
    private static byte[] answer(Socket socket, byte[] sent) throws IOException {
        try {
            socket.getOutputStream().write(sent);
            return socket.getInputStream().readAllBytes();
        } catch (SocketException e) {
            // It hung up while more was being sent.
            return new byte[0];
        }
    }

    private void stillServes() throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", FixedTables.USER);
        properties.setProperty("password", FixedTables.PASSWORD);
        properties.setProperty("sslmode", "disable");
        try (Connection connection =
                        DriverManager.getConnection(FixedTables.url(server), properties);
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery("SELECT id FROM archive.few")) {
            assertThat(result.next()).isTrue();
        }
    }

    private static byte[] first(int code, String... texts) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        for (String text : texts) {
            body.writeBytes(text.getBytes(StandardCharsets.UTF_8));
            body.write(0);
        }
        body.write(0);
        return message(-1, code, body.toByteArray());
    }

    private static byte[] message(int type, int code, byte[] body) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            if (type >= 0) {
                out.write(type);
                out.writeInt(4 + body.length);
            } else {
                out.writeInt(8 + body.length);
                out.writeInt(code);
            }
            out.write(body);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return bytes.toByteArray();
    }

    @Test
    void survivesRandomBytes() throws IOException, SQLException {
        Random random = new Random(SEED);
        for (int i = 0; i < 200; i++) {
            byte[] noise = new byte[random.nextInt(2000)];
            random.nextBytes(noise);
            try (Socket socket = socket()) {
                socket.getOutputStream().write(noise);
                socket.shutdownOutput();
                answer(socket, new byte[0]);
            } catch (SocketException e) {
                // It hung up already.
                assertThat(e).isNotNull();
            }
        }
        stillServes();
    }

    @Test
    void survivesRandomMessagesBehindAGoodBeginning() throws IOException, SQLException {
        Random random = new Random(SEED);
        byte[] hello = first(196608, "user", FixedTables.USER, "database", "x");
        for (int i = 0; i < 200; i++) {
            byte[] noise = new byte[random.nextInt(300)];
            random.nextBytes(noise);
            byte[] all = new byte[hello.length + noise.length + 5];
            System.arraycopy(hello, 0, all, 0, hello.length);
            byte[] message = message('p', 0, noise);
            System.arraycopy(message, 0, all, hello.length, message.length);
            try (Socket socket = socket()) {
                socket.getOutputStream().write(all);
                socket.shutdownOutput();
                byte[] answered = answer(socket, new byte[0]);
                assertThat(new String(answered, StandardCharsets.ISO_8859_1))
                        .doesNotContain("ReadyForQuery");
            } catch (SocketException e) {
                assertThat(e).isNotNull();
            }
        }
        stillServes();
    }

    @Test
    void hangsUpOnLengthsThatCannotBe() throws IOException, SQLException {
        for (int length : new int[] {Integer.MIN_VALUE, -1, 0, 3, 7, 10_005, Integer.MAX_VALUE}) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            new DataOutputStream(bytes).writeInt(length);
            try (Socket socket = socket()) {
                String answer =
                        new String(answer(socket, bytes.toByteArray()), StandardCharsets.UTF_8);
                if (length != 7) {
                    assertThat(answer).contains("08P01");
                }
            }
        }
        stillServes();
    }

    @Test
    void hangsUpOnClientsThatSayNothing() throws IOException, SQLException {
        try (Socket silent = socket();
                Socket slow = socket()) {
            slow.getOutputStream().write(new byte[] {0, 0});
            assertThat(silent.getInputStream().readAllBytes()).isEmpty();
            assertThat(slow.getInputStream().readAllBytes()).isEmpty();
        }
        stillServes();
    }

    @Test
    void refusesProtocolsThatItDoesNotKnow() throws IOException {
        try (Socket socket = socket()) {
            assertThat(
                            new String(
                                    answer(socket, first(2 << 16, "user", "x")),
                                    StandardCharsets.UTF_8))
                    .contains("0A000", "unsupported frontend protocol 2.0");
        }
    }

    @Test
    void offersTheProtocolItKnowsToANewerClient() throws IOException {
        try (Socket socket = socket()) {
            String answer =
                    new String(
                            answer(
                                    socket,
                                    first(
                                            (3 << 16) | 9,
                                            "user",
                                            FixedTables.USER,
                                            "_pq_.new",
                                            "1")),
                            StandardCharsets.ISO_8859_1);
            assertThat(answer).startsWith("v").contains("_pq_.new").contains("SCRAM-SHA-256");
        }
    }

    @Test
    void saysNoToEncryptionItDoesNotOffer() throws IOException {
        for (int code : new int[] {80877103, 80877104}) {
            try (Socket socket = socket()) {
                socket.getOutputStream().write(message(-1, code, new byte[0]));
                assertThat(socket.getInputStream().read()).isEqualTo('N');
            }
        }
    }

    @Test
    void takesNoNoticeOfAWrongWordToCancel() throws IOException, SQLException {
        try (Socket socket = socket()) {
            byte[] body = {0, 0, 0, 1, 0, 0, 0, 1};
            assertThat(answer(socket, message(-1, 80877102, body))).isEmpty();
        }
        stillServes();
    }
}
