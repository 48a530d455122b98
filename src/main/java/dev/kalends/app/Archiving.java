package dev.kalends.app;

import dev.kalends.archive.StoreArchive;
import dev.kalends.archive.manifest.Manifest;
import dev.kalends.catalog.PartitionBounds;
import dev.kalends.config.Config;
import dev.kalends.execute.Lease;
import dev.kalends.execute.LockPolicy;
import dev.kalends.execute.Pacer;
import dev.kalends.execute.PartitionArchive;
import dev.kalends.execute.StopSignal;
import dev.kalends.failure.FailureCode;
import dev.kalends.failure.KalendsException;
import dev.kalends.journal.Archives;
import dev.kalends.journal.Archives.Archived;
import dev.kalends.journal.Journal;
import dev.kalends.journal.PartitionSets;
import dev.kalends.maintain.ArchivedTables;
import dev.kalends.maintain.Hands;
import dev.kalends.maintain.Restoration;
import dev.kalends.pg.PgException;
import dev.kalends.pg.Session;
import dev.kalends.pg.Target;
import dev.kalends.plan.Scheme;
import dev.kalends.sql.QualifiedName;
import java.time.Clock;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/// What can be done with the archive of one database, the same behind every door.
public final class Archiving {
    private static final String LEFT = "What was done before is done; nothing is left by half.";

    private final Target target;
    private final Config config;
    private final Clock clock;
    private final StopSignal stop;
    private final ArchiveAccess archive;

    /// Which archived partitions are meant.
    ///
    /// @param tables empty for all
    /// @param from time of the partition key, inclusive; null for all times before `to`
    /// @param to exclusive; null for all times from `from` on
    public record Selection(
            List<QualifiedName> tables, @Nullable LocalDateTime from, @Nullable LocalDateTime to) {
        public Selection {
            tables = List.copyOf(tables);
        }

        boolean limited() {
            return from != null || to != null;
        }
    }

    /// How an archived partition fared.
    ///
    /// @param failure null if it went well
    public record Outcome(
            Archived archived, List<String> told, @Nullable KalendsException failure) {
        public Outcome {
            told = List.copyOf(told);
        }
    }

    /// How thoroughly archives are verified.
    public enum Depth {
        /// Sizes and digests of all objects; takes no key.
        OBJECTS,
        /// Every row as well.
        ROWS
    }

    public Archiving(
            Target target, Config config, Clock clock, StopSignal stop, ArchiveAccess archive) {
        this.target = target;
        this.config = config;
        this.clock = clock;
        this.stop = stop;
        this.archive = archive;
    }

    private <T> T with(java.util.function.Function<Session, T> use) {
        try (Session session = Session.open(target, "archive")) {
            if (Journal.exists(session)) {
                Journal.upgrade(session);
                return use.apply(session);
            }
            throw new KalendsException(
                    FailureCode.NOT_MAINTAINED,
                    "No table of this database is under maintenance, and nothing was archived.",
                    "Nothing was changed.",
                    "Convert a table with kalends migrate, or take one over with kalends adopt.");
        } catch (PgException e) {
            throw e.toKalends(
                    "The archive could not be worked on", LEFT, "Run the same command again.");
        }
    }

    /// What is in the archive.
    public List<Archived> list(Selection selection) {
        return with(session -> selected(session, selection));
    }

    /// @throws KalendsException ARCHIVE_NOT_FOUND if there is none of them
    private List<Archived> wanted(Selection selection) {
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

    private static List<Archived> selected(Session session, Selection selection) {
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

    /// Reads archives again.
    public List<Outcome> verify(Selection selection, Depth depth) {
        StoreArchive store = archive.open();
        return each(
                wanted(selection),
                (session, archived) -> {
                    if (depth == Depth.ROWS) {
                        store.rows(archived.location());
                    } else {
                        store.digests(archived.location());
                    }
                    session.transaction(() -> Archives.checked(session, archived.id()));
                    return List.of();
                });
    }

    /// Keeps archives from expiring.
    ///
    /// @param because null lets them go again
    public List<Outcome> hold(Selection selection, @Nullable String because) {
        return each(
                wanted(selection),
                (session, archived) -> {
                    session.transaction(() -> {
                        Archives.hold(session, archived.id(), because);
                        note(
                                session,
                                archived,
                                "hold",
                                because == null
                                        ? archived.leaf() + " is held no longer"
                                        : archived.leaf() + " is held: " + because);
                    });
                    return List.of();
                });
    }

    /// Removes archives whose rows are nowhere else, or are: asked for by name.
    public List<Outcome> expire(Selection selection) {
        return each(
                wanted(selection),
                (session, archived) -> {
                    if (archived.heldBecause() != null) {
                        throw refused(
                                "%s is held: %s."
                                        .formatted(archived.leaf(), archived.heldBecause()),
                                "kalends archive release lets it go.");
                    }
                    session.transaction(() -> {
                        if (!Archives.lockFree(session, archived.id())) {
                            throw refused(
                                    "%s is held, or is gone already.".formatted(archived.leaf()),
                                    "Look with kalends archive list.");
                        }
                        forget(session, archived);
                        archive.discard(archived.location());
                        Archives.expired(session, archived.id());
                        note(
                                session,
                                archived,
                                "expire",
                                "%d rows of %s from %s"
                                        .formatted(
                                                archived.rows(),
                                                archived.leaf(),
                                                archived.location()));
                    });
                    return List.of();
                });
    }

    /// Wraps the data keys of encrypted archives under the current key.
    public List<Outcome> rekey(Selection selection) {
        StoreArchive store = archive.open();
        return each(
                wanted(selection),
                (session, archived) -> {
                    if (archived.keyId() == null) {
                        return List.of(archived.leaf() + " is not encrypted.");
                    }
                    Manifest manifest = store.rekey(archived.location());
                    String keyId =
                            manifest.encryption() == null ? null : manifest.encryption().keyId();
                    session.transaction(() -> {
                        Archives.rekeyed(session, archived.id(), keyId);
                        note(
                                session,
                                archived,
                                "rekey",
                                "%s is under the key %s".formatted(archived.leaf(), keyId));
                    });
                    return List.of();
                });
    }

    /// Out of the view before the objects go: who reads them now is waited for.
    private void forget(Session session, Archived archived) {
        for (PartitionSets.Maintained each : PartitionSets.all(session)) {
            if (Long.valueOf(each.id()).equals(archived.set())) {
                ArchiveViewing.following(archive).forget(session, each.oid(), archived.id());
            }
        }
    }

    private static KalendsException refused(String what, String next) {
        return new KalendsException(FailureCode.REFUSED, what, "Nothing was removed.", next);
    }

    private static void note(Session session, Archived archived, String kind, String message) {
        Long set = archived.set();
        if (set != null) {
            PartitionSets.note(session, set, kind, message);
        }
    }

    private List<Outcome> each(
            List<Archived> all, BiFunction<Session, Archived, List<String>> work) {
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

    private static Outcome attempt(
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

    /// Brings archived partitions back to where they were, oldest first.
    ///
    /// @param jobs how many at once
    public List<Outcome> restore(Selection selection, Restoration.Orphans orphans, int jobs) {
        List<Archived> all = wanted(selection);
        archive.open();
        List<QualifiedName> tables = all.stream().map(Archived::table).distinct().toList();
        List<Outcome> outcomes = new ArrayList<>();
        try (Lease _ = Lease.take(target, tables);
                ExecutorService workers = Executors.newFixedThreadPool(jobs)) {
            List<Future<Outcome>> running = new ArrayList<>();
            for (Archived archived : all) {
                running.add(workers.submit(() -> restore(archived, orphans)));
            }
            for (Future<Outcome> each : running) {
                outcomes.add(each.get());
            }
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while partitions were restored", e);
        }
        return outcomes;
    }

    private Outcome restore(Archived archived, Restoration.Orphans orphans) {
        if (stop.requested()) {
            return new Outcome(
                    archived,
                    List.of(),
                    new KalendsException(
                            FailureCode.STOPPED,
                            "%s was not begun.".formatted(archived.leaf()),
                            "It is in the archive as before.",
                            "Run the same command again."));
        }
        return hands((hands, session) ->
                attempt(
                        session,
                        archived,
                        (_, each) -> {
                            Restoration.Restored restored =
                                    new Restoration(hands, each, orphans).run();
                            List<String> told = new ArrayList<>();
                            if (restored.reasons().isEmpty()) {
                                told.add(
                                        "%s is attached, with %d archived rows."
                                                .formatted(restored.partition(), restored.rows()));
                            } else {
                                restored.reasons()
                                        .forEach(reason ->
                                                told.add(
                                                        "%s is restored and not attached: %s."
                                                                .formatted(
                                                                        restored.partition(),
                                                                        reason)));
                            }
                            told.addAll(restored.notes());
                            return told;
                        }));
    }

    /// Adds archived rows to another table, which is made if it is not there.
    ///
    /// @param other the database of that table
    public List<Outcome> into(Selection selection, Target other, QualifiedName table) {
        List<Archived> all = wanted(selection);
        StoreArchive store = archive.open();
        List<Outcome> outcomes = new ArrayList<>();
        try (Session session = Session.open(other, "archive")) {
            for (Archived archived : all) {
                outcomes.add(
                        attempt(
                                session,
                                archived,
                                (_, each) -> {
                                    PartitionArchive.Loaded loaded =
                                            store.loadInto(session, each.location(), table);
                                    return List.of(
                                            "%d rows of %s are in %s."
                                                    .formatted(loaded.rows(), each.leaf(), table));
                                }));
            }
        }
        return outcomes;
    }

    private <T> T hands(BiFunction<Hands, Session, T> use) {
        try (Session session = Session.open(target, "archive");
                Session watching = Session.open(target, "watch")) {
            Pacer pacer =
                    new Pacer(
                            watching,
                            Kalends.limits(config.throttle()),
                            clock,
                            stop,
                            () -> false,
                            event -> {});
            LockPolicy locks =
                    new LockPolicy(
                            config.switching().lockTimeout(),
                            config.switching().attempts(),
                            config.switching().retryPause(),
                            config.switching().rowsInLockMax());
            return use.apply(
                    new Hands(
                            session,
                            pacer,
                            locks,
                            clock,
                            stop,
                            event -> {},
                            archive,
                            ArchiveViewing.following(archive)),
                    session);
        }
    }

    /// Writes partitions of one table that are in the database to the archive, whatever their age.
    /// Restored ones become ordinary ones again.
    public List<String> export(QualifiedName table, Selection selection) {
        with(session -> true);
        archive.open();
        try (Lease _ = Lease.take(target, List.of(table))) {
            return hands((hands, _) ->
                    ArchivedTables.export(hands, table, selection.from(), selection.to()));
        } catch (PgException e) {
            throw e.toKalends("The export ended early", LEFT, "Run the same command again.");
        }
    }
}
