package dev.kalends.maintain;

import dev.kalends.catalog.PartitionSet;
import dev.kalends.execute.PartitionArchive.Content;
import dev.kalends.failure.FailureCode;
import dev.kalends.failure.KalendsException;
import dev.kalends.failure.ShellCommand;
import dev.kalends.journal.Archives;
import dev.kalends.journal.PartitionSets;
import dev.kalends.plan.Scheme;
import dev.kalends.sql.QualifiedName;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Exports that are asked for by name.
public final class ArchivedTables {
    private ArchivedTables() {}

    /// Writes the partitions of a range that are not in the archive, or not as they are now.
    ///
    /// @param from inclusive; null for all
    /// @param to exclusive; null for all
    /// @return what was done, a sentence each
    public static List<String> export(
            Hands hands,
            QualifiedName table,
            @Nullable LocalDateTime from,
            @Nullable LocalDateTime to) {
        Scene scene = Scene.read(hands.session(), Set.of());
        PartitionSets.Maintained maintained = scene.maintained(table);
        PartitionSet set = scene.sets().get(table);
        if (maintained == null || set == null) {
            throw new KalendsException(
                    FailureCode.NOT_MAINTAINED,
                    table + " is not under maintenance.",
                    "Nothing was written.",
                    "Convert it with kalends migrate, or take it over with %s if it is partitioned already."
                            .formatted(ShellCommand.of("adopt", table)));
        }
        List<String> told = new ArrayList<>();
        for (PartitionSet.Member member : members(set, maintained, from, to)) {
            if (hands.stop().requested()) {
                break;
            }
            told.add(export(hands, scene, maintained, set, member));
        }
        return told;
    }

    private static List<PartitionSet.Member> members(
            PartitionSet set,
            PartitionSets.Maintained maintained,
            @Nullable LocalDateTime from,
            @Nullable LocalDateTime to) {
        if (maintained.spec().scheme() instanceof Scheme.TimeRange times) {
            return Slots.times(set, times).stream()
                    .filter(slot -> from == null || slot.span().to().isAfter(from))
                    .filter(slot -> to == null || slot.span().from().isBefore(to))
                    .map(Slots.Slot::member)
                    .toList();
        }
        if (from != null || to != null) {
            throw new KalendsException(
                    FailureCode.USAGE,
                    "%s is partitioned %s, so that no time says which partitions are meant."
                            .formatted(set.name(), maintained.spec().scheme().words()),
                    "Nothing was written.",
                    "Leave --from and --to out.");
        }
        return set.members().stream().filter(each -> !each.isRest()).toList();
    }

    private static String export(
            Hands hands,
            Scene scene,
            PartitionSets.Maintained maintained,
            PartitionSet set,
            PartitionSet.Member member) {
        Archives.Archived archived = scene.archived().get(member.oid());
        String again = "";
        if (archived != null && archived.standing() == Archives.Standing.RESTORED) {
            hands.session().transaction(() -> Archives.unrestored(hands.session(), archived.id()));
            again = " It is archived and dropped by its age again.";
        }
        if (archived != null
                && archived.bounds().equals(member.boundsText())
                && new Content(archived.rows(), archived.checksum())
                        .same(Exporting.content(hands.session(), member.name()))) {
            return "%s is in the archive as it is, with %d rows.%s"
                    .formatted(member.name(), archived.rows(), again);
        }
        Archives.Fresh fresh =
                new Exporting(hands, maintained).run(set, member, Exporting.Standing.LIVE);
        return "Exported %s with %d rows, %d bytes.%s"
                .formatted(member.name(), fresh.rows(), fresh.bytes(), again);
    }
}
