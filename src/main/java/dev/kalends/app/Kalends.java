package dev.kalends.app;

import dev.kalends.catalog.Column;
import dev.kalends.catalog.KeyFacts;
import dev.kalends.catalog.Relation;
import dev.kalends.catalog.ServerFacts;
import dev.kalends.catalog.TableFacts;
import dev.kalends.config.Config;
import dev.kalends.config.TableConfig;
import dev.kalends.config.ThrottleConfig;
import dev.kalends.config.TimeWindow;
import dev.kalends.execute.Lease;
import dev.kalends.execute.Limits;
import dev.kalends.execute.LockPolicy;
import dev.kalends.execute.LockRetry;
import dev.kalends.execute.Pacer;
import dev.kalends.execute.ProgressEvent;
import dev.kalends.execute.StopSignal;
import dev.kalends.failure.FailureCode;
import dev.kalends.failure.KalendsException;
import dev.kalends.failure.ShellCommand;
import dev.kalends.journal.Journal;
import dev.kalends.journal.Migration;
import dev.kalends.migrate.Conversion;
import dev.kalends.migrate.MigrationPlanner;
import dev.kalends.migrate.Situation;
import dev.kalends.migrate.TwinSql;
import dev.kalends.migrate.Validator;
import dev.kalends.migrate.Work;
import dev.kalends.pg.PgException;
import dev.kalends.pg.Session;
import dev.kalends.pg.Target;
import dev.kalends.pg.catalog.CatalogReader;
import dev.kalends.plan.MigrationSpec;
import dev.kalends.plan.Phase;
import dev.kalends.plan.Plan;
import dev.kalends.sql.QualifiedName;
import dev.kalends.sql.Sql;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The use cases over one database, the same behind every door.
public final class Kalends {
    private static final String UNCHANGED = "Nothing was changed.";

    private final Target target;
    private final Config config;
    private final Clock clock;
    private final StopSignal stop;
    private final ProgressEvent.Listener listener;

    public Kalends(
            Target target,
            Config config,
            Clock clock,
            StopSignal stop,
            ProgressEvent.Listener listener) {
        this.target = target;
        this.config = config;
        this.clock = clock;
        this.stop = stop;
        this.listener = listener;
    }

    /// What a conversion of the table would do; changes nothing.
    public Plan plan(TableConfig wish) {
        try (Session session = Session.open(target, "plan")) {
            return plan(session, wish);
        } catch (PgException e) {
            throw e.toKalends("Cannot plan " + wish.table(), UNCHANGED, "See the message above.");
        }
    }

    private Plan plan(Session session, TableConfig wish) {
        CatalogReader reader = new CatalogReader(session);
        ServerFacts server = reader.server();
        Relation relation = TableLookup.plainTable(reader, wish.table());
        TableFacts table = reader.table(relation.oid(), server.blockBytes());
        Column key = table.column(wish.partition().key());
        KeyFacts keyFacts =
                key == null || dev.kalends.key.KeyType.ofTypeName(key.type()) == null
                        ? new KeyFacts(null, null, 0, 0, null)
                        : readableKey(reader, table, key);
        LocalDateTime now = LocalDateTime.ofInstant(clock.instant(), wish.partition().timeZone());
        Plan plan =
                MigrationPlanner.plan(
                        new Situation(server, reader.role(relation.oid()), table, keyFacts, now),
                        wish,
                        config);
        refuseTakenNames(reader, plan.spec());
        return plan;
    }

    /// A role that may not read the table gets the list of missing rights, not the server's
    /// refusal.
    private static KeyFacts readableKey(CatalogReader reader, TableFacts table, Column key) {
        try {
            return reader.key(table, key);
        } catch (PgException e) {
            if (e.is("42501")) {
                return new KeyFacts(null, null, 0, 0, null);
            }
            throw e;
        }
    }

    private static void refuseTakenNames(CatalogReader reader, MigrationSpec spec) {
        List<String> taken = reader.taken(spec.table().schema(), TwinSql.namesInTableSchema(spec));
        if (!taken.isEmpty()) {
            throw new KalendsException(
                    FailureCode.REFUSED,
                    "Names that the partitions of %s need are taken in schema %s: %s."
                            .formatted(
                                    spec.table(),
                                    spec.table().schema(),
                                    String.join(
                                            ", ", taken.subList(0, Math.min(10, taken.size())))),
                    UNCHANGED,
                    "Rename what is there, or choose other names with partition.names.");
        }
    }

    /// What a run left.
    ///
    /// @param migrationId in the journal
    public record Migrated(long migrationId, MigrationSpec spec, Phase phase) {}

    /// Converts a table up to READY_TO_SWITCH, or continues a conversion that was interrupted.
    ///
    /// @param wish used for a new migration; one that is under way keeps what it was planned with
    public Migrated migrate(QualifiedName table, @Nullable TableConfig wish) {
        try (Lease _ = Lease.take(target, table);
                Session session = Session.open(target, "migrate")) {
            Migration open = Journal.exists(session) ? Journal.ofTable(session, table) : null;
            if (open == null || open.cleaned() == Migration.Remains.CLEANED) {
                begin(session, table, wish);
            } else if (open.phase() == Phase.ROLLED_BACK) {
                throw new KalendsException(
                        FailureCode.MIGRATION_EXISTS,
                        "The last migration of %s was rolled back and its twin is still there."
                                .formatted(table),
                        UNCHANGED,
                        "Remove it with %s, then run this again."
                                .formatted(ShellCommand.of("cleanup", table)));
            }
            return with(
                    session,
                    table,
                    work -> {
                        if (Journal.byId(session, work.id()).phase().beforeSwitch()) {
                            new Conversion(work).toReady();
                        }
                        return new Migrated(
                                work.id(), work.spec(), Journal.byId(session, work.id()).phase());
                    });
        }
    }

    private void begin(Session session, QualifiedName table, @Nullable TableConfig wish) {
        if (wish == null) {
            throw new KalendsException(
                    FailureCode.USAGE,
                    "Nothing says how to partition " + table + ".",
                    UNCHANGED,
                    "Give --key and --every, or list the table in the configuration.");
        }
        try {
            Plan plan = plan(session, wish);
            Journal.upgrade(session);
            Conversion.begin(session, plan.spec());
        } catch (PgException e) {
            throw e.toKalends(
                    "Cannot begin the migration of " + table, UNCHANGED, "See the message above.");
        }
    }

    /// Validates all rows again.
    public List<Validator.Result> validate(QualifiedName table) {
        return held(table, work -> new Conversion(work).validate());
    }

    /// Switches a migration that is ready.
    public LockRetry.Outcome switchTables(QualifiedName table) {
        return held(table, work -> new Conversion(work).switchTables());
    }

    /// Switches back, keeping later writes.
    public LockRetry.Outcome rollback(QualifiedName table) {
        return held(table, work -> new Conversion(work).rollback());
    }

    /// Brings the old table in step once, after a switch.
    ///
    /// @return captured writes replayed
    public long follow(QualifiedName table) {
        return held(table, work -> new Conversion(work).followSwitched());
    }

    /// Gives a migration up before its switch, and leaves the table as it was.
    ///
    /// @return whether schema `kalends` is gone too, because nothing else was recorded in it
    public boolean abort(QualifiedName table) {
        return held(table, work -> new Conversion(work).abort());
    }

    /// Whether a backup exists that a cleanup may rely on.
    public enum Backup {
        REQUIRED,
        WAIVED
    }

    /// Drops the old table after the grace time, or what a rollback left.
    ///
    /// @return what was dropped
    public QualifiedName cleanup(QualifiedName table, Backup backup) {
        return held(
                table,
                work -> {
                    Migration migration = Journal.byId(work.session(), work.id());
                    if (migration.phase() == Phase.SWITCHED) {
                        refuseEarlyCleanup(migration, backup);
                    }
                    new Conversion(work).cleanup();
                    return migration.phase() == Phase.SWITCHED
                            ? work.spec().migrationNames().old()
                            : work.spec().migrationNames().twin();
                });
    }

    private void refuseEarlyCleanup(Migration migration, Backup backup) {
        Instant switched = migration.switchedAt();
        Duration grace = config.cleanup().grace();
        if (switched != null && switched.plus(grace).isAfter(clock.instant())) {
            throw new KalendsException(
                    FailureCode.GRACE_NOT_OVER,
                    "The grace time of %s after the switch ends at %s."
                            .formatted(
                                    dev.kalends.unit.Durations.display(grace),
                                    switched.plus(grace)),
                    "Nothing was dropped; a rollback is still possible.",
                    "Wait, or set a shorter time with --grace or cleanup.grace.");
        }
        if (backup == Backup.REQUIRED) {
            throw new KalendsException(
                    FailureCode.CONFIRMATION_NEEDED,
                    "No verified backup of the old table %s is on record."
                            .formatted(migration.spec().migrationNames().old()),
                    "Nothing was dropped; a rollback is still possible.",
                    "Say --without-backup to drop it all the same.");
        }
    }

    /// Asks the process that works on a migration to stop at its next safe point.
    public void requestStop(QualifiedName table) {
        try (Session session = Session.open(target, "stop")) {
            Migration migration = migration(session, table);
            Journal.requestStop(session, migration.id());
            Journal.record(session, migration.id(), "stop", "requested");
        }
    }

    /// All migrations, or those of one table, oldest first.
    public List<MigrationStatus> status(@Nullable QualifiedName table) {
        try (Session session = Session.open(target, "status")) {
            List<MigrationStatus> all = new ArrayList<>();
            if (!Journal.exists(session)) {
                return all;
            }
            for (Migration migration : Journal.all(session)) {
                if (table == null || migration.spec().table().equals(table)) {
                    all.add(status(session, migration));
                }
            }
            return all;
        }
    }

    /// The migration of a table that is under way.
    ///
    /// @throws KalendsException MIGRATION_NOT_FOUND
    public MigrationStatus underWay(QualifiedName table) {
        try (Session session = Session.open(target, "status")) {
            return status(session, migration(session, table));
        }
    }

    private static MigrationStatus status(Session session, Migration migration) {
        boolean switched = migration.phase() == Phase.SWITCHED;
        boolean open = migration.cleaned() == Migration.Remains.PRESENT;
        return new MigrationStatus(
                migration,
                Journal.counts(session, migration.id()),
                open ? Conversion.waiting(session, migration) : 0,
                switched ? Conversion.rollbackObstacles(session, migration) : List.of(),
                switched ? Conversion.carried(session, migration) : null,
                open ? Lease.holder(session, migration.spec().table()) : "",
                Journal.events(session, migration.id(), 10));
    }

    private <T> T held(QualifiedName table, Function<Work, T> use) {
        try (Lease _ = Lease.take(target, table);
                Session session = Session.open(target, "migrate")) {
            return with(session, table, use);
        }
    }

    private <T> T with(Session session, QualifiedName table, Function<Work, T> use) {
        Journal.upgradeIfPresent(session);
        Migration migration = migration(session, table);
        // A stop was meant for the run that was under way then.
        Journal.clearStop(session, migration.id());
        try (Session watching = Session.open(target, "watch")) {
            Pacer pacer =
                    new Pacer(
                            watching,
                            limits(config.throttle()),
                            clock,
                            stop,
                            () -> Journal.stopRequested(watching, migration.id()),
                            listener);
            LockPolicy locks =
                    new LockPolicy(
                            config.switching().lockTimeout(),
                            config.switching().attempts(),
                            config.switching().retryPause(),
                            config.switching().rowsInLockMax());
            tellWhatCannotBeSeen(watching);
            return use.apply(
                    new Work(
                            target,
                            session,
                            migration.id(),
                            migration.spec(),
                            locks,
                            pacer,
                            stop,
                            clock,
                            listener));
        } catch (PgException e) {
            throw e.toKalends(
                    "Cannot go on with " + table,
                    "Everything done so far is kept.",
                    "See kalends status, then run the same command again.");
        }
    }

    private static final Sql SEES_OTHERS =
            Sql.of("SELECT pg_has_role('pg_read_all_stats', 'USAGE')");

    private void tellWhatCannotBeSeen(Session session) {
        if (!session.one(SEES_OTHERS, row -> row.truth(1))) {
            listener.on(
                    new ProgressEvent.Note(
                            "This role cannot see replica lag and other roles' transactions, so it does not"
                                    + " pause for them: GRANT pg_monitor TO it."));
        }
    }

    private static Migration migration(Session session, QualifiedName table) {
        Migration migration = Journal.exists(session) ? Journal.ofTable(session, table) : null;
        if (migration == null || migration.cleaned() == Migration.Remains.CLEANED) {
            throw new KalendsException(
                    FailureCode.MIGRATION_NOT_FOUND,
                    "No migration of %s is under way.".formatted(table),
                    UNCHANGED,
                    "kalends status lists all migrations; kalends migrate begins one.");
        }
        return migration;
    }

    private static Limits limits(ThrottleConfig throttle) {
        TimeWindow window = throttle.window();
        return new Limits(
                throttle.replicaLag(),
                throttle.replicaLagBytes().bytes(),
                throttle.longTransaction(),
                window == null ? at -> true : window::contains,
                window == null ? "any time" : window.display());
    }
}
