package dev.kalends.maintain;

import dev.kalends.calendar.PartitionNames;
import java.time.ZoneId;
import org.jspecify.annotations.Nullable;

/// What the user says of a table that is taken over; what is not said is found out.
///
/// @param every "month" or "1000000"; null to find it out from the bounds
/// @param format of the key; null to find it out from its type, its values or the bounds
/// @param timeZone in whose local time partitions begin
/// @param ahead how many partitions after the current one exist beforehand
public record AdoptionWish(
        @Nullable String every,
        @Nullable String format,
        ZoneId timeZone,
        int ahead,
        PartitionNames names) {}
