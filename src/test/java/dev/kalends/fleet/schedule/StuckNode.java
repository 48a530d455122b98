package dev.kalends.fleet.schedule;

import dev.kalends.config.Cron;
import dev.kalends.config.ScheduleConfig;
import dev.kalends.fleet.FakeTicker;
import dev.kalends.fleet.Node;
import dev.kalends.pg.Target;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneId;
import java.util.concurrent.CountDownLatch;

/// A process whose tick never ends, to be killed.
final class StuckNode {
    static final String NAME = "stuck";

    private StuckNode() {}

    public static void main(String[] arguments) {
        CountDownLatch never = new CountDownLatch(1);
        FakeTicker ticker =
                new FakeTicker(
                        FakeTicker.numbered(1),
                        table -> {
                            try {
                                never.await();
                            } catch (InterruptedException e) {
                                Thread.currentThread().interrupt();
                            }
                        });
        ScheduledNode.start(
                new Node(NAME),
                Target.parse(arguments[0], ""),
                yearly("0 0 1 1 *"),
                ticker,
                Clock.systemUTC(),
                Duration.ofSeconds(1));
    }

    /// Work so rare that nothing is due unless a test says so.
    static ScheduleConfig yearly(String create) {
        return new ScheduleConfig(
                Cron.parse(create),
                Cron.parse("0 0 1 1 *"),
                ZoneId.of("UTC"),
                null,
                Duration.ofMillis(200));
    }
}
