package dev.kalends.analyze;

import dev.kalends.catalog.Column;
import dev.kalends.catalog.KeyFacts;
import dev.kalends.config.PartitionConfig;
import dev.kalends.key.KeyCodec;
import dev.kalends.key.KeyType;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The facts of a key as far as statistics and a sample tell them, in the shape in which planning
/// wants them.
final class SampledKey {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss.SSS", Locale.ROOT);
    private static final DateTimeFormatter DAY =
            DateTimeFormatter.ofPattern("uuuu-MM-dd", Locale.ROOT);

    private SampledKey() {}

    static KeyFacts of(Known known, PartitionConfig wish) {
        Column column = known.table().column(wish.key());
        if (column == null) {
            return KeyFacts.NONE;
        }
        List<String> values = known.values(wish.key());
        return switch (wish) {
            case PartitionConfig.ByTime times -> times(known, column, times.format(), values);
            case PartitionConfig.ByNumber _ -> numbers(known, column, values);
            case PartitionConfig.ByHash _ ->
                    new KeyFacts(null, null, nulls(known, column), 0, null);
            case PartitionConfig.ByList list -> lists(list, values);
        };
    }

    private static KeyFacts times(
            Known known, Column column, @Nullable String format, List<String> values) {
        KeyCodec codec = format == null ? known.codec(column) : named(format, column);
        if (codec == null) {
            return KeyFacts.NONE;
        }
        LocalDateTime least = null;
        LocalDateTime greatest = null;
        long infinite = 0;
        Set<String> strays = new HashSet<>();
        for (String value : values) {
            LocalDateTime time = Known.time(codec, value);
            if (time == null) {
                infinite += value.endsWith("infinity") ? 1 : 0;
                strays.add(value);
                continue;
            }
            least = least == null || time.isBefore(least) ? time : least;
            greatest = greatest == null || time.isAfter(greatest) ? time : greatest;
        }
        boolean id = !(codec instanceof KeyType);
        return new KeyFacts(
                codec.code(),
                text(codec, least),
                text(codec, greatest),
                nulls(known, column),
                id ? 0 : infinite,
                known.statistics(column.name()).correlation(),
                id ? strays.size() : 0,
                id ? strays.stream().sorted().limit(5).toList() : List.of(),
                0,
                null,
                null);
    }

    private static @Nullable KeyCodec named(String format, Column column) {
        try {
            return KeyCodec.of(format, column.type());
        } catch (IllegalArgumentException e) {
            // The planner refuses it, with the reason.
            return null;
        }
    }

    private static @Nullable String text(KeyCodec codec, @Nullable LocalDateTime time) {
        if (time == null) {
            return null;
        }
        return codec == KeyType.DATE
                ? DAY.format(time)
                : TIME.format(time) + (codec == KeyType.TIMESTAMPTZ ? "+00" : "");
    }

    private static long nulls(Known known, Column column) {
        double fraction = known.statistics(column.name()).nullFraction();
        return fraction == 0 ? 0 : Math.max(1, Math.round(fraction * known.table().rows()));
    }

    private static KeyFacts numbers(Known known, Column column, List<String> values) {
        Long least = null;
        Long greatest = null;
        for (String value : values) {
            if (value.matches("-?\\d{1,18}")) {
                long number = Long.parseLong(value);
                least = least == null ? number : Math.min(least, number);
                greatest = greatest == null ? number : Math.max(greatest, number);
            }
        }
        return new KeyFacts(
                least == null ? null : least.toString(),
                greatest == null ? null : greatest.toString(),
                nulls(known, column),
                0,
                known.statistics(column.name()).correlation());
    }

    private static KeyFacts lists(PartitionConfig.ByList list, List<String> values) {
        Set<String> listed = new HashSet<>();
        list.groups().forEach(group -> listed.addAll(group.values()));
        Set<String> strays = new HashSet<>(values);
        strays.removeAll(listed);
        return new KeyFacts(
                null,
                null,
                null,
                0,
                0,
                null,
                strays.size(),
                strays.stream().sorted().limit(5).toList(),
                0,
                null,
                null);
    }
}
