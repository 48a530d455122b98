package dev.kalends.store;

import dev.kalends.config.ArchiveConfig;
import dev.kalends.config.S3Config;
import dev.kalends.store.S3Failures.Deed;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.core.exception.RetryableException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.ChecksumAlgorithm;
import software.amazon.awssdk.services.s3.model.Delete;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.ObjectIdentifier;
import software.amazon.awssdk.services.s3.model.S3Error;
import software.amazon.awssdk.services.s3.model.S3Object;

/// Objects of a bucket of an S3-compatible store.
///
/// Objects carry the SHA-256 of their content, and a word that only the call knows which wrote
/// them: when the answer to a write is lost, the object says whose it is.
public final class S3Store implements ObjectStore {
    private static final int DELETED_AT_ONCE = 1000;

    private final S3Client client;
    private final S3Place place;
    private final S3Limits limits;
    private final S3Failures failures;
    private final S3Writer writer;
    private volatile boolean bucketSeen;

    private S3Store(S3Client client, S3Place place, S3Config config, S3Limits limits) {
        this.client = client;
        this.place = place;
        this.limits = limits;
        String endpoint = config.endpoint();
        this.failures =
                new S3Failures(place, endpoint == null ? "Amazon S3" : endpoint, limits.attempts());
        this.writer = new S3Writer(client, place, config, limits, failures);
    }

    /// @param config its store begins with `s3://`
    public static S3Store open(ArchiveConfig config, AwsCredentialsProvider credentials) {
        return open(config, credentials, S3Limits.defaults());
    }

    static S3Store open(ArchiveConfig config, AwsCredentialsProvider credentials, S3Limits limits) {
        return new S3Store(
                S3Clients.open(config.s3(), credentials, limits),
                S3Place.of(config.store()),
                config.s3(),
                limits);
    }

    @Override
    public String name() {
        return place.name();
    }

    @Override
    public String address() {
        return place.name();
    }

    @Override
    public Stored put(String key, Path file) {
        try {
            return writer.put(key, Content.OfFile.of(file));
        } catch (IOException e) {
            throw failures.local(Deed.WRITE, key, e);
        } catch (UncheckedIOException e) {
            throw failures.local(Deed.WRITE, key, Objects.requireNonNull(e.getCause()));
        }
    }

    @Override
    public Stored put(String key, byte[] content) {
        try {
            return writer.put(key, new Content.OfBytes(content));
        } catch (IOException e) {
            throw failures.local(Deed.WRITE, key, e);
        }
    }

    @Override
    public void get(String key, Path into) {
        new S3Download(client, place, limits, failures, key).to(into);
    }

    @Override
    public byte[] read(String key, int bytesMax) {
        try {
            return client.getObject(
                            request(key).build(),
                            (response, body) -> whole(response, body, bytesMax))
                    .orElseThrow(() ->
                            failures.unfit(
                                    Deed.READ, key, "it has over %d bytes.".formatted(bytesMax)));
        } catch (SdkException e) {
            throw failures.of(Deed.READ, key, e, S3Failures.UNCHANGED);
        }
    }

    /// @return empty if it is longer
    private static Optional<byte[]> whole(
            GetObjectResponse response, AbortableInputStream body, int bytesMax) {
        if (response.contentLength() > bytesMax) {
            body.abort();
            return Optional.empty();
        }
        byte[] content = bytes(body);
        String written = S3Writer.sha256(response.metadata());
        MessageDigest digest = Content.newSha256();
        digest.update(content);
        if (written != null && !written.equals(Content.hex(digest))) {
            throw RetryableException.create("Damaged", new DamagedInTransit());
        }
        return Optional.of(content);
    }

    private static byte[] bytes(AbortableInputStream body) {
        try {
            return body.readAllBytes();
        } catch (IOException e) {
            throw RetryableException.create("The answer broke off", e);
        }
    }

    @Override
    public byte[] range(String key, long from, int bytes) {
        if (bytes == 0) {
            if (find(key) == null) {
                throw failures.missing(key, null);
            }
            return new byte[0];
        }
        GetObjectRequest request =
                request(key).range("bytes=%d-%d".formatted(from, from + bytes - 1)).build();
        byte[] content;
        try {
            content = client.getObject(request, (_, body) -> bytes(body));
        } catch (SdkException e) {
            throw S3Failures.is(e, 416)
                    ? failures.unfit(Deed.READ, key, "it ends before byte %d.".formatted(from))
                    : failures.of(Deed.READ, key, e, S3Failures.UNCHANGED);
        }
        if (content.length != bytes) {
            throw failures.unfit(
                    Deed.READ,
                    key,
                    "of %d bytes from byte %d on it has %d."
                            .formatted(bytes, from, content.length));
        }
        return content;
    }

    private GetObjectRequest.Builder request(String key) {
        return GetObjectRequest.builder().bucket(place.bucket()).key(place.inBucket(key));
    }

    @Override
    public @Nullable Stored find(String key) {
        try {
            long bytes =
                    client.headObject(head -> head.bucket(place.bucket()).key(place.inBucket(key)))
                            .contentLength();
            return new Stored(key, bytes);
        } catch (SdkException e) {
            if (!S3Failures.is(e, 404)) {
                throw failures.of(Deed.FIND, key, e, S3Failures.UNCHANGED);
            }
            requireBucket();
            return null;
        }
    }

    /// The answer about a single object says "not found" of a missing bucket too, without a word.
    private void requireBucket() {
        if (bucketSeen) {
            return;
        }
        try {
            client.headBucket(head -> head.bucket(place.bucket()));
            bucketSeen = true;
        } catch (SdkException e) {
            throw failures.of(Deed.LIST, "objects", e, S3Failures.UNCHANGED);
        }
    }

    @Override
    public List<Stored> list(String prefix) {
        List<Stored> found = new ArrayList<>();
        try {
            for (S3Object each :
                    client.listObjectsV2Paginator(list ->
                                    list.bucket(place.bucket()).prefix(place.prefix() + prefix))
                            .contents()) {
                found.add(new Stored(place.relative(each.key()), each.size()));
            }
        } catch (SdkException e) {
            throw failures.of(
                    Deed.LIST,
                    prefix.isEmpty() ? "objects" : prefix + "*",
                    e,
                    S3Failures.UNCHANGED);
        }
        // Not every store keeps to an order.
        found.sort(Comparator.comparing(Stored::key));
        return List.copyOf(found);
    }

    @Override
    public void delete(Collection<String> keys) {
        List<String> all = List.copyOf(keys);
        for (int from = 0; from < all.size(); from += DELETED_AT_ONCE) {
            delete(all.subList(from, Math.min(all.size(), from + DELETED_AT_ONCE)));
        }
    }

    private void delete(List<String> keys) {
        List<ObjectIdentifier> objects =
                keys.stream()
                        .map(key -> ObjectIdentifier.builder().key(place.inBucket(key)).build())
                        .toList();
        String first = keys.getFirst();
        String state = "What was deleted before is gone, the rest is there.";
        List<S3Error> errors;
        try {
            errors =
                    client.deleteObjects(delete ->
                                    delete.bucket(place.bucket())
                                            .checksumAlgorithm(ChecksumAlgorithm.SHA256)
                                            .delete(
                                                    Delete.builder()
                                                            .objects(objects)
                                                            .quiet(Boolean.TRUE)
                                                            .build()))
                            .errors();
        } catch (SdkException e) {
            String what =
                    keys.size() == 1 ? first : "%s and %d more".formatted(first, keys.size() - 1);
            throw failures.of(Deed.DELETE, what, e, state);
        }
        if (!errors.isEmpty()) {
            throw failures.undeleted(place.relative(errors.getFirst().key()), errors, state);
        }
    }

    @Override
    public void close() {
        client.close();
    }
}
