package dev.kalends.demo.messaging;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A row of one of the application's tables as PostgreSQL's text; null is SQL's NULL.
final class WorldRow {
    private final WorldTable table;
    private final @Nullable String[] values;

    private WorldRow(WorldTable table, @Nullable String[] values) {
        if (values.length != table.columnCount()) {
            throw new IllegalArgumentException(
                    "%d values for the %d columns of %s"
                            .formatted(values.length, table.columnCount(), table.table()));
        }
        this.table = table;
        this.values = values;
    }

    static WorldRow of(WorldTable table, @Nullable String... values) {
        return new WorldRow(table, values.clone());
    }

    static WorldRow of(WorldTable table, List<@Nullable String> values) {
        return new WorldRow(table, values.toArray(new @Nullable String[0]));
    }

    static WorldRow of(MessageRow message) {
        List<@Nullable String> values = new ArrayList<>();
        for (Column column : Column.of(Variant.CURRENT)) {
            values.add(message.value(column));
        }
        return of(WorldTable.CONVERSATION_MESSAGE, values);
    }

    WorldTable table() {
        return table;
    }

    String id() {
        return text("id");
    }

    /// The value of a column that is not null.
    String text(String column) {
        String value = value(column);
        if (value == null) {
            throw new IllegalStateException("No " + column + " in " + this);
        }
        return value;
    }

    @Nullable String value(String column) {
        return values[table.position(column)];
    }

    /// All values in the order of [WorldTable#quotedColumns()].
    List<@Nullable String> values() {
        List<@Nullable String> all = new ArrayList<>();
        Collections.addAll(all, values);
        return Collections.unmodifiableList(all);
    }

    WorldRow with(String column, @Nullable String value) {
        @Nullable String[] changed = values.clone();
        changed[table.position(column)] = value;
        return new WorldRow(table, changed);
    }

    /// The columns in which two rows of one table differ.
    List<String> differences(WorldRow other) {
        List<String> differences = new ArrayList<>();
        for (int i = 0; i < values.length; i++) {
            if (!Objects.equals(values[i], other.values[i])) {
                differences.add(table.columnName(i));
            }
        }
        return differences;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof WorldRow row
                && table == row.table
                && Arrays.equals(values, row.values);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(values);
    }

    @Override
    public String toString() {
        return table.table() + Arrays.toString(values);
    }
}
