package dev.kalends.store;

import dev.kalends.store.S3Failures.Deed;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;

/// One object on its way into a file. An answer that breaks off is taken up where it did; what is
/// whole but has another checksum is read again.
final class S3Download {
    private static final int BUFFER_BYTES = 64 * 1024;

    /// Bytes that change on the way do so once in a while, not three times running.
    private static final int DAMAGES_MAX = 3;

    private final S3Client client;
    private final S3Place place;
    private final S3Limits limits;
    private final S3Failures failures;
    private final String key;
    private final long begun = System.nanoTime();

    private MessageDigest digest = Content.newSha256();
    private long done;
    private @Nullable GetObjectResponse first;
    private int breaks;
    private int damages;

    S3Download(S3Client client, S3Place place, S3Limits limits, S3Failures failures, String key) {
        this.client = client;
        this.place = place;
        this.limits = limits;
        this.failures = failures;
        this.key = key;
    }

    /// The file is as it was until all is there.
    void to(Path into) {
        Path unfinished =
                into.resolveSibling(
                        ".%s.unfinished-%s".formatted(into.getFileName(), UUID.randomUUID()));
        try {
            try (FileChannel channel =
                    FileChannel.open(
                            unfinished, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                while (!isWhole(channel)) {
                    fetch(channel);
                }
                channel.force(true);
            }
            Files.move(
                    unfinished,
                    into,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw failures.local(Deed.READ, key, e);
        } finally {
            remove(unfinished);
        }
    }

    private void remove(Path unfinished) {
        try {
            Files.deleteIfExists(unfinished);
        } catch (IOException e) {
            throw failures.local(Deed.READ, key, e);
        }
    }

    private boolean isWhole(FileChannel channel) throws IOException {
        if (first == null || done < first.contentLength()) {
            return false;
        }
        String written = S3Writer.sha256(first.metadata());
        if (done > first.contentLength()
                || (written != null && !written.equals(Content.hex(digest)))) {
            startAgain(channel, new DamagedInTransit());
            return false;
        }
        return true;
    }

    private void startAgain(FileChannel channel, Exception cause) throws IOException {
        damages++;
        if (damages == DAMAGES_MAX) {
            throw failures.damaged(key, cause);
        }
        channel.truncate(0);
        digest = Content.newSha256();
        done = 0;
        first = null;
    }

    /// What is still missing, or the beginning of it.
    private void fetch(FileChannel channel) throws IOException {
        GetObjectRequest.Builder request =
                GetObjectRequest.builder().bucket(place.bucket()).key(place.inBucket(key));
        if (first != null) {
            request.range("bytes=%d-".formatted(done)).ifMatch(first.eTag());
        }
        ResponseInputStream<GetObjectResponse> body;
        try {
            body = client.getObject(request.build());
        } catch (SdkException e) {
            throw S3Failures.is(e, 412)
                    ? failures.unfit(Deed.READ, key, "it was replaced while it was read.")
                    : failures.of(Deed.READ, key, e, S3Failures.UNCHANGED);
        }
        if (first == null) {
            first = body.response();
        }
        copy(body, channel);
    }

    private void copy(ResponseInputStream<GetObjectResponse> body, FileChannel channel)
            throws IOException {
        long before = done;
        byte[] buffer = new byte[BUFFER_BYTES];
        while (true) {
            int length;
            try {
                length = body.read(buffer);
            } catch (IOException | SdkException e) {
                body.abort();
                if (DamagedInTransit.isCauseOf(e)) {
                    startAgain(channel, e);
                } else {
                    breakOff(before, e);
                }
                return;
            }
            if (length < 0) {
                body.abort();
                if (done < Objects.requireNonNull(first).contentLength()) {
                    breakOff(before, null);
                }
                return;
            }
            digest.update(buffer, 0, length);
            ByteBuffer bytes = ByteBuffer.wrap(buffer, 0, length);
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            done += length;
            requireTime(body);
        }
    }

    private void requireTime(ResponseInputStream<GetObjectResponse> body) {
        Duration limit = limits.total(Objects.requireNonNull(first).contentLength());
        if (System.nanoTime() - begun > limit.toNanos()) {
            body.abort();
            throw failures.brokenOff(
                    key,
                    "after %d s only %d of its %d bytes are here."
                            .formatted(limit.toSeconds(), done, first.contentLength()),
                    null);
        }
    }

    /// Pauses before the rest is asked for; a break that came after no byte counts.
    private void breakOff(long before, @Nullable Exception cause) {
        breaks = done > before ? 1 : breaks + 1;
        long bytes = Objects.requireNonNull(first).contentLength();
        if (breaks >= limits.attempts()) {
            throw failures.brokenOff(
                    key,
                    "the connection broke %d times after %d of its %d bytes."
                            .formatted(breaks, done, bytes),
                    cause);
        }
        try {
            Thread.sleep(limits.pauseAfter(breaks));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failures.brokenOff(key, "it was interrupted.", e);
        }
    }
}
