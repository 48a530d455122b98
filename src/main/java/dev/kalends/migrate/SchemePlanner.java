package dev.kalends.migrate;

import dev.kalends.catalog.Column;
import dev.kalends.catalog.KeyFacts;
import dev.kalends.catalog.TableFacts;
import dev.kalends.config.PartitionConfig;
import dev.kalends.failure.FailureCode;
import dev.kalends.failure.KalendsException;
import dev.kalends.key.KeyCodec;
import dev.kalends.key.KeyType;
import dev.kalends.plan.Partition;
import dev.kalends.plan.Partitions;
import dev.kalends.plan.Scheme;
import dev.kalends.sql.Identifier;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Decides how a table is cut: its scheme, and the partitions that its rows need.
final class SchemePlanner {
    private static final String UNCHANGED = "Nothing was changed.";
    private static final java.util.regex.Pattern NUMBER =
            java.util.regex.Pattern.compile("smallint|integer|bigint");

    private final TableFacts table;
    private final KeyFacts facts;
    private final PartitionConfig wish;

    SchemePlanner(TableFacts table, KeyFacts facts, PartitionConfig wish) {
        this.table = table;
        this.facts = facts;
        this.wish = wish;
    }

    /// @throws KalendsException KEY_NOT_USABLE
    Scheme scheme() {
        return scheme(wish);
    }

    @Nullable Scheme second() {
        return wish instanceof PartitionConfig.ByTime times && times.then() != null
                ? scheme(times.then())
                : null;
    }

    private Scheme scheme(PartitionConfig config) {
        Column column = column(config.key());
        return switch (config) {
            case PartitionConfig.ByTime times -> times(column, times);
            case PartitionConfig.ByNumber numbers -> {
                if (!NUMBER.matcher(column.type()).matches()) {
                    throw unusable(
                            column,
                            "its type is " + column.type() + ", and every is a number",
                            "Give a period such as month, or choose another column.");
                }
                yield new Scheme.NumberRange(numbers.key(), numbers.every(), numbers.names());
            }
            case PartitionConfig.ByHash hash ->
                    new Scheme.Hash(hash.key(), hash.partitions(), hash.names());
            case PartitionConfig.ByList list ->
                    new Scheme.Listed(
                            list.key(),
                            list.groups().stream()
                                    .map(each ->
                                            new Scheme.Listed.Group(each.label(), each.values()))
                                    .toList(),
                            list.names());
        };
    }

    private Scheme times(Column column, PartitionConfig.ByTime times) {
        KeyCodec codec = codec(column, times);
        if (codec == null || !codec.holds(column.type())) {
            throw unusable(
                    column,
                    codec == null
                            ? "its type is %s, and neither that nor its values show a time"
                                    .formatted(column.type())
                            : "a %s cannot hold the format %s"
                                    .formatted(column.type(), codec.code()),
                    "Choose another column, or say its format: see docs/keys.md.");
        }
        String problem = codec.problem(times.every(), times.timeZone());
        if (problem != null) {
            throw unusable(column, problem, "Choose another column or interval.");
        }
        PartitionConfig.TimeCheck check = times.timeCheck();
        return new Scheme.TimeRange(
                times.key(),
                codec.code(),
                times.timeZone(),
                times.every(),
                times.names(),
                times.collation() == PartitionConfig.Collation.C
                        ? Scheme.KeyCollation.C
                        : Scheme.KeyCollation.KEPT,
                check == null
                        ? null
                        : new Scheme.TimeCheck(check.column(), check.slack().toMillis()));
    }

    private @Nullable KeyCodec codec(Column column, PartitionConfig.ByTime times) {
        String format = times.format();
        if (format == null) {
            String found = facts.format();
            return found == null ? KeyType.ofTypeName(column.type()) : KeyCodec.of(found);
        }
        try {
            return KeyCodec.of(format, column.type());
        } catch (IllegalArgumentException e) {
            throw unusable(
                    column,
                    String.valueOf(e.getMessage()),
                    "Choose another format: see docs/keys.md.");
        }
    }

    private Column column(Identifier name) {
        Column column = table.column(name);
        if (column == null) {
            String known =
                    table.columns().stream()
                            .filter(each -> KeyType.ofTypeName(each.type()) != null)
                            .map(each -> each.name().display())
                            .collect(Collectors.joining(", "));
            throw new KalendsException(
                    FailureCode.KEY_NOT_USABLE,
                    "%s has no column %s.".formatted(table.name(), name),
                    UNCHANGED,
                    known.isEmpty()
                            ? "No column of this table is a date or a timestamp."
                            : "Columns that can be the key: " + known + ".");
        }
        return column;
    }

    private KalendsException unusable(Column column, String why, String next) {
        return new KalendsException(
                FailureCode.KEY_NOT_USABLE,
                "%s of %s cannot be the partition key: %s."
                        .formatted(column.name(), table.name(), why),
                UNCHANGED,
                next);
    }

    /// @param now in UTC
    List<Partition> partitions(Scheme scheme, LocalDateTime now) {
        String name = table.name().name().value();
        try {
            List<Partition> all = new ArrayList<>(ranges(scheme, name, now));
            boolean rest =
                    switch (wish) {
                        case PartitionConfig.ByTime times ->
                                times.strays() == PartitionConfig.Strays.DEFAULT_PARTITION;
                        case PartitionConfig.ByNumber numbers ->
                                numbers.strays() == PartitionConfig.Strays.DEFAULT_PARTITION;
                        case PartitionConfig.ByList list ->
                                list.strays() == PartitionConfig.Strays.DEFAULT_PARTITION;
                        case PartitionConfig.ByHash _ -> false;
                    };
            if (rest) {
                all.add(Partitions.rest(scheme, name));
            }
            return all;
        } catch (IllegalArgumentException e) {
            throw new KalendsException(
                    FailureCode.KEY_NOT_USABLE,
                    "Keys of %s reach from %s to %s: %s"
                            .formatted(
                                    table.name(), facts.least(), facts.greatest(), e.getMessage()),
                    UNCHANGED,
                    "Choose longer partitions, or correct the rows at the ends.",
                    e);
        }
    }

    private List<Partition> ranges(Scheme scheme, String name, LocalDateTime now) {
        String least = facts.least();
        String greatest = facts.greatest();
        return switch (scheme) {
            case Scheme.TimeRange times -> {
                LocalDateTime here = local(now, times.timeZone());
                LocalDateTime last = times.every().floor(here);
                for (int i = 0; i < ((PartitionConfig.ByTime) wish).ahead(); i++) {
                    last = times.every().next(last);
                }
                LocalDateTime first = here;
                if (least != null && greatest != null) {
                    LocalDateTime oldest = read(times, least);
                    LocalDateTime newest = read(times, greatest);
                    first = oldest.isBefore(first) ? oldest : first;
                    last = newest.isAfter(last) ? newest : last;
                }
                yield Partitions.covering(times, name, first, last);
            }
            case Scheme.NumberRange numbers -> numbers(numbers, name, least, greatest);
            case Scheme.Hash _, Scheme.Listed _ -> Partitions.of(scheme, name);
        };
    }

    /// What is made ahead ends where the key's type ends.
    private List<Partition> numbers(
            Scheme.NumberRange scheme,
            String name,
            @Nullable String least,
            @Nullable String greatest) {
        String type = column(scheme.key()).type();
        long end =
                switch (type) {
                    case "smallint" -> Short.MAX_VALUE;
                    case "integer" -> Integer.MAX_VALUE;
                    default -> Long.MAX_VALUE;
                };
        long first = least == null ? 0 : Long.parseLong(least);
        long last = greatest == null ? 0 : Long.parseLong(greatest);
        long from = Math.floorDiv(first, scheme.every()) * scheme.every();
        long to = Math.floorDiv(last, scheme.every()) * scheme.every();
        long left = (end - Math.max(to, 0)) / scheme.every();
        if (left < 1 || from < -end - 1 || from > first) {
            throw new IllegalArgumentException(
                    "a bound of a range of %d numbers would be no %s"
                            .formatted(scheme.every(), type));
        }
        long ahead = Math.min(((PartitionConfig.ByNumber) wish).ahead(), left - 1);
        return Partitions.covering(scheme, name, first, last, (int) ahead);
    }

    private static LocalDateTime local(LocalDateTime utc, ZoneId zone) {
        return LocalDateTime.ofInstant(utc.toInstant(ZoneOffset.UTC), zone);
    }

    /// Of an id or an epoch the facts hold the time in UTC.
    private static LocalDateTime read(Scheme.TimeRange times, String text) {
        KeyCodec codec = times.codec();
        return codec instanceof KeyType
                ? codec.read(text, times.timeZone())
                : local(KeyType.TIMESTAMP.read(text, ZoneOffset.UTC), times.timeZone());
    }
}
