package dev.kalends.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ServeCommandTest {
    private static final Logger LOG = LoggerFactory.getLogger("dev.kalends.test");

    @Test
    void refusesToServeADashboard() {
        CommandRun run = CommandRun.of("serve");

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err())
                .contains(
                        "USAGE: This version has no dashboard.",
                        "Next: Run kalends serve --no-web.");
    }

    @Test
    void refusesAScheduleThatCannotBeReadBeforeItLogs() {
        CommandRun run = CommandRun.of("serve", "--no-web", "--config", "nowhere.yaml");

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).startsWith("CONFIGURATION: ");
    }

    @Test
    void logsAnObjectForEachEvent() {
        List<String> lines = logged(Output.JSON).lines().toList();

        assertThat(lines).hasSize(2);
        JsonNode done = new JsonMapper().readTree(lines.getFirst());
        assertThat(done.get("at").asString()).matches("\\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z");
        assertThat(done.get("level").asString()).isEqualTo("INFO");
        assertThat(done.get("node").asString()).isEqualTo("host:1");
        assertThat(done.get("table").asString()).isEqualTo("public.\"Event\"");
        assertThat(done.get("message").asString()).isEqualTo("made 2 partitions");
        assertThat(done.has("failure")).isFalse();
        assertThat(new JsonMapper().readTree(lines.getLast()).get("failure").asString())
                .isEqualTo("cannot\nlook; because: no route");
    }

    @Test
    void logsALineForEachEventOnATerminal() {
        assertThat(logged(Output.TEXT).lines().map(line -> line.substring(line.indexOf('Z') + 1)))
                .containsExactly(
                        " INFO  public.\"Event\": made 2 partitions",
                        " ERROR failed: cannot look; because: no route");
    }

    private static String logged(Output output) {
        ByteArrayOutputStream stream = new ByteArrayOutputStream();
        LOG.info("before it is open");
        try (DaemonLog _ =
                new DaemonLog(
                        new PrintStream(stream, true, StandardCharsets.UTF_8),
                        new LogLines(output, "host:1"))) {
            LoggerFactory.getLogger("org.library").info("chatter");
            LOG.atInfo().addKeyValue("table", "public.\"Event\"").log("made {} partitions", 2);
            LOG.error(
                    "failed",
                    new IllegalStateException(
                            "cannot\nlook", new IllegalStateException("no route")));
        }
        LOG.info("after it is closed");
        return stream.toString(StandardCharsets.UTF_8);
    }
}
