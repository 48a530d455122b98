package dev.kalends.store;

import dev.kalends.testing.S3Server;
import java.io.IOException;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

class S3StoreIT implements ObjectStoreContract {
    /// The least that the interface of S3 allows.
    static final int PART_BYTES = 5 << 20;

    /// Everything is soon over.
    static final S3Limits LIMITS =
            new S3Limits(
                    3,
                    Duration.ofSeconds(20),
                    Duration.ofSeconds(60),
                    Duration.ofSeconds(20),
                    Duration.ofMillis(10),
                    Duration.ofMillis(10),
                    Duration.ofMillis(50),
                    PART_BYTES);

    private static S3Server server;

    @BeforeAll
    static void start() throws IOException {
        server = S3Server.start();
    }

    @AfterAll
    static void stop() throws IOException {
        server.close();
    }

    @Override
    public ObjectStore open() {
        return S3Store.open(
                server.config("p/" + UUID.randomUUID()), S3Server.credentials(), LIMITS);
    }

    @Override
    public int partBytes() {
        return PART_BYTES;
    }
}
