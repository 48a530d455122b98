package dev.kalends.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kalends.testing.TestServers;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class DemoIT {
    @BeforeAll
    static void findServers() {
        TestServers.useBuildFolder();
    }

    @Test
    void convertsAndGoesBackWithoutLosingAWrite() {
        CommandRun run =
                CommandRun.of(
                        "demo",
                        "--rows",
                        "20000",
                        "--months",
                        "6",
                        "--clients",
                        "2",
                        "--rate",
                        "100",
                        "--rollback",
                        "--output",
                        "json");

        assertThat(run.exitCode()).as(run.err() + run.out()).isZero();
        JsonNode report = run.json();
        assertThat(run.out().lines()).hasSize(1);
        assertThat(report.get("successful").asBoolean()).isTrue();
        assertThat(report.get("rows").asLong()).isGreaterThan(20_000);
        assertThat(report.get("acknowledgedWrites").asLong()).isPositive();
        assertThat(report.get("lost").asLong()).isZero();
        assertThat(report.get("doubled").asLong()).isZero();
        assertThat(report.get("different").asLong()).isZero();
        assertThat(report.get("clientErrors").asLong()).isZero();
        assertThat(report.get("checksumBefore")).isEqualTo(report.get("checksumAfter"));
        assertThat(report.get("switchAttempts").asInt()).isPositive();
        assertThat(report.get("rollback").get("attempts").asInt()).isPositive();
        assertThat(report.get("seconds").has("copying")).isTrue();
        assertThat(report.get("queries").size()).isEqualTo(5);
        assertThat(report.get("queries").get(0).get("before").get("buffers").asLong()).isPositive();
    }

    @Test
    void tellsPeopleWhatWasMeasured() {
        CommandRun run = CommandRun.of("demo", "--rows", "5000", "--months", "3", "--clients", "1");

        assertThat(run.exitCode()).as(run.err() + run.out()).isZero();
        assertThat(run.out())
                .contains("0 lost, 0 doubled, 0 different", "longest wait", "Next: ")
                .contains("by id");
        assertThat(run.out().lines().mapToInt(String::length).max().orElse(0))
                .isLessThanOrEqualTo(100);
    }

    @Test
    void refusesNumbersItCannotUse() {
        CommandRun run = CommandRun.of("demo", "--clients", "65");

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains("USAGE: Cannot use 65 as clients: it must be 1 to 64.");
    }
}
