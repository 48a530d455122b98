package dev.kalends.demo.messaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class LatenciesTest {
    private static final Instant NOON = Instant.parse("2026-03-17T12:00:00Z");

    @Test
    void quantilesAreWithinASixteenth() {
        Latencies latencies = new Latencies(1);
        for (int i = 1; i <= 1000; i++) {
            latencies.end(0, NOON, Duration.ofMillis(i).toNanos());
        }

        assertThat(latencies.quantile(0.5).toMillis()).isBetween(500L, 532L);
        assertThat(latencies.quantile(0.99).toMillis()).isBetween(990L, 1052L);
        assertThat(latencies.longest()).isEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void findsTheLongestOfAnInterval() {
        Latencies latencies = new Latencies(1);
        latencies.end(0, NOON, Duration.ofMillis(100).toNanos());
        latencies.end(0, NOON.plusSeconds(1), Duration.ofMillis(20).toNanos());
        latencies.end(0, NOON.plusSeconds(2), Duration.ofMillis(4).toNanos());

        assertThat(latencies.longest(NOON.plusMillis(99), NOON.plusSeconds(9)))
                .isEqualTo(Duration.ofMillis(100));
        assertThat(latencies.longest(NOON.plusMillis(100), NOON.plusSeconds(9)))
                .isEqualTo(Duration.ofMillis(20));
        assertThat(latencies.longest(NOON.plusSeconds(2), NOON.plusSeconds(9)))
                .isEqualTo(Duration.ZERO);
    }

    @Test
    void anOperationUnderWayCounts() {
        Latencies latencies = new Latencies(1);
        latencies.begin(0, System.nanoTime() - Duration.ofSeconds(3).toNanos());

        assertThat(latencies.longest()).isGreaterThanOrEqualTo(Duration.ofSeconds(3));
    }
}
