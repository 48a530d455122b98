package dev.kalends.app;

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
import dev.kalends.migrate.Validator;
import dev.kalends.migrate.Work;
import dev.kalends.pg.PgException;
import dev.kalends.pg.Session;
import dev.kalends.pg.Target;
import dev.kalends.plan.MigrationNames;
import dev.kalends.plan.MigrationSpec;
import dev.kalends.plan.Phase;
import dev.kalends.plan.Plan;
import dev.kalends.sql.QualifiedName;
import dev.kalends.sql.Sql;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
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
        return plan(List.of(wish)).getFirst();
    }

    /// What a conversion of tables that are switched together would do; changes nothing.
    ///
    /// @return first their plans, then those of tables that the configuration pairs with them
    public List<Plan> plan(List<TableConfig> wishes) {
        try (Session session = Session.open(target, "plan")) {
            return new Planning(session, config, clock).planTogether(wishes);
        } catch (PgException e) {
            throw e.toKalends("Cannot plan " + names(wishes), UNCHANGED, "See the message above.");
        }
    }

    private static String names(List<TableConfig> wishes) {
        return wishes.stream()
                .map(wish -> wish.table().display())
                .collect(Collectors.joining(" and "));
    }

    /// What a run left.
    ///
    /// @param migrationId in the journal
    public record Migrated(long migrationId, MigrationSpec spec, Phase phase) {}

    /// Converts a table up to READY_TO_SWITCH, or continues a conversion that was interrupted.
    ///
    /// @param wish used for a new migration; one that is under way keeps what it was planned with
    public Migrated migrate(QualifiedName table, @Nullable TableConfig wish) {
        return migrate(List.of(table), wish == null ? List.of() : List.of(wish)).getFirst();
    }

    /// Converts tables that are switched together.
    ///
    /// @param wishes used for a new migration; must be those of the tables then
    public List<Migrated> migrate(List<QualifiedName> tables, List<TableConfig> wishes) {
        try (Session session = Session.open(target, "migrate");
                Lease _ = Lease.take(target, together(session, tables))) {
            QualifiedName first = tables.getFirst();
            Migration open = Journal.exists(session) ? Journal.ofTable(session, first) : null;
            if (open == null || open.cleaned() == Migration.Remains.CLEANED) {
                begin(session, tables, wishes);
            } else if (open.phase() == Phase.ROLLED_BACK) {
                throw new KalendsException(
                        FailureCode.MIGRATION_EXISTS,
                        "The last migration of %s was rolled back and its twin is still there."
                                .formatted(first),
                        UNCHANGED,
                        "Remove it with %s, then run this again."
                                .formatted(ShellCommand.of("cleanup", first)));
            }
            return with(session, first, works -> works.stream().map(Kalends::toReady).toList());
        }
    }

    private static Migrated toReady(Work work) {
        if (Journal.byId(work.session(), work.id()).phase().beforeSwitch()) {
            new Conversion(work).toReady();
        }
        return new Migrated(
                work.id(), work.spec(), Journal.byId(work.session(), work.id()).phase());
    }

    /// The tables, and those that a migration under way ties to them.
    private static List<QualifiedName> together(Session session, List<QualifiedName> tables) {
        Set<QualifiedName> all = new TreeSet<>(Comparator.comparing(QualifiedName::render));
        all.addAll(tables);
        if (Journal.exists(session)) {
            for (QualifiedName table : tables) {
                Migration open = Journal.ofTable(session, table);
                if (open != null && open.cleaned() == Migration.Remains.PRESENT) {
                    Journal.group(session, open.id()).forEach(each -> all.add(each.spec().table()));
                }
            }
        }
        return List.copyOf(all);
    }

    private void begin(Session session, List<QualifiedName> tables, List<TableConfig> wishes) {
        if (wishes.size() != tables.size()) {
            throw new KalendsException(
                    FailureCode.USAGE,
                    "Nothing says how to partition "
                            + tables.stream()
                                    .map(QualifiedName::display)
                                    .collect(Collectors.joining(" and "))
                            + ".",
                    UNCHANGED,
                    "Give --key and --every, or list the table in the configuration.");
        }
        try {
            List<Plan> plans = new Planning(session, config, clock).plan(wishes);
            Journal.upgrade(session);
            Conversion.begin(session, plans.stream().map(Plan::spec).toList());
        } catch (PgException e) {
            throw e.toKalends(
                    "Cannot begin the migration of " + names(wishes),
                    UNCHANGED,
                    "See the message above.");
        }
    }

    /// Validates all rows again.
    public List<Validator.Result> validate(QualifiedName table) {
        return held(table, works -> new Conversion(own(works, table)).validate());
    }

    /// Switches a migration that is ready.
    public LockRetry.Outcome switchTables(QualifiedName table) {
        return held(table, Conversion::switchTables);
    }

    /// Switches back, keeping later writes.
    public LockRetry.Outcome rollback(QualifiedName table) {
        return held(table, Conversion::rollback);
    }

    /// Brings the old table in step once, after a switch.
    ///
    /// @return captured writes replayed
    public long follow(QualifiedName table) {
        return held(table, works -> new Conversion(own(works, table)).followSwitched());
    }

    /// Gives a migration up before its switch, and leaves the table as it was.
    ///
    /// @return whether schema `kalends` is gone too, because nothing else was recorded in it
    public boolean abort(QualifiedName table) {
        return held(
                table,
                works -> {
                    boolean gone = false;
                    for (Work work : works) {
                        gone = new Conversion(work).abort();
                    }
                    return gone;
                });
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
                works -> {
                    for (Work work : works) {
                        Migration migration = Journal.byId(work.session(), work.id());
                        if (migration.phase() == Phase.SWITCHED) {
                            refuseEarlyCleanup(migration, backup);
                        }
                    }
                    Work own = own(works, table);
                    MigrationNames names = own.spec().migrationNames();
                    Phase before = Journal.byId(own.session(), own.id()).phase();
                    Conversion.cleanup(works);
                    return before == Phase.SWITCHED ? names.old() : names.twin();
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

    private static Work own(List<Work> works, QualifiedName table) {
        return works.stream()
                .filter(work -> work.spec().table().equals(table))
                .findFirst()
                .orElse(works.getFirst());
    }

    private <T> T held(QualifiedName table, Function<List<Work>, T> use) {
        try (Session session = Session.open(target, "migrate");
                Lease _ = Lease.take(target, together(session, List.of(table)))) {
            return with(session, table, use);
        }
    }

    private <T> T with(Session session, QualifiedName table, Function<List<Work>, T> use) {
        Journal.upgradeIfPresent(session);
        List<Migration> group = open(session, migration(session, table).id());
        // A stop was meant for the run that was under way then.
        group.forEach(each -> Journal.clearStop(session, each.id()));
        try (Session watching = Session.open(target, "watch")) {
            Pacer pacer =
                    new Pacer(
                            watching,
                            limits(config.throttle()),
                            clock,
                            stop,
                            () ->
                                    group.stream()
                                            .anyMatch(each ->
                                                    Journal.stopRequested(watching, each.id())),
                            listener);
            LockPolicy locks =
                    new LockPolicy(
                            config.switching().lockTimeout(),
                            config.switching().attempts(),
                            config.switching().retryPause(),
                            config.switching().rowsInLockMax());
            tellWhatCannotBeSeen(watching);
            return use.apply(
                    group.stream()
                            .map(each ->
                                    new Work(
                                            target,
                                            session,
                                            each.id(),
                                            each.spec(),
                                            locks,
                                            pacer,
                                            stop,
                                            clock,
                                            listener))
                            .toList());
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

    /// Those of a migration's tables that are not done with: a crash may have left some of them.
    private static List<Migration> open(Session session, long id) {
        return Journal.group(session, id).stream()
                .filter(each -> each.cleaned() == Migration.Remains.PRESENT)
                .toList();
    }

    /// The migration of a table that is under way, or that of a table which is tied to it.
    private static Migration migration(Session session, QualifiedName table) {
        Migration migration = Journal.exists(session) ? Journal.ofTable(session, table) : null;
        if (migration != null && migration.cleaned() == Migration.Remains.CLEANED) {
            migration = open(session, migration.id()).stream().findFirst().orElse(null);
        }
        if (migration == null) {
            throw new KalendsException(
                    FailureCode.MIGRATION_NOT_FOUND,
                    "No migration of %s is under way.".formatted(table),
                    UNCHANGED,
                    "kalends status lists all migrations; kalends migrate begins one.");
        }
        return migration;
    }

    static Limits limits(ThrottleConfig throttle) {
        TimeWindow window = throttle.window();
        return new Limits(
                throttle.replicaLag(),
                throttle.replicaLagBytes().bytes(),
                throttle.longTransaction(),
                window == null ? at -> true : window::contains,
                window == null ? "any time" : window.display());
    }
}
