package dev.kalends.fleet.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.kagkarlsson.scheduler.task.ExecutionComplete;
import com.github.kagkarlsson.scheduler.task.schedule.CronSchedule;
import com.github.kagkarlsson.scheduler.task.schedule.CronStyle;
import dev.kalends.config.Cron;
import java.time.Instant;
import java.time.ZoneId;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What the scheduler makes of an expression that the configuration takes.
class CronTimesTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "*/10 * * * *|UTC|2024-05-17T12:10:00Z",
                "30 2 * * *|UTC|2024-05-18T02:30:00Z",
                "30 2 * * *|Europe/Berlin|2024-05-18T00:30:00Z",
                "5,15-45/10 8-18/2 * * *|UTC|2024-05-17T12:05:00Z",
                // The 17th of May 2024 is a Friday.
                "0 0 * * MON|UTC|2024-05-20T00:00:00Z",
                "0 0 * * 0|UTC|2024-05-19T00:00:00Z",
                "0 0 * * 7|UTC|2024-05-19T00:00:00Z",
                "0 0 * * 6-7|UTC|2024-05-18T00:00:00Z",
                "0 0 * * 0-7|UTC|2024-05-18T00:00:00Z",
                "0 0 * JAN-MAR *|UTC|2025-01-01T00:00:00Z",
                "0 0 29 2 *|UTC|2028-02-29T00:00:00Z",
                // A day of either kind counts.
                "0 0 31 * MON|UTC|2024-05-20T00:00:00Z",
                "0 0 30 2 1|UTC|2025-02-03T00:00:00Z"
            })
    void comesNext(String expression, String zone, Instant next) {
        assertThat(next(expression, zone, Instant.parse("2024-05-17T12:00:00Z"))).isEqualTo(next);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                // The clocks of Berlin went from 02:00 to 03:00 on the 31st of March 2024,
                "30 2 * * *|2024-03-30T12:00:00Z|2024-04-01T00:30:00Z",
                "*/30 * * * *|2024-03-31T00:30:00Z|2024-03-31T01:00:00Z",
                // and from 03:00 to 02:00 on the 27th of October.
                "30 2 * * *|2024-10-26T12:00:00Z|2024-10-27T00:30:00Z",
                "30 2 * * *|2024-10-27T00:30:00Z|2024-10-28T01:30:00Z",
                "*/30 * * * *|2024-10-27T00:30:00Z|2024-10-27T01:00:00Z"
            })
    void leavesOutATimeThatDoesNotExistAndTakesOneThatComesTwiceOnce(
            String expression, Instant after, Instant next) {
        assertThat(next(expression, "Europe/Berlin", after)).isEqualTo(next);
    }

    private static Instant next(String expression, String zone, Instant after) {
        return new CronSchedule(
                        Cron.parse(expression).expression(), ZoneId.of(zone), CronStyle.UNIX)
                .getNextExecutionTime(ExecutionComplete.simulatedSuccess(after));
    }
}
