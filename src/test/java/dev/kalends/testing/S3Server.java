package dev.kalends.testing;

import dev.kalends.config.ArchiveConfig;
import dev.kalends.config.S3Config;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/// An S3 store in a process of its own, with one empty bucket. It checks signatures.
public final class S3Server implements AutoCloseable {
    public static final String BUCKET = "kalends-test";
    public static final String ACCESS_KEY = "KALENDSTESTACCESSKEY";
    public static final String SECRET_KEY = "kalends/test/secret/key";
    public static final String REGION = "us-east-1";

    private static final Duration LIMIT = Duration.ofMinutes(1);
    private static final Pattern PORT =
            Pattern.compile("Started \\S*ServerConnector\\S* [^\\n]*\\{127\\.0\\.0\\.1:(\\d+)\\}");

    /// Ends the server when the test closes the pipe, or dies.
    private static final String GUARD =
            """
            "$@" </dev/null &
            server=$!
            read -r word
            kill $server
            wait $server
            """;

    private final Path home;
    private final Process process;
    private final int port;

    private S3Server(Path home, Process process, int port) {
        this.home = home;
        this.process = process;
        this.port = port;
    }

    public static S3Server start() throws IOException {
        Path home = Files.createTempDirectory("kalends-s3");
        Files.createDirectories(home.resolve("data").resolve(BUCKET));
        Files.writeString(
                home.resolve("s3.properties"),
                """
                s3proxy.endpoint=http://127.0.0.1:0
                s3proxy.authorization=aws-v4
                s3proxy.identity=%s
                s3proxy.credential=%s
                s3proxy.ignore-unknown-headers=true
                jclouds.provider=filesystem-nio2
                jclouds.filesystem.basedir=%s
                """
                        .formatted(ACCESS_KEY, SECRET_KEY, home.resolve("data")));
        Path log = home.resolve("s3.log");
        Process process =
                new ProcessBuilder(
                                "sh",
                                "-c",
                                GUARD,
                                "s3-guard",
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Xmx256m",
                                "-XX:TieredStopAtLevel=1",
                                "-jar",
                                System.getProperty(
                                        "kalends.s3proxy.jar", "target/s3proxy/s3proxy.jar"),
                                "--properties",
                                home.resolve("s3.properties").toString())
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile())
                        .start();
        try {
            int port =
                    Awaitility.await("the store's port in " + log)
                            .atMost(LIMIT)
                            .failFast("the store ended", () -> !process.isAlive())
                            .until(() -> port(log), found -> found > 0);
            return new S3Server(home, process, port);
        } catch (RuntimeException e) {
            e.addSuppressed(new IllegalStateException(Files.readString(log)));
            process.outputWriter().close();
            throw e;
        }
    }

    private static int port(Path log) throws IOException {
        Matcher started = PORT.matcher(Files.readString(log));
        return started.find() ? Integer.parseInt(started.group(1)) : 0;
    }

    public int port() {
        return port;
    }

    /// "http://127.0.0.1:41289"
    public String url() {
        return "http://127.0.0.1:" + port;
    }

    /// An archive under a prefix of the bucket.
    public ArchiveConfig config(String prefix) {
        return config(url(), prefix);
    }

    /// The same by way of something that stands before the server.
    public static ArchiveConfig config(String url, String prefix) {
        return new ArchiveConfig(
                "s3://%s/%s".formatted(BUCKET, prefix),
                ArchiveConfig.Compression.ZSTD,
                null,
                new S3Config(url, REGION, S3Config.Addressing.PATH, null, null, null));
    }

    public static AwsCredentialsProvider credentials() {
        return StaticCredentialsProvider.create(AwsBasicCredentials.create(ACCESS_KEY, SECRET_KEY));
    }

    /// What a process needs to be let in.
    public static Map<String, String> environment() {
        return Map.of(
                "AWS_ACCESS_KEY_ID", ACCESS_KEY,
                "AWS_SECRET_ACCESS_KEY", SECRET_KEY,
                "AWS_REGION", REGION);
    }

    /// A client that sees the bucket as it is.
    public S3Client client() {
        return S3Client.builder()
                .endpointOverride(URI.create(url()))
                .region(Region.of(REGION))
                .forcePathStyle(Boolean.TRUE)
                .credentialsProvider(credentials())
                .build();
    }

    @Override
    public void close() throws IOException {
        process.outputWriter().close();
        Awaitility.await("the store's end").atMost(LIMIT).until(() -> !process.isAlive());
        try (Stream<Path> files = Files.walk(home)) {
            for (Path each : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
        }
    }
}
