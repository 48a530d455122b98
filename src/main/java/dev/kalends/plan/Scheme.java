package dev.kalends.plan;

import dev.kalends.calendar.Interval;
import dev.kalends.calendar.PartitionNames;
import dev.kalends.key.KeyCodec;
import dev.kalends.sql.Identifier;
import dev.kalends.sql.Literal;
import dev.kalends.sql.Sql;
import dev.kalends.sql.SqlList;
import dev.kalends.sql.SqlPart;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// How a table, or each of its partitions, is cut.
public sealed interface Scheme {
    /// The partition key.
    Identifier key();

    PartitionNames names();

    /// PostgreSQL's word after `PARTITION BY`.
    String method();

    /// By ranges of time.
    ///
    /// @param format the [KeyCodec]'s code
    /// @param timeZone in whose local time partitions begin
    /// @param timeCheck what every partition says of a timestamp besides the key; null for nothing
    record TimeRange(
            Identifier key,
            String format,
            ZoneId timeZone,
            Interval every,
            PartitionNames names,
            KeyCollation collation,
            @Nullable TimeCheck timeCheck)
            implements Scheme {
        public KeyCodec codec() {
            return KeyCodec.of(format);
        }

        @Override
        public String method() {
            return "RANGE";
        }

        /// A bound as the partition's definition has it.
        public Literal bound(LocalDateTime at) {
            return codec().bound(at, timeZone);
        }
    }

    /// The collation of a text key in the partitioned table.
    enum KeyCollation {
        /// The column's own.
        KEPT,
        C
    }

    /// By ranges of numbers of one size.
    record NumberRange(Identifier key, long every, PartitionNames names) implements Scheme {
        @Override
        public String method() {
            return "RANGE";
        }
    }

    /// By the hash of the key.
    record Hash(Identifier key, int partitions, PartitionNames names) implements Scheme {
        @Override
        public String method() {
            return "HASH";
        }
    }

    /// By lists of values.
    record Listed(Identifier key, List<Group> groups, PartitionNames names) implements Scheme {
        public Listed {
            groups = List.copyOf(groups);
        }

        @Override
        public String method() {
            return "LIST";
        }

        /// The values of one partition, and what its name ends with.
        public record Group(String label, List<String> values) {
            public Group {
                values = List.copyOf(values);
            }
        }
    }

    /// A CHECK on a timestamp beside a key that holds the time as well, so that the planner can
    /// prune by either.
    ///
    /// @param slackMillis how far the two may disagree
    record TimeCheck(Identifier column, long slackMillis) {}

    /// As people say it: "by createdAt, one per month (UTC)".
    default String words() {
        return switch (this) {
            case TimeRange times ->
                    "by %s, one per %s (%s)"
                            .formatted(key(), times.every().word(), times.timeZone());
            case NumberRange numbers -> "by %s, %d numbers each".formatted(key(), numbers.every());
            case Hash _ -> "by the hash of " + key();
            case Listed _ -> "by lists of " + key();
        };
    }

    /// Whether another scheme makes partitions of the same bounds from keys of the same kind.
    default boolean cutsLike(Scheme other) {
        return switch (this) {
            case TimeRange times ->
                    other instanceof TimeRange theirs
                            && times.every() == theirs.every()
                            && times.timeZone().equals(theirs.timeZone())
                            && times.format().equals(theirs.format())
                            && times.collation() == theirs.collation();
            case NumberRange numbers ->
                    other instanceof NumberRange theirs && numbers.every() == theirs.every();
            case Hash hash ->
                    other instanceof Hash theirs && hash.partitions() == theirs.partitions();
            case Listed listed ->
                    other instanceof Listed theirs && listed.groups().equals(theirs.groups());
        };
    }

    default boolean isRange() {
        return this instanceof TimeRange || this instanceof NumberRange;
    }

    /// @throws IllegalArgumentException if these bounds belong to another scheme, or have no lower
    ///   end
    default SqlPart from(Bounds bounds) {
        return switch (bounds) {
            case Bounds.Times times when this instanceof TimeRange range ->
                    range.bound(times.from());
            case Bounds.Numbers numbers -> Literal.of(numbers.from());
            default -> throw new IllegalArgumentException("No range: " + bounds);
        };
    }

    /// The end of a range, exclusive; see [#from].
    default SqlPart to(Bounds bounds) {
        return switch (bounds) {
            case Bounds.Times times when this instanceof TimeRange range -> range.bound(times.to());
            case Bounds.Numbers numbers -> Literal.of(numbers.to());
            default -> throw new IllegalArgumentException("No range: " + bounds);
        };
    }

    /// `FOR VALUES FROM (…) TO (…)`, or what else says which rows a partition holds.
    default Sql forValues(Bounds bounds) {
        return switch (bounds) {
            case Bounds.Times _, Bounds.Numbers _ ->
                    Sql.text("FOR VALUES FROM ({from}) TO ({to})")
                            .put("from", from(bounds))
                            .put("to", to(bounds))
                            .build();
            case Bounds.Remainder part ->
                    Sql.text("FOR VALUES WITH (MODULUS {modulus}, REMAINDER {remainder})")
                            .put("modulus", Literal.of(part.modulus()))
                            .put("remainder", Literal.of(part.remainder()))
                            .build();
            case Bounds.Values list ->
                    Sql.text("FOR VALUES IN ({values})")
                            .put(
                                    "values",
                                    SqlList.of(list.values().stream().map(Literal::of).toList()))
                            .build();
            case Bounds.Rest _ -> Sql.of("DEFAULT");
        };
    }
}
