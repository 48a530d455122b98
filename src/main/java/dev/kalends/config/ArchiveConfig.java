package dev.kalends.config;

import org.jspecify.annotations.Nullable;

/// Where partitions go that leave the database, and in what form.
///
/// @param store `file:` with a folder, or `s3://bucket/prefix`
/// @param encryption null if objects are not encrypted by Kalends
/// @param s3 of an S3 store; its defaults for a folder
/// @param view null if nothing is served
public record ArchiveConfig(
        String store,
        Compression compression,
        @Nullable EncryptionConfig encryption,
        S3Config s3,
        @Nullable ViewConfig view) {
    static final String STORE_DEFAULT = "file:archive";

    /// How Parquet files are compressed.
    public enum Compression {
        ZSTD,
        NONE
    }

    /// Without a view.
    public ArchiveConfig(
            String store,
            Compression compression,
            @Nullable EncryptionConfig encryption,
            S3Config s3) {
        this(store, compression, encryption, s3, null);
    }

    public static ArchiveConfig defaults() {
        return new ArchiveConfig(STORE_DEFAULT, Compression.ZSTD, null, S3Config.defaults());
    }
}
