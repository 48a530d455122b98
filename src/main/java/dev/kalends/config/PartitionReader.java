package dev.kalends.config;

import dev.kalends.calendar.Interval;
import dev.kalends.calendar.PartitionNames;
import dev.kalends.sql.Identifier;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Reads how one table is cut, and what becomes of its keys.
final class PartitionReader {
    private static final Identifier NO_COLUMN = new Identifier("missing");

    /// Which keys only some methods know.
    private static final Map<String, List<String>> METHODS_OF =
            Map.of(
                    "every", List.of("range"),
                    "format", List.of("range"),
                    "ahead", List.of("range"),
                    "timeZone", List.of("range"),
                    "collate", List.of("range"),
                    "timeCheck", List.of("range"),
                    "then", List.of("range"),
                    "partitions", List.of("hash"),
                    "values", List.of("list"),
                    "default", List.of("range", "list"));

    private PartitionReader() {}

    /// @return null if it cannot be read, which is then reported
    static @Nullable PartitionConfig read(@Nullable MappingReader in) {
        if (in == null) {
            return null;
        }
        String method = in.orDefault("by", Scalar.METHOD, "range");
        Identifier key = in.required("key", Scalar.COLUMN);
        Identifier column = key == null ? NO_COLUMN : key;
        PartitionNames names = in.orDefault("names", Scalar.NAMES, PartitionNames.standard());
        METHODS_OF.forEach((setting, methods) -> {
            if (in.has(setting) && !methods.contains(method)) {
                in.report(setting, "belongs to by: " + String.join(" or ", methods));
            }
        });
        PartitionConfig read =
                switch (method) {
                    case "hash" -> hash(in, column, names);
                    case "list" -> list(in, column, names);
                    default ->
                            in.isNumber("every")
                                    ? numbers(in, column, names)
                                    : times(in, column, names);
                };
        return key == null ? null : read;
    }

    private static @Nullable PartitionConfig times(
            MappingReader in, Identifier key, PartitionNames names) {
        Interval every = in.required("every", Scalar.INTERVAL);
        String format = in.optional("format", Scalar.FORMAT);
        int ahead = ahead(in);
        ZoneId zone = in.orDefault("timeZone", Scalar.TIME_ZONE, PartitionConfig.TIME_ZONE_DEFAULT);
        PartitionConfig.Strays strays = strays(in);
        PartitionConfig.Collation collation =
                in.orDefault("collate", Scalar.COLLATION, PartitionConfig.Collation.KEEP);
        PartitionConfig.TimeCheck check = timeCheck(in.section("timeCheck", Section.TIME_CHECK));
        PartitionConfig then = then(in.section("then", Section.THEN), names);
        if (every == null) {
            return null;
        }
        PartitionConfig.ByTime times =
                new PartitionConfig.ByTime(
                        key, every, format, ahead, zone, names, strays, collation, check, then);
        Contradictions.partition(in, times);
        return times;
    }

    private static int ahead(MappingReader in) {
        return in.limited(
                "ahead", Scalar.COUNT, PartitionConfig.AHEAD, PartitionConfig.AHEAD_DEFAULT);
    }

    private static PartitionConfig.Strays strays(MappingReader in) {
        return in.orDefault("default", Scalar.STRAYS, PartitionConfig.Strays.REFUSED);
    }

    private static PartitionConfig.@Nullable TimeCheck timeCheck(@Nullable MappingReader in) {
        if (in == null) {
            return null;
        }
        Identifier column = in.required("column", Scalar.COLUMN);
        return column == null
                ? null
                : new PartitionConfig.TimeCheck(
                        column,
                        in.limited(
                                "slack",
                                Scalar.DURATION,
                                PartitionConfig.SLACK,
                                PartitionConfig.TimeCheck.SLACK_DEFAULT));
    }

    private static @Nullable PartitionConfig then(
            @Nullable MappingReader in, PartitionNames names) {
        if (in == null) {
            return null;
        }
        String method = in.required("by", Scalar.SECOND_METHOD);
        Identifier key = in.required("key", Scalar.COLUMN);
        if (method == null || key == null) {
            return null;
        }
        return method.equals("hash")
                ? new PartitionConfig.ByHash(key, count(in), names)
                : groups(in, key, names, PartitionConfig.Strays.REFUSED);
    }

    private static @Nullable PartitionConfig numbers(
            MappingReader in, Identifier key, PartitionNames names) {
        Long every = in.required("every", Scalar.SIZE_IN_NUMBERS);
        int ahead = ahead(in);
        PartitionConfig.Strays strays = strays(in);
        for (String setting : List.of("format", "timeZone", "collate", "timeCheck", "then")) {
            if (in.has(setting)) {
                in.report(setting, "belongs to ranges of time; every is a number here");
            }
        }
        if (every == null || every < 1) {
            in.report("every", "must be at least 1");
            return null;
        }
        return new PartitionConfig.ByNumber(key, every, ahead, names, strays);
    }

    private static PartitionConfig hash(MappingReader in, Identifier key, PartitionNames names) {
        return new PartitionConfig.ByHash(key, count(in), names);
    }

    private static int count(MappingReader in) {
        if (!in.has("partitions")) {
            in.report("partitions", "is missing");
        }
        return in.limited(
                "partitions",
                Scalar.COUNT,
                PartitionConfig.PARTITIONS,
                PartitionConfig.PARTITIONS.min());
    }

    private static @Nullable PartitionConfig list(
            MappingReader in, Identifier key, PartitionNames names) {
        return groups(in, key, names, strays(in));
    }

    private static @Nullable PartitionConfig groups(
            MappingReader in, Identifier key, PartitionNames names, PartitionConfig.Strays strays) {
        List<PartitionConfig.Group> groups = new ArrayList<>();
        in.lists("values", Scalar.VALUE)
                .forEach((label, values) -> groups.add(new PartitionConfig.Group(label, values)));
        if (groups.isEmpty() || groups.stream().anyMatch(group -> group.values().isEmpty())) {
            in.report("values", "must name each partition with its values: {north: [a, b]}");
            return null;
        }
        try {
            return new PartitionConfig.ByList(key, groups, names, strays);
        } catch (IllegalArgumentException e) {
            in.report("values", String.valueOf(e.getMessage()));
            return null;
        }
    }

    /// What becomes of the table's keys.
    ///
    /// @param in the table's own section
    static ContractConfig contract(MappingReader in) {
        Map<Set<Identifier>, ContractConfig.Unique> uniques = new LinkedHashMap<>();
        in.entries("unique", Scalar.UNIQUE)
                .forEach((columns, way) -> {
                    try {
                        uniques.put(columns(columns), way);
                    } catch (IllegalArgumentException e) {
                        in.report("unique", String.valueOf(e.getMessage()));
                    }
                });
        return new ContractConfig(
                uniques,
                in.optional("references", Scalar.REFERENCES),
                in.orDefault("withoutPrimaryKey", Scalar.KEYLESS, ContractConfig.Keyless.REFUSED));
    }

    private static Set<Identifier> columns(String list) {
        return new HashSet<>(
                Arrays.stream(list.split(",", -1)).map(String::strip).map(Identifier::of).toList());
    }
}
