package dev.kalends.app;

import dev.kalends.archive.view.ArchiveView;
import dev.kalends.archive.view.ViewServer;
import dev.kalends.archive.view.ViewWork;
import dev.kalends.config.ArchiveConfig;
import dev.kalends.config.Config;
import dev.kalends.config.ViewConfig;
import dev.kalends.execute.ArchiveViews;
import dev.kalends.execute.Lease;
import dev.kalends.execute.PartitionArchive;
import dev.kalends.failure.FailureCode;
import dev.kalends.failure.KalendsException;
import dev.kalends.journal.Journal;
import dev.kalends.journal.PartitionSets;
import dev.kalends.pg.PgException;
import dev.kalends.pg.Session;
import dev.kalends.pg.Target;
import dev.kalends.sql.QualifiedName;
import dev.kalends.sql.Sql;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The views over live and archived rows of one database.
public final class ArchiveViewing {
    private static final String UNCHANGED = "Nothing was changed.";

    private final Target target;
    private final Config config;
    private final ArchiveAccess archive;

    public ArchiveViewing(Target target, Config config, ArchiveAccess archive) {
        this.target = target;
        this.config = config;
        this.archive = archive;
    }

    /// What keeps views right while partitions move.
    ///
    /// @param archive null where none is at hand
    static ArchiveViews following(@Nullable PartitionArchive archive) {
        return new ViewWork(location -> {
            if (archive == null) {
                throw new KalendsException(
                        FailureCode.REFUSED,
                        "An archive view is to change, and the archive is not at hand.",
                        UNCHANGED,
                        "Run this with the archive section of the configuration.");
            }
            return archive.columns(location);
        });
    }

    /// Makes the view over a table, or makes it as it should be now.
    ///
    /// @param name null for the table's with `_all` behind
    public ArchiveView.Made make(QualifiedName table, @Nullable String name) {
        ViewServer server = server();
        try (Lease _ = Lease.take(target, List.of(table))) {
            return with(session -> {
                ArchiveView view = new ArchiveView(session, table, archive::columns);
                ArchiveView.Made made = view.make(server, view.view(name));
                note(session, table, made.view() + " was made");
                return made;
            });
        }
    }

    /// The statements of a view that is not there yet; changes nothing.
    public List<Sql> statements(QualifiedName table, @Nullable String name) {
        ViewServer server = server();
        return with(session -> {
            ArchiveView view = new ArchiveView(session, table, archive::columns);
            return view.statements(server, view.view(name));
        });
    }

    /// Removes the view of a table and what it needed.
    ///
    /// @return whether there was one
    public boolean drop(QualifiedName table) {
        try (Lease _ = Lease.take(target, List.of(table))) {
            return with(session -> {
                boolean dropped = new ArchiveView(session, table, archive::columns).drop();
                if (dropped) {
                    note(session, table, "the view was dropped");
                }
                return dropped;
            });
        }
    }

    private static void note(Session session, QualifiedName table, String message) {
        for (PartitionSets.Maintained each : PartitionSets.all(session)) {
            if (each.table().equals(table)) {
                session.transaction(
                        () -> PartitionSets.note(session, each.id(), "archive view", message));
            }
        }
    }

    private <T> T with(Function<Session, T> use) {
        try (Session session = Session.open(target, "archive view")) {
            if (!Journal.exists(session)) {
                throw new KalendsException(
                        FailureCode.NOT_MAINTAINED,
                        "No table of this database is under maintenance.",
                        UNCHANGED,
                        "Convert a table with kalends migrate, or take one over with kalends adopt.");
            }
            return use.apply(session);
        } catch (PgException e) {
            throw e.toKalends(
                    "The archive view could not be changed",
                    UNCHANGED,
                    e.is("2BP01")
                            ? "Other views or functions need it. Drop them first, and make them anew afterwards."
                            : "Run the same command again.");
        }
    }

    private ViewServer server() {
        ArchiveConfig own = config.archive();
        ViewConfig view = own == null ? null : own.view();
        if (view == null) {
            throw new KalendsException(
                    FailureCode.USAGE,
                    "The configuration does not say where archived rows are read.",
                    UNCHANGED,
                    "Write archive.view with a password, and run kalends serve with it.");
        }
        ViewConfig.Place place = view.address() == null ? view.listen() : view.address();
        if (place.port() == 0 || place.host().equals("0.0.0.0") || place.host().equals("::")) {
            throw new KalendsException(
                    FailureCode.USAGE,
                    "archive.view.listen is %s, by which the database cannot find it."
                            .formatted(place),
                    UNCHANGED,
                    "Write archive.view.address: the host and port as the database sees them.");
        }
        return new ViewServer(
                place.host(),
                place.port(),
                view.user(),
                view.password(),
                view.tls() == null ? "disable" : "require");
    }
}
