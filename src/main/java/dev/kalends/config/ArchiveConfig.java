package dev.kalends.config;

import org.jspecify.annotations.Nullable;

/// Where partitions go that leave the database, and in what form.
///
/// @param store `file:` with a folder, or `s3://bucket/prefix`
/// @param encryptionKey a secret; null if objects are not encrypted
/// @param endpoint of an S3 store that is not Amazon's; null for Amazon's
/// @param region of an S3 store; null for the environment's
public record ArchiveConfig(
        String store,
        Compression compression,
        @Nullable String encryptionKey,
        @Nullable String endpoint,
        @Nullable String region,
        Addressing addressing) {
    static final String STORE_DEFAULT = "file:archive";

    /// How Parquet files are compressed.
    public enum Compression {
        ZSTD,
        NONE
    }

    /// Where a bucket's name stands in a URL.
    public enum Addressing {
        /// In the host's name.
        HOST,
        /// In the path, as many stores besides Amazon's want it.
        PATH
    }

    public static ArchiveConfig defaults() {
        return new ArchiveConfig(
                STORE_DEFAULT, Compression.ZSTD, null, null, null, Addressing.HOST);
    }

    /// Leaves the key out.
    @Override
    public String toString() {
        return "ArchiveConfig[store=%s, compression=%s, encryption=%s, endpoint=%s, region=%s, addressing=%s]"
                .formatted(
                        store,
                        compression,
                        encryptionKey == null ? "none" : "by a key",
                        endpoint,
                        region,
                        addressing);
    }
}
