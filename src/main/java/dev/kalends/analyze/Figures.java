package dev.kalends.analyze;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// A table in numbers, from statistics.
///
/// @param rows the planner's estimate
/// @param tableBytes the heap and out-of-line values
/// @param partitions how many a conversion would make; null if it was not planned
/// @param rowsPerMonth over the last year of the key's histogram; null if that shows no time
/// @param diskBytes room needed beside the table until cleanup; null if it was not planned
/// @param sampledRows how many rows were read
public record Figures(
        long rows,
        long tableBytes,
        long indexBytes,
        @Nullable Integer partitions,
        @Nullable Long rowsPerMonth,
        @Nullable Long diskBytes,
        int sampledRows) {
    /// "1,234,567"
    static String count(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }
}
