package dev.kalends.config;

import java.math.BigDecimal;

/// What a gigabyte costs in a month.
///
/// @param live on the database's disks
/// @param archive in the archive
/// @param currency its code, as in USD
public record PricesConfig(BigDecimal live, BigDecimal archive, String currency) {
    static final Limits<BigDecimal> PRICE =
            new Limits<>(BigDecimal.ZERO, BigDecimal.valueOf(1_000_000), BigDecimal::toPlainString);
    static final String CURRENCY_DEFAULT = "USD";

    public PricesConfig {
        PRICE.check("live", live);
        PRICE.check("archive", archive);
    }
}
