package dev.kalends.store;

import dev.kalends.config.S3Config;
import dev.kalends.failure.FailureCode;
import dev.kalends.failure.KalendsException;
import java.net.URI;
import java.util.Set;
import javax.xml.stream.XMLStreamException;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.regions.providers.DefaultAwsRegionProviderChain;
import software.amazon.awssdk.retries.StandardRetryStrategy;
import software.amazon.awssdk.retries.api.BackoffStrategy;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Exception;

/// Makes the client of an S3 store.
final class S3Clients {
    /// What arrived at the store was not what was sent: the next attempt may fare better.
    private static final Set<String> DAMAGED_ON_THE_WAY =
            Set.of("BadDigest", "XAmzContentSHA256Mismatch", "XAmzContentChecksumMismatch");

    /// What stores besides Amazon's expect when nobody says otherwise.
    private static final Region REGION_DEFAULT = Region.US_EAST_1;

    private S3Clients() {}

    static S3Client open(S3Config config, AwsCredentialsProvider credentials, S3Limits limits) {
        return S3Client.builder()
                .credentialsProvider(credentials)
                .region(region(config))
                .endpointOverride(endpoint(config))
                .forcePathStyle(config.addressing() == S3Config.Addressing.PATH)
                .httpClientBuilder(
                        Apache5HttpClient.builder()
                                .connectionTimeout(S3Limits.CONNECT)
                                .socketTimeout(limits.silence()))
                .overrideConfiguration(override ->
                        override.apiCallAttemptTimeout(limits.attempt())
                                .apiCallTimeout(limits.total())
                                .retryStrategy(retries(limits)))
                .build();
    }

    private static @Nullable URI endpoint(S3Config config) {
        return config.endpoint() == null ? null : URI.create(config.endpoint());
    }

    private static Region region(S3Config config) {
        if (config.region() != null) {
            return Region.of(config.region());
        }
        try {
            return DefaultAwsRegionProviderChain.builder().build().getRegion();
        } catch (SdkClientException e) {
            if (config.endpoint() != null) {
                return REGION_DEFAULT;
            }
            throw new KalendsException(
                    FailureCode.CONFIGURATION,
                    "Nothing says in which region the archive's bucket is: not archive.region, nor AWS_REGION, nor the profile in ~/.aws/config, nor the machine.",
                    "Nothing was read or written.",
                    "Set archive.region in kalends.yaml, or AWS_REGION.",
                    e);
        }
    }

    private static StandardRetryStrategy retries(S3Limits limits) {
        return AwsRetryStrategy.standardRetryStrategy().toBuilder()
                .maxAttempts(limits.attempts())
                .backoffStrategy(
                        BackoffStrategy.exponentialDelay(limits.pause(), limits.pauseMax()))
                .throttlingBackoffStrategy(
                        BackoffStrategy.exponentialDelay(limits.slowPause(), limits.pauseMax()))
                // Attempts are counted for each request; a budget that all requests share would
                // make one fail for what happened to others.
                .circuitBreakerEnabled(false)
                .retryOnException(S3Clients::damagedOnTheWay)
                .retryOnExceptionOrCauseInstanceOf(XMLStreamException.class)
                .build();
    }

    private static boolean damagedOnTheWay(Throwable thrown) {
        return thrown instanceof S3Exception refusal
                && DAMAGED_ON_THE_WAY.contains(S3Failures.code(refusal));
    }
}
