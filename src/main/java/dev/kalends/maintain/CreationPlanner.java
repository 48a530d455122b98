package dev.kalends.maintain;

import dev.kalends.calendar.Interval;
import dev.kalends.plan.Bounds;
import dev.kalends.plan.Partition;
import dev.kalends.plan.Scheme;
import dev.kalends.sql.Identifier;
import java.time.LocalDateTime;
import java.time.Period;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Which partitions are missing: by the clock, never by the data.
///
/// From the oldest partition to `ahead` after the current one no time may be without a partition.
/// Where none is, the interval cuts it: a stretch that begins or ends off the interval's bounds
/// gets a shorter partition there.
final class CreationPlanner {
    /// At most so many in one tick; the next one goes on.
    static final int COUNT_MAX = 1_000;

    private static final int NAMES_MAX = 9;

    private CreationPlanner() {}

    /// The stretches of time without a partition, in order.
    ///
    /// @param held what partitions hold
    /// @param now local time of the scheme's zone
    /// @param leaving at which age a partition leaves the table: what would leave at once is not
    ///   made; null for never
    static List<Span<LocalDateTime>> due(
            Scheme.TimeRange scheme,
            List<Span<LocalDateTime>> held,
            int ahead,
            LocalDateTime now,
            @Nullable Period leaving) {
        Interval every = scheme.every();
        LocalDateTime current = every.floor(now);
        LocalDateTime first = current;
        for (Span<LocalDateTime> each : held) {
            if (each.from().isBefore(first)) {
                first = each.from();
            }
        }
        LocalDateTime end = current;
        for (int i = 0; i <= ahead; i++) {
            end = every.next(end);
        }
        List<Span<LocalDateTime>> pieces = new ArrayList<>();
        for (Span<LocalDateTime> gap : Span.uncovered(new Span<>(first, end), held)) {
            pieces.addAll(cut(gap, every));
        }
        // What is needed soonest comes first.
        List<Span<LocalDateTime>> wanted = new ArrayList<>();
        pieces.stream().filter(piece -> piece.to().isAfter(now)).forEach(wanted::add);
        pieces.stream()
                .filter(piece -> !piece.to().isAfter(now) && !left(piece, now, leaving))
                .forEach(wanted::add);
        return List.copyOf(wanted.subList(0, Math.min(COUNT_MAX, wanted.size())));
    }

    private static boolean left(
            Span<LocalDateTime> piece, LocalDateTime now, @Nullable Period leaving) {
        return leaving != null && !piece.to().isAfter(now.minus(leaving));
    }

    /// Cuts a stretch at the bounds of an interval.
    static List<Span<LocalDateTime>> cut(Span<LocalDateTime> gap, Interval every) {
        List<Span<LocalDateTime>> pieces = new ArrayList<>();
        LocalDateTime from = gap.from();
        while (from.isBefore(gap.to()) && pieces.size() < COUNT_MAX) {
            LocalDateTime next = every.next(every.floor(from));
            LocalDateTime to = next.isBefore(gap.to()) ? next : gap.to();
            pieces.add(new Span<>(from, to));
            from = to;
        }
        return pieces;
    }

    /// The stretches of numbers without a partition.
    ///
    /// @param greatest the greatest number in the table
    static List<Span<Long>> due(
            Scheme.NumberRange scheme, List<Span<Long>> held, int ahead, long greatest) {
        long every = scheme.every();
        long first = Math.floorDiv(greatest, every) * every;
        for (Span<Long> each : held) {
            first = Math.min(first, each.from());
        }
        long end;
        try {
            end =
                    Math.addExact(
                            Math.multiplyExact(Math.floorDiv(greatest, every), every),
                            Math.multiplyExact(every, ahead + 1L));
        } catch (ArithmeticException e) {
            // The numbers end before the partitions would.
            end = Math.floorDiv(Long.MAX_VALUE, every) * every;
        }
        List<Span<Long>> pieces = new ArrayList<>();
        if (first >= end) {
            return pieces;
        }
        for (Span<Long> gap : Span.uncovered(new Span<>(first, end), held)) {
            long from = gap.from();
            while (from < gap.to() && pieces.size() < COUNT_MAX) {
                long to = Math.min(Math.floorDiv(from, every) * every + every, gap.to());
                pieces.add(new Span<>(from, to));
                from = to;
            }
        }
        return pieces;
    }

    /// All names that partitions of these stretches may get, to look which of them are free.
    static List<String> candidates(
            Scheme.TimeRange scheme, String table, Span<LocalDateTime> piece) {
        return variants(scheme.names().name(table, scheme.every(), piece.from()));
    }

    static List<String> candidates(Scheme.NumberRange scheme, String table, Span<Long> piece) {
        String label = piece.from() < 0 ? "minus_" + -piece.from() : Long.toString(piece.from());
        return variants(scheme.names().name(table, label));
    }

    private static List<String> variants(Identifier name) {
        List<String> names = new ArrayList<>();
        names.add(name.value());
        for (int i = 2; i <= NAMES_MAX; i++) {
            names.add(Identifier.shortened(name.value() + "_" + i).value());
        }
        return names;
    }

    /// Gives each stretch the first of its names that is free.
    ///
    /// @param taken whether a name is in use already, by whatever it may be
    /// @throws IllegalArgumentException if all names of a stretch are taken
    static List<Partition> named(
            Scheme.TimeRange scheme,
            String table,
            List<Span<LocalDateTime>> pieces,
            Predicate<String> taken) {
        Set<String> given = new HashSet<>();
        List<Partition> partitions = new ArrayList<>();
        for (Span<LocalDateTime> piece : pieces) {
            partitions.add(
                    new Partition(
                            free(candidates(scheme, table, piece), taken, given),
                            new Bounds.Times(piece.from(), piece.to())));
        }
        return partitions;
    }

    static List<Partition> named(
            Scheme.NumberRange scheme,
            String table,
            List<Span<Long>> pieces,
            Predicate<String> taken) {
        Set<String> given = new HashSet<>();
        List<Partition> partitions = new ArrayList<>();
        for (Span<Long> piece : pieces) {
            partitions.add(
                    new Partition(
                            free(candidates(scheme, table, piece), taken, given),
                            new Bounds.Numbers(piece.from(), piece.to())));
        }
        return partitions;
    }

    private static Identifier free(List<String> names, Predicate<String> taken, Set<String> given) {
        for (String name : names) {
            if (!taken.test(name) && given.add(name)) {
                return Identifier.of(name);
            }
        }
        throw new IllegalArgumentException(
                "Cannot name a partition %s, nor with _2 to _%d at its end: all are taken"
                        .formatted(names.getFirst(), NAMES_MAX));
    }
}
