package dev.kalends.app;

import dev.kalends.config.Config;
import dev.kalends.execute.Lease;
import dev.kalends.execute.LockPolicy;
import dev.kalends.execute.Pacer;
import dev.kalends.execute.PartitionArchive;
import dev.kalends.execute.ProgressEvent;
import dev.kalends.execute.StopSignal;
import dev.kalends.failure.FailureCode;
import dev.kalends.failure.KalendsException;
import dev.kalends.failure.ShellCommand;
import dev.kalends.journal.Journal;
import dev.kalends.journal.PartitionSets;
import dev.kalends.maintain.Hands;
import dev.kalends.maintain.Tick;
import dev.kalends.maintain.TickReport;
import dev.kalends.pg.PgException;
import dev.kalends.pg.Session;
import dev.kalends.pg.Target;
import dev.kalends.plan.MaintenanceWork;
import dev.kalends.sql.QualifiedName;
import dev.kalends.sql.Sql;
import java.time.Clock;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The life of partitioned tables over one database, the same behind every door.
public final class Maintenance {
    private static final String LEFT =
            "Each action is a transaction of its own: what was done is done, nothing is done by half.";

    private final Target target;
    private final Config config;
    private final Clock clock;
    private final StopSignal stop;
    private final ProgressEvent.Listener listener;
    private final @Nullable PartitionArchive archive;

    /// @param archive null where none can be written
    public Maintenance(
            Target target,
            Config config,
            Clock clock,
            StopSignal stop,
            ProgressEvent.Listener listener,
            @Nullable PartitionArchive archive) {
        this.target = target;
        this.config = config;
        this.clock = clock;
        this.stop = stop;
        this.listener = listener;
        this.archive = archive;
    }

    /// The tables under maintenance, oldest first.
    public List<QualifiedName> tables() {
        try (Session session = Session.open(target, "maintain")) {
            return Journal.exists(session)
                    ? PartitionSets.all(session).stream()
                            .map(PartitionSets.Maintained::table)
                            .toList()
                    : List.of();
        }
    }

    /// What a tick would do; changes nothing.
    ///
    /// @param tables empty for all
    public TickReport plan(List<QualifiedName> tables, Set<MaintenanceWork> work) {
        return ticking(tables, tick -> tick.plan(tables, work));
    }

    /// Does what is due.
    ///
    /// @param tables empty for all
    public TickReport run(
            List<QualifiedName> tables, Set<MaintenanceWork> work, Tick.Consent consent) {
        return ticking(tables, tick -> tick.run(tables, work, consent));
    }

    private TickReport ticking(List<QualifiedName> tables, Function<Tick, TickReport> use) {
        try (Session session = Session.open(target, "maintain");
                Session watching = Session.open(target, "watch")) {
            if (!Journal.exists(session)) {
                return new TickReport(
                        clock.instant(), TickReport.Standing.NOTHING_MAINTAINED, List.of());
            }
            if (!session.one(IN_RECOVERY, row -> row.truth(1))) {
                Journal.upgrade(session);
                refuseUnknown(session, tables);
            }
            Pacer pacer =
                    new Pacer(
                            watching,
                            Kalends.limits(config.throttle()),
                            clock,
                            stop,
                            () -> false,
                            listener);
            LockPolicy locks =
                    new LockPolicy(
                            config.switching().lockTimeout(),
                            config.switching().attempts(),
                            config.switching().retryPause(),
                            config.switching().rowsInLockMax());
            Hands hands =
                    new Hands(
                            session,
                            pacer,
                            locks,
                            clock,
                            stop,
                            listener,
                            archive,
                            ArchiveViewing.following(archive));
            hands.limitLockWaits();
            return use.apply(new Tick(hands, config, table -> Lease.tryTake(target, table)));
        } catch (PgException e) {
            throw e.toKalends("Maintenance ended early", LEFT, "Run the same command again.");
        }
    }

    private static final Sql IN_RECOVERY = Sql.of("SELECT pg_is_in_recovery()");

    private static void refuseUnknown(Session session, List<QualifiedName> tables) {
        List<QualifiedName> known =
                PartitionSets.all(session).stream().map(PartitionSets.Maintained::table).toList();
        for (QualifiedName table : tables) {
            if (!known.contains(table)) {
                throw new KalendsException(
                        FailureCode.NOT_MAINTAINED,
                        table + " is not under maintenance.",
                        "Nothing was changed.",
                        "Convert it with kalends migrate, or take it over with %s if it is partitioned already."
                                .formatted(ShellCommand.of("adopt", table)));
            }
        }
    }
}
