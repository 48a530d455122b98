package dev.kalends.app;

import dev.kalends.app.Archiving.Outcome;
import dev.kalends.app.Archiving.Selection;
import dev.kalends.archive.StoreArchive;
import dev.kalends.config.Config;
import dev.kalends.execute.Lease;
import dev.kalends.execute.PartitionArchive;
import dev.kalends.execute.StopSignal;
import dev.kalends.failure.FailureCode;
import dev.kalends.failure.KalendsException;
import dev.kalends.journal.Archives.Archived;
import dev.kalends.maintain.Restoration;
import dev.kalends.pg.Session;
import dev.kalends.pg.Target;
import dev.kalends.sql.QualifiedName;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// Brings archived partitions back, the same behind every door.
public final class Restoring {
    private final Workplace workplace;
    private final ArchivedPartitions partitions;
    private final ArchiveAccess archive;
    private final IcebergTables iceberg;

    public Restoring(
            Target target, Config config, Clock clock, StopSignal stop, ArchiveAccess archive) {
        this.workplace = new Workplace(target, config, clock, stop, event -> {}, archive);
        this.partitions = new ArchivedPartitions(target, stop);
        this.archive = archive;
        this.iceberg = new IcebergTables(target, config, clock, archive);
    }

    /// Brings archived partitions back to where they were, oldest first.
    ///
    /// @param jobs how many at once
    public List<Outcome> restore(Selection selection, Restoration.Orphans orphans, int jobs) {
        List<Archived> all = partitions.wanted(selection);
        archive.open();
        List<QualifiedName> tables = all.stream().map(Archived::table).distinct().toList();
        List<Outcome> outcomes = new ArrayList<>();
        try (Lease _ = Lease.take(workplace.target(), tables);
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
        return iceberg.followed(outcomes);
    }

    private Outcome restore(Archived archived, Restoration.Orphans orphans) {
        if (workplace.stop().requested()) {
            return new Outcome(
                    archived,
                    List.of(),
                    new KalendsException(
                            FailureCode.STOPPED,
                            "%s was not begun.".formatted(archived.leaf()),
                            "It is in the archive as before.",
                            "Run the same command again."));
        }
        return workplace.work(
                "archive",
                hands ->
                        ArchivedPartitions.attempt(
                                hands.session(),
                                archived,
                                (_, each) -> {
                                    Restoration.Restored restored =
                                            new Restoration(hands, each, orphans).run();
                                    List<String> told = new ArrayList<>();
                                    if (restored.reasons().isEmpty()) {
                                        told.add(
                                                "%s is attached, with %d archived rows."
                                                        .formatted(
                                                                restored.partition(),
                                                                restored.rows()));
                                    } else {
                                        restored.reasons()
                                                .forEach(reason ->
                                                        told.add(
                                                                "%s is restored and not attached: %s."
                                                                        .formatted(
                                                                                restored
                                                                                        .partition(),
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
        List<Archived> all = partitions.wanted(selection);
        StoreArchive store = archive.open();
        return ArchivedPartitions.using(
                other,
                session -> {
                    List<Outcome> outcomes = new ArrayList<>();
                    for (Archived archived : all) {
                        outcomes.add(
                                ArchivedPartitions.attempt(
                                        session,
                                        archived,
                                        (_, each) -> load(store, session, each, table)));
                    }
                    return outcomes;
                });
    }

    private static List<String> load(
            StoreArchive store, Session session, Archived archived, QualifiedName table) {
        PartitionArchive.Loaded loaded = store.loadInto(session, archived.location(), table);
        return List.of("%d rows of %s are in %s.".formatted(loaded.rows(), archived.leaf(), table));
    }
}
