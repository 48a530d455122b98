package dev.kalends.maintain;

import dev.kalends.catalog.PartitionSet;
import dev.kalends.config.Age;
import dev.kalends.config.LifecycleConfig;
import java.time.LocalDateTime;
import java.time.Period;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Whose time has come: a pure function of ages. A partition is as old as its end, so that every
/// row in it is older.
final class LifecyclePlanner {
    private LifecyclePlanner() {}

    /// A partition for which something is due, oldest first.
    ///
    /// @param updates rules that concern some of its rows
    /// @param archiving whether it is to be in the archive
    /// @param leaving whether it is to leave the table
    /// @param reason why it is
    record Due(
            PartitionSet.Member member,
            Span<LocalDateTime> span,
            List<LifecycleConfig.Update> updates,
            Archiving archiving,
            Leaving leaving,
            String reason) {
        Due {
            updates = List.copyOf(updates);
        }

        boolean none() {
            return updates.isEmpty() && archiving == Archiving.NOT_YET && leaving == Leaving.STAYS;
        }
    }

    /// Whether a partition is to be in the archive.
    enum Archiving {
        NOT_YET,
        DUE
    }

    /// Whether a partition is to leave the table.
    enum Leaving {
        STAYS,
        /// It leaves the table, and not yet the database.
        SET_ASIDE,
        /// It leaves the database, or stays there for good as configured.
        GOES
    }

    /// @param now local time of the scheme's zone
    static List<Due> due(
            List<Slots.Slot<LocalDateTime>> slots, LifecycleConfig lifecycle, LocalDateTime now) {
        List<Due> all = new ArrayList<>();
        for (Slots.Slot<LocalDateTime> slot : slots) {
            if (slot.member().place() != PartitionSet.Place.FOREIGN
                    && slot.member().standing() == PartitionSet.Standing.ATTACHED) {
                Due due = due(slot, lifecycle, now);
                if (!due.none()) {
                    all.add(due);
                }
            }
        }
        return all;
    }

    private static Due due(
            Slots.Slot<LocalDateTime> slot, LifecycleConfig lifecycle, LocalDateTime now) {
        LocalDateTime end = slot.span().to();
        boolean archived = lifecycle.ending() == LifecycleConfig.Ending.ARCHIVED;
        Leaving leaving = Leaving.STAYS;
        String reason = "";
        if (passed(end, lifecycle.retain(), now)) {
            leaving = Leaving.GOES;
            reason = "retain: " + words(lifecycle.retain());
        } else if (passed(end, lifecycle.archiveAfter(), now)) {
            leaving = Leaving.SET_ASIDE;
            reason = "archiveAfter: " + words(lifecycle.archiveAfter());
        }
        boolean export =
                archived && (leaving != Leaving.STAYS || passed(end, lifecycle.exportAfter(), now));
        List<LifecycleConfig.Update> updates = new ArrayList<>();
        if (leaving == Leaving.STAYS) {
            for (LifecycleConfig.Update update : lifecycle.updates()) {
                // Some of its rows are old enough if the first that it may hold is.
                if (slot.span().from().equals(LocalDateTime.MIN)
                        || slot.span().from().isBefore(now.minus(update.after().period()))) {
                    updates.add(update);
                }
            }
        }
        return new Due(
                slot.member(),
                slot.span(),
                updates,
                export ? Archiving.DUE : Archiving.NOT_YET,
                leaving,
                reason);
    }

    private static String words(@Nullable Age age) {
        return age == null ? "" : age.display();
    }

    /// Whether a partition that ends here is at least so old. Counted back from now: a month after
    /// the end of the 30th of January is the 28th of February at midnight, and a row of noon that
    /// day is a month old only at noon.
    private static boolean passed(LocalDateTime end, @Nullable Age age, LocalDateTime now) {
        return age != null
                && !end.equals(LocalDateTime.MAX)
                && !end.isAfter(now.minus(age.period()));
    }

    /// At which age partitions leave the table; null for never.
    static @Nullable Period leaving(LifecycleConfig lifecycle) {
        Age age = lifecycle.archiveAfter() == null ? lifecycle.retain() : lifecycle.archiveAfter();
        return age == null ? null : age.period();
    }

    /// Whether a partition that was set aside is to be dropped.
    static boolean goes(LocalDateTime end, LifecycleConfig lifecycle, LocalDateTime now) {
        return passed(end, lifecycle.retain(), now);
    }
}
