package dev.kalends.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.kalends.archive.EveryType;
import dev.kalends.config.Config;
import dev.kalends.config.ConfigException;
import dev.kalends.config.ConfigReader;
import dev.kalends.config.TableNames;
import dev.kalends.execute.StopSignal;
import dev.kalends.maintain.Restoration;
import dev.kalends.maintain.Tick;
import dev.kalends.maintain.TickReport;
import dev.kalends.pg.Target;
import dev.kalends.plan.MaintenanceWork;
import dev.kalends.testing.MaintainedTables;
import dev.kalends.testing.OldestAndNewest;
import dev.kalends.testing.SchemaDump;
import dev.kalends.testing.TestDatabase;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;

/// Archived, dropped and restored, a database dumps as before.
class EveryTypeDumpIT {
    private static final String AT = "2026-02-10T00:00:00Z";
    private static final String LATER = "2026-06-10T00:00:00Z";

    @TempDir Path folder;

    @OldestAndNewest
    void dumpsAsBeforeWhenItIsBack(TestDatabase database) throws ConfigException {
        assumeTrue(
                SchemaDump.canDump(database),
                "pg_dump is missing, or older than PostgreSQL " + database.server().major());
        EveryType.createPartitioned(database);
        EveryType.fill(database, "every");
        MaintainedTables.take(database, "every", "at", "timestamp", "month", "UTC");
        Clock clock = Clock.fixed(Instant.parse(LATER), ZoneOffset.UTC);
        Config config =
                ConfigReader.parse(
                        """
                        archive: {store: 'file:%s'}
                        tables:
                          - table: every
                            partition: {key: at, every: month, ahead: 3}
                            lifecycle: {retain: 3 months}
                        """
                                .formatted(folder),
                        "kalends.yaml",
                        folder,
                        Map.of());
        try (ArchiveAccess archive = new ArchiveAccess(config, folder, clock, "test")) {
            assertThat(MaintainedTables.failures(tick(database, config, AT, archive))).isEmpty();
            // The partitions that the later tick makes are there before.
            assertThat(
                            MaintainedTables.failures(
                                    MaintainedTables.maintenance(
                                                    database.url(), config, LATER, archive)
                                            .run(
                                                    List.of(),
                                                    EnumSet.of(MaintenanceWork.CREATE),
                                                    Tick.Consent.GIVEN)))
                    .isEmpty();
            List<String> before = SchemaDump.whole(database);
            assertThat(before).hasSizeGreaterThan(30_005);

            assertThat(MaintainedTables.failures(tick(database, config, LATER, archive))).isEmpty();
            assertThat(database.value("select to_regclass('every_2026_01') is null"))
                    .isEqualTo("t");
            List<Archiving.Outcome> back =
                    new Restoring(
                                    Target.parse(database.url(), ""),
                                    config,
                                    clock,
                                    new StopSignal(),
                                    archive)
                            .restore(
                                    new Archiving.Selection(
                                            List.of(TableNames.parse("every")), null, null),
                                    Restoration.Orphans.LISTED,
                                    1);

            assertThat(back).isNotEmpty().allMatch(each -> each.failure() == null);
            assertThat(SchemaDump.whole(database)).containsExactlyElementsOf(before);
        }
    }

    private static TickReport tick(
            TestDatabase database, Config config, String at, ArchiveAccess archive) {
        return MaintainedTables.maintenance(database.url(), config, at, archive)
                .run(List.of(), EnumSet.allOf(MaintenanceWork.class), Tick.Consent.GIVEN);
    }
}
