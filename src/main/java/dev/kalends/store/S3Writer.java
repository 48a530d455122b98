package dev.kalends.store;

import dev.kalends.config.S3Config;
import dev.kalends.failure.KalendsException;
import dev.kalends.store.ObjectStore.Stored;
import dev.kalends.store.S3Failures.Deed;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.ChecksumAlgorithm;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.UploadPartResponse;

/// Writes objects, in one request or in parts, where there are none.
final class S3Writer {
    private static final String SHA256 = "kalends-sha256";
    private static final String WRITE = "kalends-write";
    private static final String CONTENT_TYPE = "application/octet-stream";
    private static final String ABSENT = "*";

    private static final int CONFLICT = 409;
    private static final int PRECONDITION_FAILED = 412;

    /// A store may answer that another write is under way, and both may then fail.
    private static final int TRIES_MAX = 5;

    private final S3Client client;
    private final S3Place place;
    private final S3Config config;
    private final S3Limits limits;
    private final S3Failures failures;

    S3Writer(
            S3Client client, S3Place place, S3Config config, S3Limits limits, S3Failures failures) {
        this.client = client;
        this.place = place;
        this.config = config;
        this.limits = limits;
        this.failures = failures;
    }

    /// What an object's writer noted as the SHA-256 of its content.
    ///
    /// @return null if somebody else wrote it
    static @Nullable String sha256(Map<String, String> metadata) {
        return metadata.get(SHA256);
    }

    /// One call. Its id is in the object, so that a write whose answer was lost is known again.
    private record Write(String key, String inBucket, Content content, Map<String, String> notes) {
        boolean wrote(Map<String, String> metadata) {
            return Objects.equals(notes.get(WRITE), metadata.get(WRITE));
        }
    }

    Stored put(String key, Content content) throws IOException {
        Write write =
                new Write(
                        key,
                        place.inBucket(key),
                        content,
                        Map.of(SHA256, content.sha256(), WRITE, UUID.randomUUID().toString()));
        for (int i = 1; true; i++) {
            try {
                if (content.bytes() <= limits.partBytes()) {
                    putWhole(write);
                } else {
                    putParts(write);
                }
                return new Stored(key, content.bytes());
            } catch (Undecided e) {
                if (i == TRIES_MAX || isInterruptedBefore(i)) {
                    throw S3Failures.isDamage(e.refusal)
                            ? failures.changedOnTheWay(key, e.refusal)
                            : failures.of(Deed.WRITE, key, e.refusal, S3Failures.NOTHING_HALF);
                }
            }
        }
    }

    private boolean isInterruptedBefore(int next) {
        try {
            Thread.sleep(limits.pauseAfter(next));
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    /// The store took nothing, and may take the same write a little later: another write of the key
    /// is under way, or bytes changed on the way.
    private static final class Undecided extends Exception {
        private static final long serialVersionUID = 1L;

        private final transient SdkException refusal;

        Undecided(SdkException refusal) {
            super(refusal);
            this.refusal = refusal;
        }
    }

    private void putWhole(Write write) throws Undecided {
        Content content = write.content();
        try {
            client.putObject(
                    put ->
                            put.bucket(place.bucket())
                                    .key(write.inBucket())
                                    .ifNoneMatch(ABSENT)
                                    .metadata(write.notes())
                                    .checksumAlgorithm(ChecksumAlgorithm.SHA256)
                                    .storageClass(config.storageClass())
                                    .serverSideEncryption(serverSideEncryption())
                                    .ssekmsKeyId(config.kmsKeyId()),
                    body(content, 0, content.bytes()));
        } catch (SdkException e) {
            Found found = look(write, e);
            if (found != Found.OURS) {
                throw failure(write, found, e, S3Failures.NOTHING_HALF);
            }
        }
    }

    private static RequestBody body(Content content, long from, long bytes) {
        return RequestBody.fromContentProvider(
                () -> content.part(from, bytes), bytes, CONTENT_TYPE);
    }

    private @Nullable String serverSideEncryption() {
        S3Config.ServerSideEncryption encryption = config.serverSideEncryption();
        return encryption == null ? null : encryption.word();
    }

    private void putParts(Write write) throws Undecided {
        requireAbsent(write);
        String upload = begin(write);
        List<CompletedPart> parts;
        try {
            parts = upload(write, upload);
        } catch (SdkException | UncheckedIOException e) {
            String state = abort(write, upload, e);
            if (!(e instanceof SdkException refusal)) {
                throw e;
            }
            throw failure(write, look(write, refusal), refusal, state);
        }
        try {
            complete(write, upload, parts);
        } catch (SdkException e) {
            Found found = look(write, e);
            if (found != Found.OURS) {
                throw failure(write, found, e, abort(write, upload, e));
            }
        }
    }

    /// Before gigabytes are sent in vain.
    private void requireAbsent(Write write) {
        try {
            client.headObject(head -> head.bucket(place.bucket()).key(write.inBucket()));
        } catch (SdkException e) {
            if (S3Failures.is(e, 404)) {
                return;
            }
            throw failures.of(Deed.FIND, write.key(), e, S3Failures.UNCHANGED);
        }
        throw failures.exists(write.key(), null);
    }

    private String begin(Write write) {
        try {
            return client.createMultipartUpload(create ->
                            create.bucket(place.bucket())
                                    .key(write.inBucket())
                                    .metadata(write.notes())
                                    .contentType(CONTENT_TYPE)
                                    .checksumAlgorithm(ChecksumAlgorithm.SHA256)
                                    .storageClass(config.storageClass())
                                    .serverSideEncryption(serverSideEncryption())
                                    .ssekmsKeyId(config.kmsKeyId()))
                    .uploadId();
        } catch (SdkException e) {
            throw failures.of(Deed.WRITE, write.key(), e, S3Failures.UNCHANGED);
        }
    }

    private List<CompletedPart> upload(Write write, String upload) {
        List<CompletedPart> parts = new ArrayList<>();
        Content content = write.content();
        long partBytes = limits.partBytes(content.bytes());
        for (long from = 0; from < content.bytes(); from += partBytes) {
            int number = parts.size() + 1;
            UploadPartResponse answer =
                    client.uploadPart(
                            part ->
                                    part.bucket(place.bucket())
                                            .key(write.inBucket())
                                            .uploadId(upload)
                                            .partNumber(number)
                                            .checksumAlgorithm(ChecksumAlgorithm.SHA256),
                            body(content, from, Math.min(partBytes, content.bytes() - from)));
            parts.add(
                    CompletedPart.builder()
                            .partNumber(number)
                            .eTag(answer.eTag())
                            .checksumSHA256(answer.checksumSHA256())
                            .build());
        }
        return parts;
    }

    private void complete(Write write, String upload, List<CompletedPart> parts) {
        client.completeMultipartUpload(complete ->
                complete.bucket(place.bucket())
                        .key(write.inBucket())
                        .uploadId(upload)
                        .ifNoneMatch(ABSENT)
                        .multipartUpload(all -> all.parts(parts)));
    }

    /// Takes back the parts.
    ///
    /// @return what state is left
    private String abort(Write write, String upload, Exception reason) {
        try {
            client.abortMultipartUpload(
                    abort -> abort.bucket(place.bucket()).key(write.inBucket()).uploadId(upload));
        } catch (SdkException e) {
            if (!S3Failures.is(e, 404)) {
                reason.addSuppressed(e);
                return "Parts of an unfinished upload may be left in the store, which do not count as an object; a lifecycle rule of the bucket removes them.";
            }
        }
        return S3Failures.NOTHING_HALF;
    }

    /// Whose object is there after a write that failed.
    private enum Found {
        NONE,
        /// Only the answer was lost.
        OURS,
        ANOTHERS,
        /// The store refuses whatever it is asked.
        REFUSED,
        UNKNOWN
    }

    private Found look(Write write, SdkException e) {
        if (S3Failures.isRefusal(e)
                && !S3Failures.is(e, PRECONDITION_FAILED)
                && !S3Failures.is(e, CONFLICT)
                && !S3Failures.isDamage(e)
                && !S3Failures.is(e, "NoSuchUpload")) {
            return Found.NONE;
        }
        try {
            Map<String, String> notes =
                    client.headObject(head -> head.bucket(place.bucket()).key(write.inBucket()))
                            .metadata();
            return write.wrote(notes) ? Found.OURS : Found.ANOTHERS;
        } catch (SdkException unseen) {
            if (S3Failures.is(unseen, 404)) {
                return Found.NONE;
            }
            e.addSuppressed(unseen);
            // Nothing that looks damaged is taken; that this fails too says it was not damage.
            return S3Failures.isDamage(e) ? Found.REFUSED : Found.UNKNOWN;
        }
    }

    /// @param state what is left if no object is there
    private KalendsException failure(Write write, Found found, SdkException e, String state)
            throws Undecided {
        boolean undecided =
                S3Failures.is(e, PRECONDITION_FAILED)
                        || S3Failures.is(e, CONFLICT)
                        || S3Failures.isDamage(e);
        return switch (found) {
            case OURS -> throw new IllegalArgumentException("The write has succeeded");
            case ANOTHERS -> failures.exists(write.key(), e);
            case NONE -> {
                if (undecided) {
                    throw new Undecided(e);
                }
                yield failures.of(Deed.WRITE, write.key(), e, state);
            }
            case REFUSED -> failures.of(Deed.WRITE, write.key(), e, state);
            case UNKNOWN ->
                    S3Failures.is(e, PRECONDITION_FAILED)
                            ? failures.exists(write.key(), e)
                            : failures.of(
                                    Deed.WRITE,
                                    write.key(),
                                    e,
                                    "The object may be there, wholly, or not: the store did not say.");
        };
    }
}
