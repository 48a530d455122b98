package dev.kalends.config;

import dev.kalends.calendar.Interval;
import dev.kalends.calendar.PartitionNames;
import dev.kalends.sql.Identifier;
import dev.kalends.unit.Durations;
import java.time.Duration;
import java.time.ZoneId;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// How a table is cut.
public sealed interface PartitionConfig {
    Limits<Integer> AHEAD = Limits.ofCount(1, 120);
    Limits<Integer> PARTITIONS = Limits.ofCount(2, 1024);
    Limits<Duration> SLACK = Limits.ofDuration("0ms", "31 d");
    int AHEAD_DEFAULT = 3;
    ZoneId TIME_ZONE_DEFAULT = ZoneId.of("UTC");

    /// The partition key.
    Identifier key();

    PartitionNames names();

    /// By ranges of time.
    ///
    /// @param key the column that says when a row was made, or an id that begins with the time
    /// @param format how the key holds the time, as `docs/keys.md` lists; null to find out from the
    ///   column's type and its values
    /// @param ahead how many partitions after the current one exist beforehand
    /// @param timeZone in whose local time partitions begin
    /// @param collation of a text key
    /// @param timeCheck null for none
    /// @param then how each partition is cut in turn; null if it is not
    record ByTime(
            Identifier key,
            Interval every,
            @Nullable String format,
            int ahead,
            ZoneId timeZone,
            PartitionNames names,
            Strays strays,
            Collation collation,
            @Nullable TimeCheck timeCheck,
            @Nullable PartitionConfig then)
            implements PartitionConfig {
        public ByTime {
            AHEAD.check("ahead", ahead);
        }
    }

    /// By ranges of numbers.
    ///
    /// @param every how many numbers one partition holds
    /// @param ahead how many partitions after the one with the greatest number exist beforehand
    record ByNumber(Identifier key, long every, int ahead, PartitionNames names, Strays strays)
            implements PartitionConfig {
        public ByNumber {
            AHEAD.check("ahead", ahead);
            if (every < 1) {
                throw new IllegalArgumentException(
                        "Cannot use every: %d, it must be at least 1".formatted(every));
            }
        }
    }

    /// By the hash of the key.
    record ByHash(Identifier key, int partitions, PartitionNames names) implements PartitionConfig {
        public ByHash {
            PARTITIONS.check("partitions", partitions);
        }
    }

    /// By lists of values.
    record ByList(Identifier key, List<Group> groups, PartitionNames names, Strays strays)
            implements PartitionConfig {
        public ByList {
            groups = List.copyOf(groups);
            Set<String> seen = new HashSet<>();
            for (Group group : groups) {
                for (String value : group.values()) {
                    if (!seen.add(value)) {
                        throw new IllegalArgumentException(
                                "Cannot list \"%s\" twice in values".formatted(value));
                    }
                }
            }
        }
    }

    /// The values of one partition.
    ///
    /// @param label what its name ends with
    record Group(String label, List<String> values) {
        public Group {
            values = List.copyOf(values);
        }
    }

    /// What becomes of rows that no partition is meant for.
    enum Strays {
        REFUSED,
        /// They go into a default partition.
        DEFAULT_PARTITION
    }

    /// The collation of a text key in the partitioned table.
    enum Collation {
        /// The column's own, if it sorts the ids by their time.
        KEEP,
        /// `"C"`: every prepared statement that returns the column fails once after the switch.
        C
    }

    /// A CHECK on a timestamp beside an id that holds the time as well.
    ///
    /// @param slack how far the two may disagree
    record TimeCheck(Identifier column, Duration slack) {
        static final Duration SLACK_DEFAULT = Durations.parse("1 h");

        public TimeCheck {
            SLACK.check("slack", slack);
        }
    }

    static ByTime of(Identifier key, Interval every) {
        return of(key, every, AHEAD_DEFAULT, TIME_ZONE_DEFAULT, PartitionNames.standard());
    }

    /// By time, in the format that the column shows.
    static ByTime of(
            Identifier key, Interval every, int ahead, ZoneId timeZone, PartitionNames names) {
        return new ByTime(
                key,
                every,
                null,
                ahead,
                timeZone,
                names,
                Strays.REFUSED,
                Collation.KEEP,
                null,
                null);
    }
}
