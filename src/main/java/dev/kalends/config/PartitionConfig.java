package dev.kalends.config;

import dev.kalends.calendar.Interval;
import dev.kalends.calendar.PartitionNames;
import dev.kalends.sql.Identifier;
import java.time.ZoneId;

/// How a table is cut by ranges of time.
///
/// @param key the column that says when a row was made
/// @param ahead how many partitions after the current one exist beforehand
/// @param timeZone in whose local time partitions begin
public record PartitionConfig(
        Identifier key, Interval every, int ahead, ZoneId timeZone, PartitionNames names) {
    static final Limits<Integer> AHEAD = Limits.ofCount(1, 120);
    static final int AHEAD_DEFAULT = 3;
    static final ZoneId TIME_ZONE_DEFAULT = ZoneId.of("UTC");

    public PartitionConfig {
        AHEAD.check("ahead", ahead);
    }

    public static PartitionConfig of(Identifier key, Interval every) {
        return new PartitionConfig(
                key, every, AHEAD_DEFAULT, TIME_ZONE_DEFAULT, PartitionNames.standard());
    }
}
