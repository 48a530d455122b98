package dev.kalends.maintain;

import dev.kalends.plan.Scheme;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Where rows of a default partition belong. They fit no other partition, so each belongs to one
/// that is to be made.
final class RestPlanner {
    /// So many rows are moved in one transaction, under a lock.
    static final int ROWS_MOVED_MAX = 2_000;

    /// So many pages of a default partition may be read again under that lock.
    static final long PAGES_READ_MAX = 1_000;

    private RestPlanner() {}

    /// A stretch of time, and how many rows wait for its partition.
    record Wanted(Span<LocalDateTime> span, long rows, Way way) {}

    /// How rows get where they belong.
    enum Way {
        MOVED,
        SWAPPED,
        /// Neither is possible without keeping the application waiting.
        NOT
    }

    /// @param pages of the default partition
    /// @param held what the other partitions hold
    static List<Wanted> wanted(
            Prober.Rest rows, long pages, Scheme.TimeRange scheme, List<Span<LocalDateTime>> held) {
        List<Span<LocalDateTime>> gaps =
                Span.uncovered(new Span<>(LocalDateTime.MIN, LocalDateTime.MAX), held);
        Map<Span<LocalDateTime>, Long> pieces =
                new TreeMap<>(java.util.Comparator.comparing(Span::from));
        Map<Span<LocalDateTime>, Long> perGap =
                new TreeMap<>(java.util.Comparator.comparing(Span::from));
        rows.byHour()
                .forEach((hour, count) -> {
                    for (Span<LocalDateTime> gap : gaps) {
                        if (gap.holds(hour)) {
                            pieces.merge(piece(hour, gap, scheme), count, Long::sum);
                            perGap.merge(gap, count, Long::sum);
                        }
                    }
                });
        long all = rows.others() + rows.byHour().values().stream().mapToLong(Long::longValue).sum();
        boolean small = pages <= PAGES_READ_MAX;
        List<Wanted> wanted = new ArrayList<>();
        boolean large =
                !small || pieces.values().stream().anyMatch(count -> count > ROWS_MOVED_MAX);
        if (large && perGap.size() == 1 && perGap.values().iterator().next() == all) {
            Span<LocalDateTime> first = pieces.keySet().iterator().next();
            LocalDateTime end = first.to();
            for (Span<LocalDateTime> piece : pieces.keySet()) {
                end = piece.to();
            }
            return List.of(new Wanted(new Span<>(first.from(), end), all, Way.SWAPPED));
        }
        pieces.forEach((piece, count) ->
                wanted.add(
                        new Wanted(
                                piece,
                                count,
                                small && count <= ROWS_MOVED_MAX ? Way.MOVED : Way.NOT)));
        return wanted;
    }

    private static Span<LocalDateTime> piece(
            LocalDateTime hour, Span<LocalDateTime> gap, Scheme.TimeRange scheme) {
        LocalDateTime from = scheme.every().floor(hour);
        LocalDateTime to = scheme.every().next(from);
        return new Span<>(
                from.isBefore(gap.from()) ? gap.from() : from,
                to.isAfter(gap.to()) ? gap.to() : to);
    }
}
