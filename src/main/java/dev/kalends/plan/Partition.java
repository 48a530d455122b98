package dev.kalends.plan;

import dev.kalends.sql.Identifier;
import java.time.LocalDateTime;
import java.util.Comparator;

/// A partition to be made.
public record Partition(Identifier name, Bounds bounds) {
    /// By time, number or remainder; the default partition comes last.
    public static final Comparator<Partition> ORDER =
            Comparator.<Partition>comparingInt(each -> rank(each.bounds()))
                    .thenComparing(Partition::place)
                    .thenComparing(each -> each.name().value());

    public static Partition ofTimes(Identifier name, LocalDateTime from, LocalDateTime to) {
        return new Partition(name, new Bounds.Times(from, to));
    }

    private static int rank(Bounds bounds) {
        return switch (bounds) {
            case Bounds.Times _ -> 0;
            case Bounds.Numbers _ -> 1;
            case Bounds.Remainder _ -> 2;
            case Bounds.Values _ -> 3;
            case Bounds.Rest _ -> 4;
        };
    }

    // Only bounds of one rank are compared, and each rank has one type.
    private static Place place(Partition partition) {
        return switch (partition.bounds()) {
            case Bounds.Times times -> new Place(times.from(), 0);
            case Bounds.Numbers numbers -> new Place(LocalDateTime.MIN, numbers.from());
            case Bounds.Remainder part -> new Place(LocalDateTime.MIN, part.remainder());
            case Bounds.Values _, Bounds.Rest _ -> new Place(LocalDateTime.MIN, 0);
        };
    }

    private record Place(LocalDateTime time, long number) implements Comparable<Place> {
        @Override
        public int compareTo(Place other) {
            int byTime = time.compareTo(other.time);
            return byTime == 0 ? Long.compare(number, other.number) : byTime;
        }
    }
}
