package dev.kalends.analyze;

import dev.kalends.catalog.Column;
import dev.kalends.catalog.TableFacts;
import dev.kalends.key.KeyCodec;
import dev.kalends.key.KeyType;
import dev.kalends.sql.Identifier;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What is known of one table without reading it whole.
///
/// @param statistics by column
/// @param uses of the table by the application's statements
record Known(
        TableFacts table,
        Map<Identifier, ColumnStatistics> statistics,
        Sample sample,
        List<StatementUse> uses) {
    private static final Pattern MADE =
            Pattern.compile(
                    "(?i)(created|inserted|occurred|logged|sent)_?(at|on|time)?|ts|at|time|timestamp|date");
    private static final Pattern ACTIVE =
            Pattern.compile(
                    "(?i)last_?.*|.*(updated|active|activity|seen|modified)_?(at|on|time)?");

    Known {
        statistics = Map.copyOf(statistics);
        uses = List.copyOf(uses);
    }

    ColumnStatistics statistics(Identifier column) {
        return statistics.getOrDefault(column, ColumnStatistics.none(column));
    }

    /// Values of a column, from the histogram and the sample.
    List<String> values(Identifier column) {
        List<String> values = new ArrayList<>(statistics(column).histogram());
        values.addAll(sample.values(column));
        return values;
    }

    /// The format in which a column holds the time; null if it holds none.
    @Nullable KeyCodec codec(Column column) {
        return KeyCodec.guess(column.type(), values(column.name()));
    }

    /// A time that a column's value tells, in UTC; null if it tells none.
    static @Nullable LocalDateTime time(KeyCodec codec, String value) {
        try {
            return codec.read(value, ZoneOffset.UTC);
        } catch (IllegalArgumentException e) {
            // Infinite, or an id of another shape: counted elsewhere.
            return null;
        }
    }

    /// The timestamp that most likely says when a row was made; null if there is none. One that may
    /// be NULL says when something happened to a row, unless its name tells otherwise.
    @Nullable Column made() {
        return timestamps().stream()
                .filter(column -> !ACTIVE.matcher(column.name().value()).matches())
                .filter(column -> isAlwaysThere(column) || isNamedSo(column))
                .max(
                        Comparator.comparing(Known::isAlwaysThere)
                                .thenComparing(Known::isNamedSo)
                                .thenComparingDouble(this::order))
                .orElse(null);
    }

    private static boolean isAlwaysThere(Column column) {
        return column.nullability() == Column.Nullability.NOT_NULL;
    }

    private static boolean isNamedSo(Column column) {
        return MADE.matcher(column.name().value()).matches();
    }

    /// A timestamp that says when a row was last in use; null if there is none.
    @Nullable Column active() {
        return timestamps().stream()
                .filter(column -> ACTIVE.matcher(column.name().value()).matches())
                .min(
                        Comparator.comparing(column ->
                                !column.name().value().toLowerCase(Locale.ROOT).startsWith("last")))
                .orElse(null);
    }

    private List<Column> timestamps() {
        return table.columns().stream()
                .filter(column -> KeyType.ofTypeName(column.type()) != null)
                .toList();
    }

    private double order(Column column) {
        Double correlation = statistics(column.name()).correlation();
        return correlation == null ? 0 : Math.abs(correlation);
    }

    /// Rows per month, from the last tenth of the histogram to its end; null if it shows no time.
    @Nullable Long rowsPerMonth(Identifier column, KeyCodec codec) {
        List<String> histogram = statistics(column).histogram();
        if (histogram.size() < 11) {
            return null;
        }
        int from = histogram.size() - 1 - (histogram.size() - 1) / 10;
        LocalDateTime first = time(codec, histogram.get(from));
        LocalDateTime last = time(codec, histogram.getLast());
        if (first == null || last == null || !first.isBefore(last)) {
            return null;
        }
        double share = (histogram.size() - 1 - from) / (double) (histogram.size() - 1);
        double months = Duration.between(first, last).toMinutes() / (30.4375 * 24 * 60);
        return months <= 0 ? null : Math.round(table.rows() * share / months);
    }

    long bytes() {
        return table.heapBytes() + table.toastBytes() + table.indexBytes();
    }
}
