package dev.kalends.config;

import java.util.regex.Pattern;

/// The name of an Apache Iceberg table. In lower case, since Trino and Spark write names so.
public record IcebergName(String namespace, String table) {
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_]{0,62}");

    public IcebergName {
        if (!NAME.matcher(namespace).matches() || !NAME.matcher(table).matches()) {
            throw new IllegalArgumentException(
                    "\"%s.%s\" is no NAMESPACE.TABLE: use lower-case letters, digits and _"
                            .formatted(namespace, table));
        }
    }

    /// @throws IllegalArgumentException if it is no such name
    public static IcebergName parse(String text) {
        int dot = text.indexOf('.');
        if (dot < 0) {
            throw new IllegalArgumentException(
                    "\"%s\" is no NAMESPACE.TABLE: there is no dot".formatted(text));
        }
        return new IcebergName(text.substring(0, dot), text.substring(dot + 1));
    }

    @Override
    public String toString() {
        return namespace + "." + table;
    }
}
