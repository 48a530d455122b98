package dev.kalends.config;

import org.jspecify.annotations.Nullable;

/// How an S3 store is spoken to. Credentials are not among it: the environment has them.
///
/// @param endpoint of a store that is not Amazon's; null for Amazon's
/// @param region null for the environment's
/// @param storageClass of new objects; null for the store's default
/// @param serverSideEncryption by the store itself; null for the bucket's default
/// @param kmsKeyId the key of it; null for the account's default key
public record S3Config(
        @Nullable String endpoint,
        @Nullable String region,
        Addressing addressing,
        @Nullable String storageClass,
        @Nullable ServerSideEncryption serverSideEncryption,
        @Nullable String kmsKeyId) {
    /// Where a bucket's name stands in a URL.
    public enum Addressing {
        /// In the host's name.
        HOST,
        /// In the path, as many stores besides Amazon's want it.
        PATH
    }

    /// What the store encrypts objects with, by itself.
    public enum ServerSideEncryption {
        AES256("AES256"),
        KMS("aws:kms");

        private final String word;

        ServerSideEncryption(String word) {
            this.word = word;
        }

        /// As the interface of S3 has it.
        public String word() {
            return word;
        }
    }

    public static S3Config defaults() {
        return new S3Config(null, null, Addressing.HOST, null, null, null);
    }
}
