package dev.kalends.app;

import dev.kalends.archive.StoreArchive;
import dev.kalends.archive.manifest.Manifest;
import dev.kalends.config.Config;
import dev.kalends.execute.Lease;
import dev.kalends.execute.StopSignal;
import dev.kalends.failure.KalendsException;
import dev.kalends.journal.Archives;
import dev.kalends.journal.Archives.Archived;
import dev.kalends.journal.PartitionSets;
import dev.kalends.maintain.ArchivedTables;
import dev.kalends.maintain.Expiry;
import dev.kalends.pg.PgException;
import dev.kalends.pg.Session;
import dev.kalends.pg.Target;
import dev.kalends.sql.QualifiedName;
import java.time.Clock;
import java.time.LocalDateTime;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What can be done with the archive of one database, the same behind every door.
public final class Archiving {
    private final Workplace workplace;
    private final ArchivedPartitions partitions;
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
        this.workplace = new Workplace(target, config, clock, stop, event -> {}, archive);
        this.partitions = new ArchivedPartitions(target, stop);
        this.archive = archive;
    }

    /// What is in the archive.
    public List<Archived> list(Selection selection) {
        return partitions.list(selection);
    }

    /// Reads archives again.
    public List<Outcome> verify(Selection selection, Depth depth) {
        StoreArchive store = archive.open();
        return partitions.each(
                partitions.wanted(selection),
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
        return partitions.each(
                partitions.wanted(selection),
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
        return partitions.each(
                partitions.wanted(selection),
                (session, archived) -> {
                    Expiry.of(archived).run(session, archive);
                    return List.of();
                });
    }

    /// Wraps the data keys of encrypted archives under the current key.
    public List<Outcome> rekey(Selection selection) {
        StoreArchive store = archive.open();
        return partitions.each(
                partitions.wanted(selection),
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

    private static void note(Session session, Archived archived, String kind, String message) {
        Long set = archived.set();
        if (set != null) {
            PartitionSets.note(session, set, kind, message);
        }
    }

    /// Writes partitions of one table that are in the database to the archive, whatever their age.
    /// Restored ones become ordinary ones again.
    public List<String> export(QualifiedName table, Selection selection) {
        partitions.with(session -> true);
        archive.open();
        try (Lease _ = Lease.take(workplace.target(), List.of(table))) {
            return workplace.work(
                    "archive",
                    hands -> ArchivedTables.export(hands, table, selection.from(), selection.to()));
        } catch (PgException e) {
            throw e.toKalends(
                    "The export ended early",
                    ArchivedPartitions.LEFT,
                    "Run the same command again.");
        }
    }
}
