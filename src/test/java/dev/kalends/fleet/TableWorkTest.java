package dev.kalends.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kalends.config.Cron;
import dev.kalends.config.ScheduleConfig;
import dev.kalends.config.TimeWindow;
import dev.kalends.plan.MaintenanceWork;
import dev.kalends.sql.QualifiedName;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import org.junit.jupiter.api.Test;

class TableWorkTest {
    private static final Instant NOON = Instant.parse("2024-05-17T12:00:00Z");
    private static final ScheduleConfig AT_NIGHT =
            new ScheduleConfig(
                    Cron.parse("*/10 * * * *"),
                    Cron.parse("0 2 * * *"),
                    ZoneId.of("UTC"),
                    TimeWindow.parse("01:00-05:00"),
                    Duration.ofSeconds(2));

    private final FakeTicker ticker =
            new FakeTicker(
                    List.of(
                            QualifiedName.of("public", "Event"),
                            QualifiedName.of("audit", "od.d")));

    @Test
    void putsTheLifecycleOffToTheWindowAndNothingElse() {
        assertThat(of(MaintenanceWork.CREATE).begin(NOON)).isEqualTo(NOON);
        assertThat(of(MaintenanceWork.LIFECYCLE).begin(NOON)).isEqualTo("2024-05-18T01:00:00Z");
    }

    @Test
    void ticksTheTableOfAKeyWithOneKindOfWork() {
        TableWork lifecycle = of(MaintenanceWork.LIFECYCLE);

        lifecycle.tick(lifecycle.keys().getLast());

        assertThat(lifecycle.keys()).containsExactly("\"public\".\"Event\"", "\"audit\".\"od.d\"");
        assertThat(ticker.ticked()).containsExactly(QualifiedName.of("audit", "od.d"));
        assertThat(ticker.work()).containsExactly(MaintenanceWork.LIFECYCLE);
    }

    @Test
    void leavesATableAloneThatIsNoLongerUnderMaintenance() {
        of(MaintenanceWork.CREATE).tick("\"public\".\"Gone\"");

        assertThat(ticker.ticked()).isEmpty();
    }

    @Test
    void hasATimeForEachKind() {
        assertThat(of(MaintenanceWork.CREATE).cron()).isEqualTo(Cron.parse("*/10 * * * *"));
        assertThat(of(MaintenanceWork.LIFECYCLE).cron()).isEqualTo(Cron.parse("0 2 * * *"));
    }

    private TableWork of(MaintenanceWork work) {
        return new TableWork(work, AT_NIGHT, ticker);
    }
}
