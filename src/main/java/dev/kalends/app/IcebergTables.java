package dev.kalends.app;

import dev.kalends.app.Archiving.Outcome;
import dev.kalends.archive.iceberg.IcebergCatalog;
import dev.kalends.config.Config;
import dev.kalends.config.IcebergName;
import dev.kalends.config.TableConfig;
import dev.kalends.execute.PartitionArchive;
import dev.kalends.failure.FailureCode;
import dev.kalends.failure.KalendsException;
import dev.kalends.journal.Archives;
import dev.kalends.journal.Archives.Archived;
import dev.kalends.journal.Journal;
import dev.kalends.pg.PgException;
import dev.kalends.pg.Session;
import dev.kalends.pg.Target;
import dev.kalends.sql.QualifiedName;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The Iceberg tables over what is archived of one database. They follow the journal: whatever was
/// broken off is mended by the next call.
public final class IcebergTables {
    private final Target target;
    private final Map<QualifiedName, IcebergName> names;
    private final Clock clock;
    private final ArchiveAccess archive;

    /// What an Iceberg table shows now.
    ///
    /// @param added partitions that were not there before
    /// @param removed partitions that are there no more
    /// @param leftOut a sentence for each partition that it cannot show
    /// @param failure null if it is up to date; the numbers are 0 otherwise
    public record Shown(
            QualifiedName table,
            String name,
            int files,
            long rows,
            int added,
            int removed,
            List<String> leftOut,
            @Nullable KalendsException failure) {
        public Shown {
            leftOut = List.copyOf(leftOut);
        }
    }

    public IcebergTables(Target target, Config config, Clock clock, ArchiveAccess archive) {
        this.target = target;
        this.clock = clock;
        this.archive = archive;
        this.names = new LinkedHashMap<>();
        for (TableConfig each : config.tables()) {
            IcebergName name = each.lifecycle().iceberg();
            if (name != null) {
                names.put(each.table(), name);
            }
        }
    }

    /// Brings the Iceberg tables of some tables up to date.
    ///
    /// @param tables empty for all; those that have none are passed over
    /// @return what each shows
    public List<Shown> sync(List<QualifiedName> tables) {
        List<QualifiedName> wanted =
                names.keySet().stream()
                        .filter(each -> tables.isEmpty() || tables.contains(each))
                        .toList();
        List<Shown> shown = new ArrayList<>();
        for (QualifiedName each : wanted) {
            try {
                shown.add(refresh(each));
            } catch (KalendsException e) {
                shown.add(new Shown(each, name(each).toString(), 0, 0, 0, 0, List.of(), e));
            }
        }
        return shown;
    }

    private IcebergName name(QualifiedName table) {
        return Objects.requireNonNull(names.get(table), table::render);
    }

    private Shown refresh(QualifiedName table) {
        IcebergName name = name(table);
        try (IcebergCatalog catalog = IcebergCatalog.open(target, archive.store())) {
            // Read while the catalog is open, so that nobody makes it older meanwhile.
            List<Archived> gone = gone(table);
            refuseEncrypted(table, gone);
            IcebergCatalog.Synced synced =
                    catalog.sync(
                            name,
                            gone.stream()
                                    .map(each ->
                                            new IcebergCatalog.Part(
                                                    each.leaf(), each.location(), each.rows()))
                                    .toList(),
                            location -> archive.open().manifest(location),
                            clock.instant());
            return new Shown(
                    table,
                    name.toString(),
                    synced.files(),
                    synced.rows(),
                    synced.added(),
                    synced.removed(),
                    synced.leftOut(),
                    null);
        } catch (PgException e) {
            throw failed(e);
        }
    }

    private static KalendsException failed(PgException e) {
        return e.toKalends(
                "The Iceberg catalog could not be worked on",
                "What was done in the archive is done.",
                "kalends archive iceberg brings the Iceberg tables up to date.");
    }

    /// What is in the archive alone: other rows are read from the database.
    private List<Archived> gone(QualifiedName table) {
        try (Session session = Session.open(target, "iceberg journal")) {
            if (!Journal.exists(session)) {
                return List.of();
            }
            return Archives.all(session).stream()
                    .filter(each -> each.table().equals(table))
                    .filter(each -> each.standing() == Archives.Standing.GONE)
                    .toList();
        }
    }

    private static void refuseEncrypted(QualifiedName table, List<Archived> gone) {
        long encrypted = gone.stream().filter(each -> each.keyId() != null).count();
        if (encrypted > 0) {
            throw new KalendsException(
                    FailureCode.REFUSED,
                    "%d archived partitions of %s are encrypted by Kalends, and other engines have no way to read them."
                            .formatted(encrypted, table),
                    "The Iceberg table was not changed.",
                    "Take iceberg out of the lifecycle of the table. kalends cold query reads encrypted archives.");
        }
    }

    /// The archive, from which nothing is removed that an Iceberg table still points at.
    PartitionArchive over(PartitionArchive other) {
        return names.isEmpty() ? other : new FollowedArchive(other, this::withdraw);
    }

    private void withdraw(String location) {
        try (IcebergCatalog catalog = IcebergCatalog.open(target, archive.store())) {
            names.values().forEach(name -> catalog.withdraw(name, location));
        } catch (PgException e) {
            throw failed(e);
        }
    }

    /// Brings up to date what partitions moved in or out of; a failure is told with the first of
    /// its table.
    List<Outcome> followed(List<Outcome> outcomes) {
        if (names.isEmpty() || outcomes.isEmpty()) {
            return outcomes;
        }
        Map<QualifiedName, Archived> first =
                outcomes.stream()
                        .map(Outcome::archived)
                        .collect(Collectors.toMap(Archived::table, each -> each, (a, _) -> a));
        List<Outcome> all = new ArrayList<>(outcomes);
        for (Shown each : sync(List.copyOf(first.keySet()))) {
            Archived archived = Objects.requireNonNull(first.get(each.table()));
            if (each.failure() != null) {
                all.add(new Outcome(archived, List.of(), each.failure()));
            } else if (!each.leftOut().isEmpty()) {
                all.add(new Outcome(archived, each.leftOut(), null));
            }
        }
        return all;
    }

    /// The same, where a failure has to stop what comes next.
    void mustFollow(QualifiedName table) {
        if (names.containsKey(table)) {
            refresh(table);
        }
    }
}
