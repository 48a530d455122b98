package dev.kalends.maintain;

import dev.kalends.catalog.PartitionBounds;
import dev.kalends.catalog.PartitionSet;
import dev.kalends.plan.Scheme;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// Which stretch of time, or of numbers, each partition holds. Read from the bounds, never from
/// names.
final class Slots {
    private Slots() {}

    /// A partition and what it holds.
    record Slot<C extends Comparable<? super C>>(PartitionSet.Member member, Span<C> span) {}

    /// The partitions by time, oldest first; without the default partition.
    ///
    /// @throws IllegalArgumentException if a bound says no time
    static List<Slot<LocalDateTime>> times(PartitionSet set, Scheme.TimeRange scheme) {
        List<Slot<LocalDateTime>> slots = new ArrayList<>();
        for (PartitionSet.Member member : set.members()) {
            if (member.bounds()
                    instanceof
                    PartitionBounds.Range(PartitionBounds.End from, PartitionBounds.End to)) {
                slots.add(new Slot<>(member, new Span<>(time(from, scheme), time(to, scheme))));
            }
        }
        slots.sort(Comparator.comparing(slot -> slot.span().from()));
        return slots;
    }

    private static LocalDateTime time(PartitionBounds.End end, Scheme.TimeRange scheme) {
        return switch (end) {
            case PartitionBounds.End.Least _ -> LocalDateTime.MIN;
            case PartitionBounds.End.Greatest _ -> LocalDateTime.MAX;
            case PartitionBounds.End.At(String text) when text.equals("-infinity") ->
                    LocalDateTime.MIN;
            case PartitionBounds.End.At(String text) when text.equals("infinity") ->
                    LocalDateTime.MAX;
            case PartitionBounds.End.At(String text) ->
                    scheme.codec().boundTime(text, scheme.timeZone());
        };
    }

    /// The partitions by number, lowest first.
    static List<Slot<Long>> numbers(PartitionSet set) {
        List<Slot<Long>> slots = new ArrayList<>();
        for (PartitionSet.Member member : set.members()) {
            if (member.bounds()
                    instanceof
                    PartitionBounds.Range(PartitionBounds.End from, PartitionBounds.End to)) {
                slots.add(new Slot<>(member, new Span<>(number(from), number(to))));
            }
        }
        slots.sort(Comparator.comparing(slot -> slot.span().from()));
        return slots;
    }

    private static Long number(PartitionBounds.End end) {
        return switch (end) {
            case PartitionBounds.End.Least _ -> Long.MIN_VALUE;
            case PartitionBounds.End.Greatest _ -> Long.MAX_VALUE;
            case PartitionBounds.End.At(String text) -> Long.valueOf(text);
        };
    }

    static <C extends Comparable<? super C>> List<Span<C>> spans(List<Slot<C>> slots) {
        return slots.stream().map(Slot::span).toList();
    }
}
