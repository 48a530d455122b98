package dev.kalends.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kalends.failure.KalendsException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Base64;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.util.PSQLException;

/// With a certificate, connections are encrypted or refused.
class TlsTest {
    private static final String PASSWORD = "changeit";

    @TempDir private Path folder;

    private void certificate(String algorithm) throws IOException, InterruptedException {
        Path store = folder.resolve("store.p12");
        Process keytool =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "keytool")
                                        .toString(),
                                "-genkeypair",
                                "-alias",
                                "server",
                                "-keyalg",
                                algorithm,
                                "-dname",
                                "CN=localhost",
                                "-validity",
                                "2",
                                "-storetype",
                                "PKCS12",
                                "-keystore",
                                store.toString(),
                                "-storepass",
                                PASSWORD)
                        .redirectErrorStream(true)
                        .redirectOutput(folder.resolve("keytool.log").toFile())
                        .start();
        assertThat(keytool.waitFor()).isZero();
        try (InputStream in = Files.newInputStream(store)) {
            KeyStore keys = KeyStore.getInstance("PKCS12");
            keys.load(in, PASSWORD.toCharArray());
            Key key = keys.getKey("server", PASSWORD.toCharArray());
            pem("server.key", "PRIVATE KEY", key.getEncoded());
            pem("server.crt", "CERTIFICATE", keys.getCertificate("server").getEncoded());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private void pem(String file, String kind, byte[] content) throws IOException {
        Files.writeString(
                folder.resolve(file),
                "-----BEGIN %s-----%n%s%n-----END %s-----%n"
                        .formatted(kind, Base64.getMimeEncoder().encodeToString(content), kind));
    }

    private static Connection connect(WireServer server, String mode) throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", FixedTables.USER);
        properties.setProperty("password", FixedTables.PASSWORD);
        properties.setProperty("sslmode", mode);
        return DriverManager.getConnection(FixedTables.url(server), properties);
    }

    @ParameterizedTest
    @ValueSource(strings = {"RSA", "EC", "Ed25519"})
    void encryptsConnectionsAndRefusesOthers(String algorithm)
            throws IOException, InterruptedException, SQLException {
        certificate(algorithm);
        try (WireServer server =
                WireServer.start(
                        FixedTables.settings(
                                3,
                                TlsFiles.read(
                                        folder.resolve("server.crt"),
                                        folder.resolve("server.key"))),
                        new FixedTables())) {
            try (Connection connection = connect(server, "require");
                    Statement statement = connection.createStatement();
                    ResultSet result = statement.executeQuery("SELECT count(*) FROM archive.few")) {
                assertThat(result.next()).isTrue();
                assertThat(result.getInt(1)).isEqualTo(10);
            }
            assertThatThrownBy(() -> connect(server, "disable"))
                    .isInstanceOfSatisfying(
                            PSQLException.class,
                            e -> assertThat(e.getSQLState()).isEqualTo("28000"));
        }
    }

    @Test
    void saysWhatIsWrongWithItsFiles() throws IOException {
        Files.writeString(folder.resolve("server.key"), "nothing");
        Files.writeString(folder.resolve("server.crt"), "nothing");

        assertThatThrownBy(() ->
                        TlsFiles.read(folder.resolve("server.crt"), folder.resolve("server.key")))
                .isInstanceOf(KalendsException.class)
                .hasMessageContaining("no private key is in it");
    }
}
