package dev.kalends.cli;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/// Who the output is for.
enum Output {
    TEXT,
    JSON,
    /// Of a query's rows: columns of equal width.
    TABLE,
    /// Of a query's rows: lines with commas.
    CSV,
    /// Of a query's rows: a file.
    PARQUET;

    /// What every command can do.
    static final Set<Output> USUAL = EnumSet.of(TEXT, JSON);

    /// @throws IllegalArgumentException if it is none
    static Output parse(String text) {
        return switch (text.strip().toLowerCase(Locale.ROOT)) {
            case "text" -> TEXT;
            case "table" -> TABLE;
            case "json" -> JSON;
            case "csv" -> CSV;
            case "parquet" -> PARQUET;
            default -> throw new IllegalArgumentException(unfit(text));
        };
    }

    /// What is possible instead.
    static String unfit(String text) {
        return "Cannot read \"%s\" as a format: use text or json; for cold query table, csv, json or parquet"
                .formatted(text);
    }
}
