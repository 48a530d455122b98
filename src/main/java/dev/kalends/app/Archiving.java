package dev.kalends.app;

import dev.kalends.archive.StoreArchive;
import dev.kalends.archive.manifest.Manifest;
import dev.kalends.config.Config;
import dev.kalends.execute.Lease;
import dev.kalends.execute.PartitionArchive;
import dev.kalends.execute.StopSignal;
import dev.kalends.failure.FailureCode;
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
import dev.kalends.sql.Sql;
import java.time.Clock;
import java.time.Duration;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What can be done with the archive of one database, the same behind every door.
public final class Archiving {
    private final Workplace workplace;
    private final ArchivedPartitions partitions;
    private final ArchiveAccess archive;
    private final IcebergTables iceberg;

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
        this.iceberg = new IcebergTables(target, config, clock, archive);
        this.workplace =
                new Workplace(target, config, clock, stop, event -> {}, iceberg.over(archive));
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
        return iceberg.followed(
                partitions.each(
                        partitions.wanted(selection),
                        (session, archived) -> {
                            Expiry.of(archived)
                                    .run(session, iceberg.over(archive), workplace.views());
                            return List.of();
                        }));
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

    /// Writes archived partitions anew without the rows of a condition.
    ///
    /// @param where SQL over the archived columns
    /// @param because for the record, which keeps no word of the condition: it may name a person
    public List<Outcome> erase(Selection selection, String where, String because) {
        List<Archived> all = partitions.wanted(selection);
        StoreArchive store = archive.open();
        List<QualifiedName> tables = all.stream().map(Archived::table).distinct().toList();
        try (Lease _ = Lease.take(workplace.target(), tables)) {
            return iceberg.followed(
                    partitions.each(
                            all,
                            (session, archived) ->
                                    erase(store, session, archived, where, because)));
        }
    }

    private List<String> erase(
            StoreArchive store, Session session, Archived archived, String where, String because) {
        refuseHeld(archived);
        StoreArchive.Erased erased = store.without(session, archived.location(), where);
        if (erased == null) {
            return List.of("%s has no such row.".formatted(archived.leaf()));
        }
        PartitionArchive.Copy copy = erased.copy();
        boolean replaced =
                session.transaction(
                        Session.Isolation.READ_COMMITTED,
                        () -> {
                            note(
                                    session,
                                    archived,
                                    "erase",
                                    "%d rows of %s, because: %s"
                                            .formatted(erased.removed(), archived.leaf(), because));
                            return Archives.replace(
                                    session,
                                    archived,
                                    new Archives.Replacement(
                                            copy.location(),
                                            copy.content().rows(),
                                            copy.content().checksum(),
                                            copy.bytes(),
                                            copy.keyId()));
                        });
        if (!replaced) {
            store.discard(copy.location());
            throw refused("%s was held or replaced meanwhile.".formatted(archived.leaf()));
        }
        // The new copy takes its place in one step.
        iceberg.mustFollow(archived.table());
        store.discard(archived.location());
        List<String> told = new ArrayList<>();
        told.add(
                "%d rows are erased from the archive of %s; %d are left."
                        .formatted(erased.removed(), archived.leaf(), copy.content().rows()));
        if (archived.standing() != Archives.Standing.GONE) {
            told.add(
                    "Its rows are in the database too: delete them there, or they are archived again.");
        }
        return told;
    }

    private static void refuseHeld(Archived archived) {
        if (archived.heldBecause() != null) {
            throw refused("%s is held: %s.".formatted(archived.leaf(), archived.heldBecause()));
        }
    }

    private static KalendsException refused(String what) {
        return new KalendsException(
                FailureCode.REFUSED,
                what,
                "Nothing was erased.",
                "kalends archive list tells which are held; kalends archive release ends a hold.");
    }

    private static final Sql DATABASE = Sql.of("SELECT current_database()");
    private static final Duration EXPORT_MAX = Duration.ofDays(7);

    /// Folders that killed exports and broken-off removals left in the store.
    public List<String> leftovers() {
        StoreArchive store = archive.open();
        return partitions.with(session ->
                store.leftovers(
                        session.one(DATABASE, row -> row.text(1)),
                        Archives.all(session).stream()
                                .map(Archived::location)
                                .collect(Collectors.toSet()),
                        Archives.expiredLocations(session),
                        workplace.clock().instant().minus(EXPORT_MAX)));
    }

    /// Removes them.
    ///
    /// @param leftovers as [#leftovers] told them
    public void sweep(List<String> leftovers) {
        leftovers.forEach(iceberg.over(archive)::discard);
    }

    /// The Iceberg tables over what is archived.
    public IcebergTables iceberg() {
        return iceberg;
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
