package dev.kalends.cli;

import java.util.Locale;

/// Who the output is for.
enum Output {
    TEXT,
    JSON;

    /// @throws IllegalArgumentException if it is neither
    static Output parse(String text) {
        return switch (text.strip().toLowerCase(Locale.ROOT)) {
            case "text" -> TEXT;
            case "json" -> JSON;
            default ->
                    throw new IllegalArgumentException(
                            "Cannot read \"%s\" as a format: use text or json".formatted(text));
        };
    }
}
