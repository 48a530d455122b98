package dev.kalends.store;

import static dev.kalends.store.ObjectStoreContract.assertFails;
import static dev.kalends.store.ObjectStoreContract.content;
import static dev.kalends.store.ObjectStoreContract.files;
import static dev.kalends.store.ObjectStoreContract.part;
import static dev.kalends.store.S3StoreIT.LIMITS;
import static dev.kalends.store.S3StoreIT.PART_BYTES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.kalends.config.ArchiveConfig;
import dev.kalends.config.S3Config;
import dev.kalends.failure.FailureCode;
import dev.kalends.failure.KalendsException;
import dev.kalends.store.ObjectStore.Stored;
import dev.kalends.testing.FaultyS3;
import dev.kalends.testing.FaultyS3.Fault;
import dev.kalends.testing.S3Server;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.services.s3.S3Client;

class S3FaultsIT {
    private static final String ALWAYS = "";
    private static final int EVERY = 1000;

    private static S3Server server;
    private static FaultyS3 proxy;

    @TempDir private Path folder;
    private final String prefix = "f/" + UUID.randomUUID();
    private S3Store store;

    @BeforeAll
    static void start() throws IOException {
        server = S3Server.start();
        proxy = FaultyS3.before(server);
    }

    @AfterAll
    static void stop() throws IOException {
        proxy.close();
        server.close();
    }

    @BeforeEach
    void open() {
        proxy.heal();
        store = open(LIMITS);
    }

    private S3Store open(S3Limits limits) {
        return S3Store.open(S3Server.config(proxy.url(), prefix), S3Server.credentials(), limits);
    }

    @AfterEach
    void close() {
        store.close();
    }

    @ParameterizedTest
    @CsvSource({
        "PUT,whole$",
        "PUT,partNumber=2",
        "POST,uploads",
        "POST,uploadId=",
        "GET,parts$",
        "GET,list-type",
        "HEAD,parts$",
        "POST,delete"
    })
    void survivesWhatPasses(String method, String target) throws IOException {
        for (Fault fault : List.of(Fault.BROKEN, Fault.SLOW_DOWN)) {
            proxy.heal();
            proxy.next(fault, method, target, LIMITS.attempts() - 1);

            doesEverything();

            assertThat(proxy.seen(method, target)).isGreaterThanOrEqualTo(LIMITS.attempts());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "UPLOAD_CUT,PUT,whole$",
        "UPLOAD_CUT,PUT,partNumber=2",
        "UPLOAD_CHANGED,PUT,whole$",
        "UPLOAD_CHANGED,PUT,partNumber=1",
        "ANSWER_CUT,GET,parts$",
        "ANSWER_CUT,GET,whole$",
        "ANSWER_CUT,GET,list-type",
        "ANSWER_CHANGED,GET,parts$",
        "ANSWER_CHANGED,GET,whole$",
        "ANSWER_DROPPED,PUT,whole$",
        "ANSWER_DROPPED,PUT,partNumber=1",
        "ANSWER_DROPPED,POST,uploadId=",
        "ANSWER_DROPPED,HEAD,whole$",
        "ANSWER_DROPPED,POST,delete",
    })
    void survivesABrokenConnection(Fault fault, String method, String target) throws IOException {
        proxy.next(fault, method, target, 1);

        doesEverything();

        assertThat(proxy.seen(method, target)).isGreaterThanOrEqualTo(2);
    }

    /// Writes, reads, lists, finds and deletes an object in one piece and one in three.
    private void doesEverything() throws IOException {
        byte[] small = content(2000);
        byte[] big = content(2 * PART_BYTES + 7);
        Path file = Files.write(folder.resolve("out"), big);
        Path back = folder.resolve("back");

        assertThat(store.put("whole", small)).isEqualTo(new Stored("whole", small.length));
        assertThat(store.put("parts", file)).isEqualTo(new Stored("parts", big.length));
        store.get("parts", back);
        assertThat(Files.mismatch(file, back)).isEqualTo(-1);
        store.get("whole", back);
        assertThat(back).hasBinaryContent(small);
        assertThat(store.read("whole", small.length)).isEqualTo(small);
        assertThat(store.range("parts", PART_BYTES - 5, 10))
                .isEqualTo(part(big, PART_BYTES - 5, 10));
        assertThat(store.find("parts")).isEqualTo(new Stored("parts", big.length));
        assertThat(store.find("whole")).isEqualTo(new Stored("whole", small.length));
        assertThat(store.list("").stream().map(Stored::key)).containsExactly("parts", "whole");
        store.delete(List.of("whole", "parts"));
        assertThat(files(folder)).containsExactlyInAnyOrder("out", "back");
        assertNothingIsLeft();
    }

    /// As the server itself sees it.
    private void assertNothingIsLeft() {
        try (S3Client client = server.client()) {
            assertThat(
                            client.listObjectsV2(
                                            list -> list.bucket(S3Server.BUCKET).prefix(prefix))
                                    .contents())
                    .isEmpty();
            assertThat(
                            client.listMultipartUploads(
                                            list -> list.bucket(S3Server.BUCKET).prefix(prefix))
                                    .uploads())
                    .isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "DENIED|the store denies s3:PutObject on it (Made up by the test)",
                "BROKEN|the store failed (500 InternalError), still after 3 tries",
                "SLOW_DOWN|the store asks for fewer requests (503 SlowDown), still after 3 tries",
                "UPLOAD_CUT|broke, in 3 tries",
                "UPLOAD_CHANGED|at every try other bytes arrived than were sent",
            })
    void leavesNothingOfAFailedUpload(Fault fault, String words) throws IOException {
        byte[] small = content(2000);
        Path file = Files.write(folder.resolve("out"), content(2 * PART_BYTES + 7));
        proxy.next(fault, "PUT", "whole$", EVERY);
        proxy.next(fault, "PUT", "partNumber=2", EVERY);

        assertFails(() -> store.put("whole", small), FailureCode.STORE_FAILED, words);
        assertFails(() -> store.put("parts", file), FailureCode.STORE_FAILED, words);
        assertThatThrownBy(() -> store.put("parts", file))
                .hasMessageContaining("Cannot write parts in s3://kalends-test/" + prefix)
                .hasMessageContaining("State: Nothing half is left in the store.");

        assertNothingIsLeft();
    }

    @Test
    void leavesNothingWhenTheLastStepOfAnUploadFails() throws IOException {
        Path file = Files.write(folder.resolve("out"), content(PART_BYTES + 1));
        proxy.next(Fault.DENIED, "POST", "uploadId=", 1);

        assertFails(
                () -> store.put("parts", file),
                FailureCode.STORE_FAILED,
                "the store denies s3:PutObject on it");

        assertNothingIsLeft();
    }

    @Test
    void saysThatPartsMayBeLeftWhenTheyCannotBeTakenBack() throws IOException {
        Path file = Files.write(folder.resolve("out"), content(PART_BYTES + 1));
        proxy.next(Fault.DENIED, "PUT", "partNumber=2", EVERY);
        proxy.next(Fault.DENIED, "DELETE", ALWAYS, EVERY);

        assertFails(
                () -> store.put("parts", file),
                FailureCode.STORE_FAILED,
                "State: Parts of an unfinished upload may be left in the store");
    }

    @ParameterizedTest
    @EnumSource(
            value = Fault.class,
            names = {"DENIED", "BROKEN", "SLOW_DOWN", "ANSWER_CUT", "ANSWER_DROPPED"})
    void leavesTheFileAsItWasWhenItCannotRead(Fault fault) throws IOException {
        store.put("one", content(200_000));
        Path into = Files.writeString(folder.resolve("into"), "before");
        proxy.next(fault, "GET", "one$", EVERY);
        proxy.next(fault, "GET", "list-type", EVERY);

        assertFails(() -> store.read("one", 200_000), FailureCode.STORE_FAILED, "Cannot read one");
        assertFails(() -> store.range("one", 1, 9), FailureCode.STORE_FAILED, "Cannot read one");
        assertFails(() -> store.list(""), FailureCode.STORE_FAILED, "Cannot list objects in s3://");
        if (fault != Fault.ANSWER_CUT) {
            assertFails(() -> store.get("one", into), FailureCode.STORE_FAILED, "Cannot read one");
            assertThat(into).hasContent("before");
        }
        assertThat(files(folder)).containsExactly("into");
    }

    @Test
    void takesUpADownloadWhereItBrokeOff() throws IOException {
        byte[] content = content(400_000);
        store.put("one", content);
        // Each answer brings half of what is missing; far more of them break than attempts allow.
        proxy.next(Fault.ANSWER_CUT, "GET", "one$", 8);

        store.get("one", folder.resolve("into"));

        assertThat(folder.resolve("into")).hasBinaryContent(content);
        assertThat(proxy.seen("GET", "one$")).isEqualTo(9);
    }

    @Test
    void knowsDamageThatStays() throws IOException {
        store.put("one", content(200_000));
        Path into = folder.resolve("into");
        proxy.next(Fault.ANSWER_CHANGED, "GET", "one$", EVERY);

        String words = "one came out of s3://kalends-test/" + prefix + " with other bytes";
        assertFails(() -> store.get("one", into), FailureCode.ARCHIVE_DAMAGED, words);
        assertFails(() -> store.read("one", 200_000), FailureCode.ARCHIVE_DAMAGED, words);
        assertThat(files(folder)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"GET,DENIED", "HEAD,DENIED", "HEAD,BROKEN", "HEAD,SLOW_DOWN"})
    void saysWhyItCannotLook(String method, Fault fault) {
        proxy.next(fault, method, "one$", EVERY);

        assertFails(
                () -> {
                    store.find("one");
                    store.read("one", 1);
                },
                FailureCode.STORE_FAILED,
                fault == Fault.DENIED
                        ? "the store denies s3:GetObject on it"
                        : "still after 3 tries");
    }

    @ParameterizedTest
    @EnumSource(
            value = Fault.class,
            names = {"DENIED", "BROKEN", "SLOW_DOWN"})
    void saysWhatIsLeftWhenItCannotDelete(Fault fault) {
        store.put("one", content(1));
        store.put("two", content(2));
        proxy.next(fault, "POST", "delete", EVERY);

        assertFails(
                () -> store.delete(List.of("one", "two")),
                FailureCode.STORE_FAILED,
                "Cannot delete one and 1 more in s3://");
        assertThat(store.list("")).hasSize(2);
    }

    @Test
    void doesNotTakeAnothersObjectForItsOwn() {
        byte[] content = content(100);
        try (S3Store other = open(LIMITS)) {
            other.put("one", content);
        }
        // The second try cannot know by the refusal alone whether the first one came through.
        proxy.next(Fault.BROKEN, "PUT", "one$", 1);

        assertFails(() -> store.put("one", content), FailureCode.OBJECT_EXISTS, "already");
        assertThat(proxy.seen("PUT", "one$")).isEqualTo(3);
    }

    @Test
    void saysThatTheOutcomeIsUnknownWhenTheStoreGoesSilent() {
        byte[] content = content(100);
        proxy.next(Fault.ANSWER_DROPPED, "PUT", "one$", 1);
        proxy.next(Fault.BROKEN, "PUT", "one$", EVERY);
        proxy.next(Fault.BROKEN, "HEAD", "one$", EVERY);

        assertFails(
                () -> store.put("one", content),
                FailureCode.STORE_FAILED,
                "State: The object may be there, wholly, or not: the store did not say.");
    }

    @Test
    void findsItsObjectThoughNoAnswerEverCame() {
        byte[] content = content(100);
        proxy.next(Fault.ANSWER_DROPPED, "PUT", "one$", 1);
        proxy.next(Fault.BROKEN, "PUT", "one$", EVERY);

        assertThat(store.put("one", content)).isEqualTo(new Stored("one", 100));
        assertThat(store.read("one", 100)).isEqualTo(content);
    }

    @Test
    void givesUpAStoreThatDoesNotAnswer() {
        S3Limits hasty =
                new S3Limits(
                        2,
                        Duration.ofMillis(300),
                        Duration.ofSeconds(2),
                        Duration.ofSeconds(1),
                        Duration.ofMillis(1),
                        Duration.ofMillis(1),
                        Duration.ofMillis(1),
                        PART_BYTES);
        proxy.next(Fault.SILENT, "GET", "one$", EVERY);

        try (S3Store impatient = open(hasty)) {
            assertFails(
                    () -> impatient.read("one", 1),
                    FailureCode.STORE_FAILED,
                    proxy.url() + " gave no answer in time, in 2 tries");
        }
    }

    @Test
    void namesABucketThatIsMissing() throws IOException {
        Path file = Files.write(folder.resolve("out"), content(PART_BYTES + 1));
        ArchiveConfig config = server.config("x");
        ArchiveConfig elsewhere =
                new ArchiveConfig("s3://no-such-bucket/x", config.compression(), null, config.s3());

        try (S3Store none = S3Store.open(elsewhere, S3Server.credentials(), LIMITS)) {
            String words = server.url() + " has no bucket no-such-bucket";
            assertFails(() -> none.put("a", file), FailureCode.STORE_FAILED, words);
            assertFails(() -> none.put("a", content(1)), FailureCode.STORE_FAILED, words);
            assertFails(() -> none.read("a", 1), FailureCode.STORE_FAILED, words);
            assertFails(() -> none.find("a"), FailureCode.STORE_FAILED, words);
            assertFails(() -> none.list(""), FailureCode.STORE_FAILED, words);
        }
    }

    @Test
    void namesWrongCredentialsWithoutShowingThem() {
        for (AwsBasicCredentials wrong :
                List.of(
                        AwsBasicCredentials.create(S3Server.ACCESS_KEY, "another-secret"),
                        AwsBasicCredentials.create("NOBODY", S3Server.SECRET_KEY))) {
            try (S3Store stranger =
                    S3Store.open(
                            server.config("x"), StaticCredentialsProvider.create(wrong), LIMITS)) {
                assertThatThrownBy(() -> stranger.list(""))
                        .isInstanceOf(KalendsException.class)
                        .hasMessageContaining("the store does not accept the credentials")
                        .hasMessageNotContaining("another-secret")
                        .hasMessageNotContaining(S3Server.SECRET_KEY);
            }
        }
    }

    @Test
    void saysWhereItLookedForCredentials() throws IOException {
        assumeTrue(
                Stream.of(
                                "AWS_ACCESS_KEY_ID",
                                "AWS_WEB_IDENTITY_TOKEN_FILE",
                                "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
                                "AWS_CONTAINER_CREDENTIALS_FULL_URI")
                        .noneMatch(System.getenv()::containsKey),
                "skipped: the environment has credentials");
        Path empty = Files.createFile(folder.resolve("empty"));
        Map<String, String> nothing =
                Map.of(
                        "aws.disableEc2Metadata", "true",
                        "aws.configFile", empty.toString(),
                        "aws.sharedCredentialsFile", empty.toString());
        nothing.forEach(System::setProperty);
        try (S3Store stranger =
                S3Store.open(
                        server.config("x"), DefaultCredentialsProvider.builder().build(), LIMITS)) {
            assertFails(
                    () -> stranger.list(""),
                    FailureCode.STORE_FAILED,
                    "there are no credentials. Tried: the Java properties aws.accessKeyId");
        } finally {
            nothing.keySet().forEach(System::clearProperty);
        }
    }

    @Test
    void namesAHostThatIsUnknownOrTakesNoConnections() throws IOException {
        int closed;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            closed = socket.getLocalPort();
        }
        try (S3Store unknown = at("http://no-such-host.invalid");
                S3Store shut = at("http://127.0.0.1:" + closed)) {
            assertFails(
                    () -> unknown.list(""),
                    FailureCode.STORE_FAILED,
                    "no address is known for the host of http://no-such-host.invalid");
            assertFails(
                    () -> shut.put("a", content(1)),
                    FailureCode.STORE_FAILED,
                    "http://127.0.0.1:%d takes no connections".formatted(closed));
        }
    }

    private static S3Store at(String url) {
        return S3Store.open(S3Server.config(url, "x"), S3Server.credentials(), LIMITS);
    }

    @Test
    void asksForEncryptionAndStorageClass() {
        ArchiveConfig plain = server.config(prefix);
        ArchiveConfig config =
                new ArchiveConfig(
                        plain.store(),
                        plain.compression(),
                        null,
                        new S3Config(
                                proxy.url(),
                                S3Server.REGION,
                                S3Config.Addressing.PATH,
                                "STANDARD_IA",
                                S3Config.ServerSideEncryption.KMS,
                                "alias/kalends"));

        try (S3Store encrypted = S3Store.open(config, S3Server.credentials(), LIMITS)) {
            // This server cannot, and says so: it got the wish.
            assertThatThrownBy(() -> encrypted.put("one", content(1)))
                    .isInstanceOf(KalendsException.class);
        }
        assertThat(proxy.headers("PUT", "one$"))
                .contains(
                        "x-amz-storage-class: STANDARD_IA",
                        "x-amz-server-side-encryption: aws:kms",
                        "x-amz-server-side-encryption-aws-kms-key-id: alias/kalends",
                        "If-None-Match: *");
    }
}
