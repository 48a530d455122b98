package dev.kalends.config;

import static dev.kalends.config.Key.limited;
import static dev.kalends.config.Key.optional;
import static dev.kalends.config.Key.required;

import dev.kalends.config.Key.Shape;
import java.util.List;

/// The keys of the archive, as [Keys] has those of everything else.
final class ArchiveKeys {
    private ArchiveKeys() {}

    static final List<Key> ARCHIVE =
            List.of(
                    optional("store", Scalar.STORE, "file:folder or s3://bucket/prefix."),
                    optional("compression", Scalar.COMPRESSION, "How files are compressed."),
                    optional(
                            "encryption",
                            new Shape.Mapping(Section.ENCRYPTION),
                            "With which key files are encrypted."),
                    optional(
                            "endpoint",
                            Scalar.ENDPOINT,
                            "URL of an S3 store that is not Amazon's."),
                    optional("region", Scalar.WORD, "Region of an S3 store."),
                    optional(
                            "pathStyle",
                            Scalar.ADDRESSING,
                            "Whether the bucket's name stands in the path of a URL."),
                    optional(
                            "storageClass",
                            Scalar.STORAGE_CLASS,
                            "Storage class of new objects in S3."),
                    optional(
                            "serverSideEncryption",
                            Scalar.SERVER_SIDE_ENCRYPTION,
                            "What the store encrypts objects with, by itself."),
                    optional("kmsKeyId", Scalar.WORD, "Key of that encryption by aws:kms."),
                    optional(
                            "view",
                            new Shape.Mapping(Section.VIEW),
                            "Where archived rows are read by SQL."));

    static final List<Key> ENCRYPTION =
            List.of(
                    optional(
                            "key",
                            Scalar.SECRET,
                            "A secret, from ${env:…} or ${file:…}: Base64 of 32 bytes."),
                    optional(
                            "keyCommand",
                            Scalar.WORD,
                            "A command of the shell that prints such a key."),
                    optional(
                            "oldKeys",
                            new Shape.Several(Scalar.SECRET),
                            "Keys of before, accepted for reading."));

    static final List<Key> VIEW =
            List.of(
                    optional("listen", Scalar.PLACE, "Where kalends serve listens: host:port."),
                    optional(
                            "address",
                            Scalar.PLACE,
                            "Where the database finds it, if that is not the same: host:port."),
                    optional("user", Scalar.WORD, "As whom the database logs in there."),
                    required(
                            "password",
                            Scalar.PASSWORD,
                            "A secret, from ${env:…} or ${file:…}: with which it logs in."),
                    optional(
                            "tls",
                            new Shape.Mapping(Section.VIEW_TLS),
                            "How connections are encrypted."),
                    limited(
                            "connectionsMax",
                            Scalar.COUNT,
                            ViewConfig.CONNECTIONS,
                            "How many connections at the same time."));

    static final List<Key> VIEW_TLS =
            List.of(
                    required(
                            "certificate",
                            Scalar.WORD,
                            "File with the certificate and those above it, in PEM."),
                    required("key", Scalar.WORD, "File with its private key, PKCS #8 in PEM."));
}
