package dev.kalends.config;

import java.math.BigDecimal;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Reads where partitions go, and what keeping them costs.
final class ArchiveReader {
    private ArchiveReader() {}

    static @Nullable ArchiveConfig read(@Nullable MappingReader in) {
        if (in == null) {
            return null;
        }
        ArchiveConfig defaults = ArchiveConfig.defaults();
        String store = in.orDefault("store", Scalar.STORE, defaults.store());
        MappingReader encryption = in.section("encryption", Section.ENCRYPTION);
        if (!store.startsWith("s3:")) {
            for (String each : List.of("endpoint", "region", "pathStyle")) {
                if (in.has(each)) {
                    in.report(each, "belongs to a store in S3: store: s3://bucket/prefix");
                }
            }
        }
        return new ArchiveConfig(
                store,
                in.orDefault("compression", Scalar.COMPRESSION, defaults.compression()),
                encryption == null ? null : encryption.required("key", Scalar.SECRET),
                in.optional("endpoint", Scalar.ENDPOINT),
                in.optional("region", Scalar.WORD),
                in.orDefault("pathStyle", Scalar.ADDRESSING, defaults.addressing()));
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
