package dev.kalends.demo.messaging;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// A row of "ConversationMessage" as PostgreSQL's text, by column; null is SQL's NULL.
final class MessageRow {
    private final @Nullable String[] values;

    MessageRow() {
        this.values = new @Nullable String[Column.values().length];
    }

    @Nullable String value(Column column) {
        return values[column.position()];
    }

    /// The value of a column that is never null.
    String text(Column column) {
        String value = values[column.position()];
        if (value == null) {
            throw new IllegalStateException("No value for " + column);
        }
        return value;
    }

    void put(Column column, @Nullable String value) {
        values[column.position()] = value;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof MessageRow row && Arrays.equals(values, row.values);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(values);
    }

    @Override
    public String toString() {
        return Arrays.toString(values);
    }
}
