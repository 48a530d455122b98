package dev.kalends.maintain;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// A stretch of a key's range.
///
/// @param from inclusive
/// @param to exclusive, after `from`
record Span<C extends Comparable<? super C>>(C from, C to) {
    boolean holds(C at) {
        return from.compareTo(at) <= 0 && at.compareTo(to) < 0;
    }

    /// What of a stretch none of the given ones holds, in order.
    static <C extends Comparable<? super C>> List<Span<C>> uncovered(
            Span<C> all, List<Span<C>> held) {
        List<Span<C>> gaps = new ArrayList<>();
        C at = all.from();
        for (Span<C> each : held.stream().sorted(Comparator.comparing(Span::from)).toList()) {
            if (each.to().compareTo(at) <= 0) {
                continue;
            }
            if (each.from().compareTo(all.to()) >= 0) {
                break;
            }
            if (each.from().compareTo(at) > 0) {
                gaps.add(new Span<>(at, each.from()));
            }
            at = each.to();
        }
        if (at.compareTo(all.to()) < 0) {
            gaps.add(new Span<>(at, all.to()));
        }
        return gaps;
    }
}
