package dev.kalends.pg;

import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One row of a result. Columns are counted from 1.
public final class Row {
    private final ResultSet result;

    Row(ResultSet result) {
        this.result = result;
    }

    /// Makes something of a row.
    @FunctionalInterface
    public interface Reader<T> {
        T read(Row row);
    }

    /// @throws IllegalStateException if the value is NULL
    public String text(int column) {
        String value = textOrNull(column);
        if (value == null) {
            throw new IllegalStateException("Column " + column + " is NULL");
        }
        return value;
    }

    public @Nullable String textOrNull(int column) {
        return get(() -> result.getString(column));
    }

    /// NULL gives 0.
    public long number(int column) {
        return get(() -> result.getLong(column));
    }

    public @Nullable Long numberOrNull(int column) {
        return get(() -> result.getObject(column) == null ? null : result.getLong(column));
    }

    public @Nullable Double decimalOrNull(int column) {
        return get(() -> result.getObject(column) == null ? null : result.getDouble(column));
    }

    /// NULL gives false.
    public boolean truth(int column) {
        return get(() -> result.getBoolean(column));
    }

    /// A `text[]`; NULL gives an empty list.
    public List<String> texts(int column) {
        return get(() -> {
            Array array = result.getArray(column);
            return array == null ? List.of() : List.of((String[]) array.getArray());
        });
    }

    @FunctionalInterface
    private interface Getter<T extends @Nullable Object> {
        T get() throws SQLException;
    }

    private static <T extends @Nullable Object> T get(Getter<T> getter) {
        try {
            return getter.get();
        } catch (SQLException e) {
            throw new PgException(e, "reading a result");
        }
    }
}
