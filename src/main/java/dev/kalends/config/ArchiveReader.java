package dev.kalends.config;

import java.math.BigDecimal;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Reads where partitions go, and what keeping them costs.
final class ArchiveReader {
    private static final List<String> ONLY_S3 =
            List.of(
                    "endpoint",
                    "region",
                    "pathStyle",
                    "storageClass",
                    "serverSideEncryption",
                    "kmsKeyId");

    private ArchiveReader() {}

    static @Nullable ArchiveConfig read(@Nullable MappingReader in) {
        if (in == null) {
            return null;
        }
        ArchiveConfig defaults = ArchiveConfig.defaults();
        String store = in.orDefault("store", Scalar.STORE, defaults.store());
        boolean elsewhere = !store.startsWith("s3:");
        if (elsewhere) {
            for (String each : ONLY_S3) {
                if (in.has(each)) {
                    in.report(each, "belongs to a store in S3: store: s3://bucket/prefix");
                }
            }
        }
        return new ArchiveConfig(
                store,
                in.orDefault("compression", Scalar.COMPRESSION, defaults.compression()),
                encryption(in.section("encryption", Section.ENCRYPTION)),
                elsewhere ? S3Config.defaults() : s3(in),
                view(in.section("view", Section.VIEW)));
    }

    private static S3Config s3(MappingReader in) {
        S3Config.ServerSideEncryption encryption =
                in.optional("serverSideEncryption", Scalar.SERVER_SIDE_ENCRYPTION);
        if (in.has("kmsKeyId") && encryption != S3Config.ServerSideEncryption.KMS) {
            in.report("kmsKeyId", "needs serverSideEncryption: aws:kms");
        }
        return new S3Config(
                in.optional("endpoint", Scalar.ENDPOINT),
                in.optional("region", Scalar.WORD),
                in.orDefault("pathStyle", Scalar.ADDRESSING, S3Config.defaults().addressing()),
                in.optional("storageClass", Scalar.STORAGE_CLASS),
                encryption,
                in.optional("kmsKeyId", Scalar.WORD));
    }

    private static @Nullable EncryptionConfig encryption(@Nullable MappingReader in) {
        if (in == null) {
            return null;
        }
        if (in.has("key") == in.has("keyCommand")) {
            in.report("must have either key or keyCommand");
            return null;
        }
        return new EncryptionConfig(
                in.optional("key", Scalar.SECRET),
                in.optional("keyCommand", Scalar.WORD),
                in.list("oldKeys", Scalar.SECRET));
    }

    private static @Nullable ViewConfig view(@Nullable MappingReader in) {
        if (in == null) {
            return null;
        }
        ViewConfig.Place listen = in.orDefault("listen", Scalar.PLACE, ViewConfig.LISTEN_DEFAULT);
        ViewConfig.Tls tls = tls(in.section("tls", Section.VIEW_TLS));
        if (!listen.isLoopback() && !in.has("tls")) {
            in.report(
                    "listen",
                    "other machines come there, and so it needs tls: a certificate and its key");
        }
        String password = in.required("password", Scalar.PASSWORD);
        int connections =
                in.limited(
                        "connectionsMax",
                        Scalar.COUNT,
                        ViewConfig.CONNECTIONS,
                        ViewConfig.CONNECTIONS_DEFAULT);
        return password == null
                ? null
                : new ViewConfig(
                        listen,
                        in.optional("address", Scalar.PLACE),
                        in.orDefault("user", Scalar.WORD, ViewConfig.USER_DEFAULT),
                        password,
                        tls,
                        connections);
    }

    private static ViewConfig.@Nullable Tls tls(@Nullable MappingReader in) {
        if (in == null) {
            return null;
        }
        String certificate = in.required("certificate", Scalar.WORD);
        String key = in.required("key", Scalar.WORD);
        return certificate == null || key == null ? null : new ViewConfig.Tls(certificate, key);
    }

    static @Nullable PricesConfig prices(@Nullable MappingReader in) {
        if (in == null) {
            return null;
        }
        BigDecimal live = price(in, "live");
        BigDecimal archive = price(in, "archive");
        String currency = in.orDefault("currency", Scalar.CURRENCY, PricesConfig.CURRENCY_DEFAULT);
        return live == null || archive == null ? null : new PricesConfig(live, archive, currency);
    }

    private static @Nullable BigDecimal price(MappingReader in, String key) {
        BigDecimal price = in.required(key, Scalar.PRICE);
        if (price != null && !PricesConfig.PRICE.allow(price)) {
            in.report(key, "must be " + PricesConfig.PRICE.words());
            return null;
        }
        return price;
    }
}
