package dev.kalends.catalog;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// The key column's values, read from the rows.
///
/// @param format the code of the key's format, found from its type and values or as configured;
///   null if it has none
/// @param least as the server prints it under DateStyle ISO in UTC: of an id or an epoch the time
///   it holds; null for an empty table
/// @param greatest likewise
/// @param nulls rows without a key
/// @param infinite rows whose key is infinity or -infinity
/// @param correlation between the key's order and the rows' place on disk, -1 to 1, from the
///   statistics; null before the first ANALYZE
/// @param strays rows whose key is of another format, or in no list
/// @param straySample some of their keys
/// @param misplaced rows that the column's collation would put into another partition than the time
///   their id holds
/// @param comparedTo the timestamp that the keys were compared with; null if none
/// @param disagreementMillis the largest difference found between the two; null if none was
///   compared
public record KeyFacts(
        @Nullable String format,
        @Nullable String least,
        @Nullable String greatest,
        long nulls,
        long infinite,
        @Nullable Double correlation,
        long strays,
        List<String> straySample,
        long misplaced,
        @Nullable String comparedTo,
        @Nullable Long disagreementMillis) {
    public static final KeyFacts NONE = new KeyFacts(null, null, 0, 0, null);

    public KeyFacts {
        straySample = List.copyOf(straySample);
    }

    /// Of a key that holds nothing but a time.
    public KeyFacts(
            @Nullable String least,
            @Nullable String greatest,
            long nulls,
            long infinite,
            @Nullable Double correlation) {
        this(null, least, greatest, nulls, infinite, correlation, 0, List.of(), 0, null, null);
    }

    public KeyFacts withFormat(@Nullable String found) {
        return new KeyFacts(
                found,
                least,
                greatest,
                nulls,
                infinite,
                correlation,
                strays,
                straySample,
                misplaced,
                comparedTo,
                disagreementMillis);
    }

    public KeyFacts withRange(@Nullable String newLeast, @Nullable String newGreatest) {
        return new KeyFacts(
                format,
                newLeast,
                newGreatest,
                nulls,
                infinite,
                correlation,
                strays,
                straySample,
                misplaced,
                comparedTo,
                disagreementMillis);
    }

    public KeyFacts withMisplaced(long rows) {
        return new KeyFacts(
                format,
                least,
                greatest,
                nulls,
                infinite,
                correlation,
                strays,
                straySample,
                rows,
                comparedTo,
                disagreementMillis);
    }
}
