package dev.kalends.app;

import dev.kalends.config.Config;
import dev.kalends.execute.Lease;
import dev.kalends.execute.PartitionArchive;
import dev.kalends.execute.ProgressEvent;
import dev.kalends.execute.StopSignal;
import dev.kalends.failure.FailureCode;
import dev.kalends.failure.KalendsException;
import dev.kalends.failure.ShellCommand;
import dev.kalends.journal.Journal;
import dev.kalends.journal.PartitionSets;
import dev.kalends.maintain.SetReport;
import dev.kalends.maintain.Tick;
import dev.kalends.maintain.TickReport;
import dev.kalends.pg.PgException;
import dev.kalends.pg.Session;
import dev.kalends.pg.Target;
import dev.kalends.plan.MaintenanceWork;
import dev.kalends.sql.QualifiedName;
import dev.kalends.sql.Sql;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The life of partitioned tables over one database, the same behind every door.
public final class Maintenance {
    private static final String LEFT =
            "Each action is a transaction of its own: what was done is done, nothing is done by half.";

    private final Workplace workplace;
    private final @Nullable IcebergTables iceberg;

    /// @param archive null where none can be written
    public Maintenance(
            Target target,
            Config config,
            Clock clock,
            StopSignal stop,
            ProgressEvent.Listener listener,
            @Nullable PartitionArchive archive) {
        this.iceberg =
                archive instanceof ArchiveAccess access
                        ? new IcebergTables(target, config, clock, access)
                        : null;
        this.workplace =
                new Workplace(
                        target,
                        config,
                        clock,
                        stop,
                        listener,
                        archive == null || iceberg == null ? archive : iceberg.over(archive));
    }

    /// The tables under maintenance, oldest first.
    public List<QualifiedName> tables() {
        try (Session session = Session.open(workplace.target(), "maintain")) {
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
        TickReport report = ticking(tables, tick -> tick.run(tables, work, consent));
        return iceberg != null
                        && work.contains(MaintenanceWork.LIFECYCLE)
                        && report.standing() == TickReport.Standing.ACTIVE
                ? followed(report, iceberg.sync(tables))
                : report;
    }

    /// The report with what became of the Iceberg tables.
    private static TickReport followed(TickReport report, List<IcebergTables.Shown> shown) {
        List<SetReport> reports = new ArrayList<>();
        for (SetReport each : report.tables()) {
            SetReport followed = each;
            for (IcebergTables.Shown one : shown) {
                if (one.table().equals(each.table())) {
                    followed = followed(each, one);
                }
            }
            reports.add(followed);
        }
        return new TickReport(report.at(), report.standing(), reports);
    }

    private static SetReport followed(SetReport report, IcebergTables.Shown shown) {
        List<String> done = new ArrayList<>(report.done());
        List<String> notes = new ArrayList<>(report.notes());
        List<SetReport.Failure> failures = new ArrayList<>(report.failures());
        KalendsException failure = shown.failure();
        if (failure != null) {
            failures.add(
                    new SetReport.Failure(
                            failure.code(),
                            failure.what() + " " + failure.state() + " " + failure.next()));
        }
        if (shown.added() + shown.removed() > 0) {
            done.add(
                    "Iceberg table %s: %d partitions came and %d went; it shows %d rows"
                            .formatted(shown.name(), shown.added(), shown.removed(), shown.rows()));
        }
        notes.addAll(shown.leftOut());
        return new SetReport(
                report.table(),
                report.planned(),
                done,
                report.waiting(),
                report.stays(),
                notes,
                failures);
    }

    private TickReport ticking(List<QualifiedName> tables, Function<Tick, TickReport> use) {
        try {
            return workplace.work(
                    "maintain",
                    hands -> {
                        Session session = hands.session();
                        if (!Journal.exists(session)) {
                            return new TickReport(
                                    workplace.clock().instant(),
                                    TickReport.Standing.NOTHING_MAINTAINED,
                                    List.of());
                        }
                        if (!session.one(IN_RECOVERY, row -> row.truth(1))) {
                            Journal.upgrade(session);
                            refuseUnknown(session, tables);
                        }
                        return use.apply(
                                new Tick(
                                        hands,
                                        workplace.config(),
                                        table -> Lease.tryTake(workplace.target(), table)));
                    });
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
