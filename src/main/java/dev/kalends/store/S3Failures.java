package dev.kalends.store;

import dev.kalends.failure.FailureCode;
import dev.kalends.failure.KalendsException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Objects;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.core.exception.AbortedException;
import software.amazon.awssdk.core.exception.ApiCallAttemptTimeoutException;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.S3Error;
import software.amazon.awssdk.services.s3.model.S3Exception;

/// Says what a store's refusal means, and what can be done about it.
///
/// @param attempts that each request has
record S3Failures(S3Place place, String endpoint, int attempts) {
    static final String UNCHANGED = "Nothing was changed.";
    static final String NOTHING_HALF = "Nothing half is left in the store.";
    private static final String AGAIN = "Run the same command again.";

    /// What was tried.
    enum Deed {
        WRITE("write", "s3:PutObject"),
        READ("read", "s3:GetObject"),
        FIND("look at", "s3:GetObject"),
        LIST("list", "s3:ListBucket"),
        DELETE("delete", "s3:DeleteObject");

        private final String verb;
        private final String action;

        Deed(String verb, String action) {
            this.verb = verb;
            this.action = action;
        }
    }

    private record Words(String what, String next) {}

    static boolean is(SdkException e, int status) {
        return e instanceof S3Exception refusal && refusal.statusCode() == status;
    }

    static boolean is(SdkException e, String code) {
        return e instanceof S3Exception refusal && code(refusal).equals(code);
    }

    /// Whether bytes may have changed on the way. A signature that covers the body does not match
    /// then; nor does it with a wrong secret.
    static boolean isDamage(SdkException e) {
        return is(e, "SignatureDoesNotMatch") || is(e, "BadDigest");
    }

    /// Whether the store said no, so that nothing can have been written.
    static boolean isRefusal(SdkException e) {
        return e instanceof S3Exception refusal
                && refusal.statusCode() >= 400
                && refusal.statusCode() < 500;
    }

    KalendsException of(Deed deed, String key, SdkException e, String state) {
        if (e instanceof S3Exception refusal) {
            if (refusal.statusCode() == 404 && missesObject(deed, refusal)) {
                return missing(key, e);
            }
            return failed(deed, key, ofRefusal(deed, refusal), state, e);
        }
        if (DamagedInTransit.isCauseOf(e)) {
            return damaged(key, e);
        }
        return failed(deed, key, ofSilence(e), state, e);
    }

    private static boolean missesObject(Deed deed, S3Exception e) {
        return (deed == Deed.READ || deed == Deed.FIND) && !code(e).equals("NoSuchBucket");
    }

    private KalendsException failed(
            Deed deed, String key, Words words, String state, @Nullable Throwable cause) {
        return new KalendsException(
                FailureCode.STORE_FAILED,
                "Cannot %s %s in %s: %s".formatted(deed.verb, key, place.name(), words.what()),
                state,
                words.next(),
                cause);
    }

    /// An object that ends before what was asked of it, or is bigger than it may be.
    KalendsException unfit(Deed deed, String key, String what) {
        return new KalendsException(
                FailureCode.STORE_FAILED,
                "Cannot %s %s in %s: %s".formatted(deed.verb, key, place.name(), what),
                UNCHANGED,
                "Look at the object: it is not what the archive wrote there.");
    }

    KalendsException changedOnTheWay(String key, SdkException e) {
        return failed(
                Deed.WRITE,
                key,
                new Words(
                        "at every try other bytes arrived than were sent.",
                        "Look at what stands between here and the store, a proxy for example. "
                                + AGAIN),
                NOTHING_HALF,
                e);
    }

    /// Objects that a store kept though it did the rest.
    KalendsException undeleted(String key, List<S3Error> errors, String state) {
        S3Error error = errors.getFirst();
        String code = Objects.requireNonNullElse(error.code(), "");
        return failed(
                Deed.DELETE,
                key,
                new Words(
                        "the store refused (%s) %d of the objects: %s"
                                .formatted(
                                        code,
                                        errors.size(),
                                        Objects.requireNonNullElse(error.message(), "no reason")),
                        code.equals("AccessDenied")
                                ? "Allow the role s3:DeleteObject there; docs/archive-store.md has the whole policy."
                                : "Read what the store says. " + AGAIN),
                state,
                null);
    }

    /// The files of this machine are the trouble.
    KalendsException local(Deed deed, String key, IOException e) {
        String message = e.getMessage();
        String kind = e.getClass().getSimpleName();
        return new KalendsException(
                FailureCode.STORE_FAILED,
                "Cannot %s %s in %s: the file on this machine: %s"
                        .formatted(
                                deed.verb,
                                key,
                                place.name(),
                                message == null ? kind : "%s (%s)".formatted(message, kind)),
                "Nothing half is left.",
                "Look at the folder, its rights and the space on its disk. " + AGAIN,
                e);
    }

    KalendsException exists(String key, @Nullable Throwable cause) {
        return new KalendsException(
                FailureCode.OBJECT_EXISTS,
                "%s is in %s already.".formatted(key, place.name()),
                "It was not touched.",
                "Another process may work on the same archive. " + AGAIN,
                cause);
    }

    KalendsException missing(String key, @Nullable Throwable cause) {
        return new KalendsException(
                FailureCode.OBJECT_MISSING,
                "%s is not in %s.".formatted(key, place.name()),
                UNCHANGED,
                "Bring the object back from a version or a replica of the store.",
                cause);
    }

    KalendsException damaged(String key, @Nullable Throwable cause) {
        return new KalendsException(
                FailureCode.ARCHIVE_DAMAGED,
                "%s came out of %s with other bytes than were written, at every try."
                        .formatted(key, place.name()),
                UNCHANGED,
                "Bring the object back from a version or a replica of the store.",
                cause);
    }

    /// A download that broke off too often, took too long or was interrupted.
    KalendsException brokenOff(String key, String what, @Nullable Throwable cause) {
        return failed(
                Deed.READ,
                key,
                new Words(what, "Look at the network between here and the store. " + AGAIN),
                UNCHANGED,
                cause);
    }

    private Words ofRefusal(Deed deed, S3Exception e) {
        String code = code(e);
        return switch (code) {
            case "NoSuchBucket" -> noBucket();
            case "NoSuchUpload" ->
                    new Words(
                            "somebody else ended the upload (a lifecycle rule of the bucket, perhaps).",
                            AGAIN);
            case "InvalidAccessKeyId", "SignatureDoesNotMatch" ->
                    new Words(
                            "the store does not accept the credentials (%s).".formatted(code),
                            "Correct the access key and its secret where they are kept (docs/archive-store.md).");
            case "ExpiredToken", "TokenRefreshRequired", "InvalidToken", "RequestExpired" ->
                    new Words(
                            "the credentials are no longer valid (%s).".formatted(code),
                            "Log in again, or renew the session token.");
            case "RequestTimeTooSkewed" ->
                    new Words(
                            "the clocks of this machine and of the store differ too much.",
                            "Set the clock of this machine.");
            case "InvalidObjectState" ->
                    new Words(
                            "its storage class cannot be read at once.",
                            "Have the store bring it back first (in S3: restore-object), then run the same command again.");
            case "PermanentRedirect",
                    "AuthorizationHeaderMalformed",
                    "IllegalLocationConstraintException" ->
                    otherRegion(e);
            default -> ofStatus(deed, e);
        };
    }

    private Words noBucket() {
        return new Words(
                "%s has no bucket %s.".formatted(endpoint, place.bucket()),
                "Create the bucket, or correct archive.store and archive.endpoint.");
    }

    private Words otherRegion(S3Exception e) {
        String region = bucketRegion(e);
        return new Words(
                region == null
                        ? "the bucket is in another region."
                        : "the bucket is in region %s.".formatted(region),
                region == null
                        ? "Correct archive.region."
                        : "Set archive.region to %s.".formatted(region));
    }

    private Words ofStatus(Deed deed, S3Exception e) {
        int status = e.statusCode();
        if (status == 404) {
            return noBucket();
        } else if (status == 401 || status == 403) {
            return new Words(
                    "the store denies %s on it%s.".formatted(deed.action, told(" (", e, ")")),
                    "Allow the role %s there; docs/archive-store.md has the whole policy."
                            .formatted(deed.action));
        } else if (status == 301 || status == 307 || (status == 400 && bucketRegion(e) != null)) {
            return otherRegion(e);
        } else if (status == 501) {
            return new Words(
                    "the store does not know a request that the archive needs%s."
                            .formatted(told(" (", e, ")")),
                    "Choose a store that has conditional writes (If-None-Match).");
        } else if (status == 429 || status == 503) {
            return new Words(
                    "the store asks for fewer requests (%s), still after %s."
                            .formatted(summary(e), tries(e)),
                    "Run the same command again when the store has less to do.");
        } else if (status >= 500) {
            return new Words(
                    "the store failed (%s), still after %s.".formatted(summary(e), tries(e)),
                    "Look at the store's own status. " + AGAIN);
        }
        return new Words(
                "the store refused (%s)%s.".formatted(summary(e), told(": ", e, "")),
                "Read what the store says. " + AGAIN);
    }

    private Words ofSilence(SdkException e) {
        Throwable root = root(e);
        if (e instanceof AbortedException) {
            return new Words("it was interrupted.", AGAIN);
        } else if (e instanceof ApiCallTimeoutException
                || e instanceof ApiCallAttemptTimeoutException) {
            return new Words(
                    "%s gave no answer in time, in %s.".formatted(endpoint, tries(e)),
                    "Look at the network between here and the store. " + AGAIN);
        } else if (root instanceof UnknownHostException) {
            return new Words(
                    "no address is known for the host of %s.".formatted(endpoint),
                    "Correct archive.endpoint, archive.region or archive.pathStyle, or look at the name server.");
        } else if (root instanceof ConnectException || root instanceof NoRouteToHostException) {
            return new Words(
                    "%s takes no connections.".formatted(endpoint),
                    "Start the store, correct archive.endpoint, or look at the network.");
        } else if (root instanceof SSLException) {
            return new Words(
                    "no secure connection to %s: %s".formatted(endpoint, message(root)),
                    "Look at the store's certificate and at the certificates Java trusts.");
        } else if (noCredentials(e)) {
            return new Words(
                    "there are no credentials. Tried: the Java properties aws.accessKeyId and aws.secretAccessKey; AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; AWS_WEB_IDENTITY_TOKEN_FILE with AWS_ROLE_ARN; the profile AWS_PROFILE in ~/.aws; the container's and the machine's role.",
                    "Give credentials in one of these ways (docs/archive-store.md).");
        }
        return new Words(
                "the connection to %s broke, in %s: %s"
                        .formatted(endpoint, tries(e), message(root)),
                "Look at the network between here and the store. " + AGAIN);
    }

    private static boolean noCredentials(SdkException e) {
        return message(e).contains("Unable to load credentials");
    }

    private static @Nullable String bucketRegion(S3Exception e) {
        AwsErrorDetails details = e.awsErrorDetails();
        return details == null || details.sdkHttpResponse() == null
                ? null
                : details.sdkHttpResponse().firstMatchingHeader("x-amz-bucket-region").orElse(null);
    }

    /// Empty if the store says none.
    static String code(S3Exception e) {
        AwsErrorDetails details = e.awsErrorDetails();
        return details == null || details.errorCode() == null ? "" : details.errorCode();
    }

    /// "503 SlowDown"
    private static String summary(S3Exception e) {
        return "%d %s".formatted(e.statusCode(), code(e)).strip();
    }

    /// The store's own words, without a full stop at their end; empty if it has none.
    private static String told(String before, S3Exception e, String after) {
        AwsErrorDetails details = e.awsErrorDetails();
        String message = details == null ? null : details.errorMessage();
        return message == null || message.isBlank()
                ? ""
                : before + message.strip().replaceAll("\\.$", "") + after;
    }

    /// The SDK does not keep the number with every answer; then all attempts were made.
    private String tries(SdkException e) {
        int tries = Objects.requireNonNullElse(e.numAttempts(), attempts);
        return tries == 1 ? "1 try" : tries + " tries";
    }

    private static Throwable root(Throwable thrown) {
        Throwable root = thrown;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root;
    }

    private static String message(Throwable thrown) {
        return Objects.requireNonNullElse(thrown.getMessage(), thrown.getClass().getSimpleName());
    }
}
