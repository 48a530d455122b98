package dev.kalends.app;

import dev.kalends.app.Archiving.Outcome;
import dev.kalends.app.Archiving.Selection;
import dev.kalends.catalog.PartitionBounds;
import dev.kalends.execute.StopSignal;
import dev.kalends.failure.FailureCode;
import dev.kalends.failure.KalendsException;
import dev.kalends.journal.Archives;
import dev.kalends.journal.Archives.Archived;
import dev.kalends.journal.Journal;
import dev.kalends.journal.PartitionSets;
import dev.kalends.pg.PgException;
import dev.kalends.pg.Session;
import dev.kalends.pg.Target;
import dev.kalends.plan.Scheme;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;

/// The archived partitions of one database, as the journal has them, and work on each of them.
final class ArchivedPartitions {
    static final String LEFT = "What was done before is done; nothing is left by half.";

    private final Target target;
    private final StopSignal stop;

    ArchivedPartitions(Target target, StopSignal stop) {
        this.target = target;
        this.stop = stop;
    }

    /// Uses a session of a database that has a journal.
    <T> T with(Function<Session, T> use) {
        return using(
                target,
                session -> {
                    if (Journal.exists(session)) {
                        Journal.upgrade(session);
                        return use.apply(session);
                    }
                    throw new KalendsException(
                            FailureCode.NOT_MAINTAINED,
                            "No table of this database is under maintenance, and nothing was archived.",
                            "Nothing was changed.",
                            "Convert a table with kalends migrate, or take one over with kalends adopt.");
                });
    }

    static <T> T using(Target target, Function<Session, T> use) {
        try (Session session = Session.open(target, "archive")) {
            return use.apply(session);
        } catch (PgException e) {
            throw e.toKalends(
                    "The archive could not be worked on", LEFT, "Run the same command again.");
        }
    }

    List<Archived> list(Selection selection) {
        return with(session -> selected(session, selection));
    }

    /// @throws KalendsException ARCHIVE_NOT_FOUND if there is none of them
    List<Archived> wanted(Selection selection) {
        List<Archived> found = list(selection);
        if (found.isEmpty()) {
            throw new KalendsException(
                    FailureCode.ARCHIVE_NOT_FOUND,
                    selection.tables().isEmpty()
                            ? "Nothing of that range is in the archive."
                            : "Nothing of %s%s is in the archive."
                                    .formatted(
                                            selection.tables().getFirst(),
                                            selection.limited() ? " in that range" : ""),
                    "Nothing was changed.",
                    "kalends archive list shows what is there.");
        }
        return found;
    }

    static List<Archived> selected(Session session, Selection selection) {
        Map<Long, Scheme> schemes = new HashMap<>();
        PartitionSets.all(session).forEach(each -> schemes.put(each.id(), each.spec().scheme()));
        return Archives.all(session).stream()
                .filter(each ->
                        selection.tables().isEmpty() || selection.tables().contains(each.table()))
                .filter(each -> !selection.limited() || within(each, schemes, selection))
                .toList();
    }

    /// Whether any of it is in the range. What is no time is in no range.
    private static boolean within(
            Archived archived, Map<Long, Scheme> schemes, Selection selection) {
        Long set = archived.set();
        if (set == null
                || !(schemes.get(set) instanceof Scheme.TimeRange times)
                || !(PartitionBounds.parse(archived.bounds())
                        instanceof
                        PartitionBounds.Range(PartitionBounds.End from, PartitionBounds.End to))) {
            return false;
        }
        LocalDateTime begin = selection.from();
        LocalDateTime end = selection.to();
        boolean endsAfter =
                begin == null
                        || !(to instanceof PartitionBounds.End.At(String text))
                        || times.codec().boundTime(text, times.timeZone()).isAfter(begin);
        boolean beginsBefore =
                end == null
                        || !(from instanceof PartitionBounds.End.At(String text))
                        || times.codec().boundTime(text, times.timeZone()).isBefore(end);
        return endsAfter && beginsBefore;
    }

    /// Does the work on each in turn; the failure of one does not keep the others from it.
    List<Outcome> each(List<Archived> all, BiFunction<Session, Archived, List<String>> work) {
        return with(session -> {
            List<Outcome> outcomes = new ArrayList<>();
            for (Archived archived : all) {
                if (stop.requested()) {
                    break;
                }
                outcomes.add(attempt(session, archived, work));
            }
            return outcomes;
        });
    }

    static Outcome attempt(
            Session session, Archived archived, BiFunction<Session, Archived, List<String>> work) {
        try {
            return new Outcome(archived, work.apply(session, archived), null);
        } catch (KalendsException e) {
            return new Outcome(archived, List.of(), e);
        } catch (PgException e) {
            return new Outcome(
                    archived,
                    List.of(),
                    e.toKalends(
                            "%s could not be worked on".formatted(archived.leaf()),
                            LEFT,
                            "Run the same command again."));
        }
    }
}
