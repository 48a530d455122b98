package dev.kalends.demo.messaging;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a row of "ConversationMessage" is expected to hold: a 64-bit hash of each value, or that
/// there is no such row.
final class RowState {
    static final RowState ABSENT = new RowState(new long[0], 0);

    private static final long NULL_HASH = 0x6A09E667F3BCC909L;
    private static final long FNV_OFFSET = 0xCBF29CE484222325L;
    private static final long FNV_PRIME = 0x100000001B3L;

    private final long[] hashes;
    private final long createdAt;

    private RowState(long[] hashes, long createdAt) {
        this.hashes = hashes;
        this.createdAt = createdAt;
    }

    static RowState of(MessageRow row) {
        long[] hashes = new long[Column.values().length];
        for (Column column : Column.values()) {
            hashes[column.position()] = hash(row.value(column));
        }
        return new RowState(hashes, Timeline.millis(row.text(Column.CREATED_AT)));
    }

    boolean absent() {
        return hashes.length == 0;
    }

    /// Milliseconds since 1970.
    long createdAt() {
        return createdAt;
    }

    RowState with(Column column, @Nullable String value) {
        long[] changed = hashes.clone();
        changed[column.position()] = hash(value);
        return new RowState(changed, createdAt);
    }

    RowState withCreatedAt(long millis) {
        return new RowState(with(Column.CREATED_AT, Timeline.text(millis)).hashes, millis);
    }

    /// The columns whose value is not the expected one; all of them if no row is expected.
    List<Column> differences(MessageRow row) {
        List<Column> differences = new ArrayList<>();
        for (Column column : Column.values()) {
            if (absent() || hashes[column.position()] != hash(row.value(column))) {
                differences.add(column);
            }
        }
        return differences;
    }

    private static long hash(@Nullable String value) {
        if (value == null) {
            return NULL_HASH;
        }
        long hash = FNV_OFFSET;
        for (int i = 0; i < value.length(); i++) {
            hash = (hash ^ value.charAt(i)) * FNV_PRIME;
        }
        return hash ^ hash >>> 29;
    }
}
