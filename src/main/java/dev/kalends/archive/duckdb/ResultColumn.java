package dev.kalends.archive.duckdb;

import dev.kalends.archive.manifest.Manifest.Column;
import dev.kalends.archive.manifest.Manifest.Form;
import dev.kalends.archive.manifest.Manifest.Generated;
import java.util.Set;

/// A column of a query's result.
///
/// @param type as DuckDB names it
public record ResultColumn(String name, String type) {
    private static final Set<String> NUMBERS =
            Set.of(
                    "TINYINT",
                    "SMALLINT",
                    "INTEGER",
                    "BIGINT",
                    "HUGEINT",
                    "UTINYINT",
                    "USMALLINT",
                    "UINTEGER",
                    "UBIGINT",
                    "UHUGEINT",
                    "BIGNUM",
                    "FLOAT",
                    "DOUBLE");

    /// Whether its values are numbers.
    public boolean isNumber() {
        return NUMBERS.contains(type) || type.startsWith("DECIMAL");
    }

    /// How its values are delivered: what PostgreSQL has too in its own form, all else as DuckDB
    /// prints it.
    public Column delivered() {
        return new Column(name, type, form(), Generated.NO);
    }

    private Form form() {
        return switch (type) {
            case "BOOLEAN" -> Form.BOOLEAN;
            case "SMALLINT" -> Form.INT16;
            case "INTEGER" -> Form.INT32;
            case "BIGINT" -> Form.INT64;
            case "FLOAT" -> Form.FLOAT;
            case "DOUBLE" -> Form.DOUBLE;
            case "VARCHAR", "JSON" -> Form.TEXT;
            case "BLOB" -> Form.BYTES;
            case "DATE" -> Form.DATE;
            case "TIMESTAMP" -> Form.TIMESTAMP;
            case "TIMESTAMP WITH TIME ZONE" -> Form.INSTANT;
            case "UUID" -> Form.UUID;
            default -> type.startsWith("DECIMAL") ? Form.DECIMAL : Form.PRINTED;
        };
    }

    /// From a column of the result to what is delivered.
    String read(String source) {
        Column column = new Column(source, type, form(), Generated.NO);
        if (type.equals("INTERVAL")) {
            // PostgreSQL says "mons".
            return "replace(replace(CAST(%s AS VARCHAR), 'months', 'mons'), 'month', 'mon')"
                    .formatted(source);
        }
        return form() == Form.PRINTED
                ? "CAST(%s AS VARCHAR)".formatted(source)
                : new ParquetColumn(column).read();
    }
}
