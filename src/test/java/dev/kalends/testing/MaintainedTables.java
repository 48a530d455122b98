package dev.kalends.testing;

import dev.kalends.app.Maintenance;
import dev.kalends.calendar.Interval;
import dev.kalends.calendar.PartitionNames;
import dev.kalends.config.Config;
import dev.kalends.config.ConfigException;
import dev.kalends.config.ConfigReader;
import dev.kalends.config.TableNames;
import dev.kalends.execute.PartitionArchive;
import dev.kalends.execute.StopSignal;
import dev.kalends.journal.Journal;
import dev.kalends.journal.PartitionSets;
import dev.kalends.maintain.SetReport;
import dev.kalends.maintain.Tick;
import dev.kalends.maintain.TickReport;
import dev.kalends.pg.Session;
import dev.kalends.pg.Target;
import dev.kalends.plan.MaintenanceWork;
import dev.kalends.plan.Scheme;
import dev.kalends.plan.SetSpec;
import dev.kalends.sql.Identifier;
import dev.kalends.sql.QualifiedName;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Ticks of maintenance at any time.
public final class MaintainedTables {
    private static final String QUICK =
            "switch: {lockTimeout: 200ms, attempts: 5, retryPause: 50ms}\n";

    private MaintainedTables() {}

    /// @param tables what stands under `tables:`, with its own indentation
    public static Config config(String tables) {
        try {
            return ConfigReader.parse(
                    QUICK + (tables.isEmpty() ? "" : "tables:\n" + tables),
                    "kalends.yaml",
                    Path.of("."),
                    Map.of());
        } catch (ConfigException e) {
            throw new IllegalArgumentException(tables, e);
        }
    }

    public static Maintenance maintenance(
            String url, Config config, String at, @Nullable PartitionArchive archive) {
        return new Maintenance(
                Target.parse(url, ""),
                config,
                Clock.fixed(Instant.parse(at), ZoneOffset.UTC),
                new StopSignal(),
                event -> {},
                archive);
    }

    /// One tick without a yes.
    public static TickReport tick(String url, String tables, String at) {
        return maintenance(url, config(tables), at, null)
                .run(List.of(), EnumSet.allOf(MaintenanceWork.class), Tick.Consent.NOT_GIVEN);
    }

    /// One tick with a yes.
    public static TickReport agreedTick(
            String url, String tables, String at, @Nullable PartitionArchive archive) {
        return maintenance(url, config(tables), at, archive)
                .run(List.of(), EnumSet.allOf(MaintenanceWork.class), Tick.Consent.GIVEN);
    }

    public static TickReport plan(String url, String tables, String at) {
        return maintenance(url, config(tables), at, null)
                .plan(List.of(), EnumSet.allOf(MaintenanceWork.class));
    }

    /// What went wrong, in all tables.
    public static List<String> failures(TickReport report) {
        List<String> failures = new ArrayList<>();
        for (SetReport each : report.tables()) {
            each.failures().forEach(failure -> failures.add(failure.code() + " " + failure.what()));
        }
        return failures;
    }

    /// Names and bounds of a table's partitions, as the catalog has them.
    public static List<List<@Nullable String>> partitions(TestDatabase database, String table) {
        return database.rows(
                """
                select c.relname, pg_get_expr(c.relpartbound, c.oid)
                  from pg_inherits h join pg_class c on c.oid = h.inhrelid
                 where h.inhparent = '%s'::regclass order by 2, 1
                """
                        .formatted(table.replace("'", "''")));
    }

    /// Takes a partitioned table over, as an adoption does.
    ///
    /// @param table as the configuration writes it
    /// @param format of the key, as the journal has it
    public static void take(
            TestDatabase database,
            String table,
            String key,
            String format,
            String every,
            String zone) {
        QualifiedName name = TableNames.parse(table);
        Scheme scheme =
                new Scheme.TimeRange(
                        Identifier.of(key),
                        format,
                        ZoneId.of(zone),
                        Interval.parse(every),
                        PartitionNames.standard(),
                        Scheme.KeyCollation.KEPT,
                        null);
        long oid =
                database.number(
                        "select '%s'::regclass::oid::bigint"
                                .formatted(name.render().replace("'", "''")));
        try (Session session = Session.open(Target.parse(database.url(), ""), "test")) {
            Journal.upgrade(session);
            PartitionSets.take(session, new SetSpec(name, scheme, 3, List.of()), oid, null);
        }
    }
}
