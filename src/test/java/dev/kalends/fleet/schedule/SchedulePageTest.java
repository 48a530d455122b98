package dev.kalends.fleet.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kalends.config.ConfigException;
import dev.kalends.config.ConfigReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class SchedulePageTest {
    private static final Path PAGE = Path.of("docs/schedule.md");
    private static final Pattern LINK = Pattern.compile("\\]\\((examples/[^)]+)\\)");

    @Test
    void tellsTheLimitsOfANode() throws IOException {
        long silence = ScheduledNode.HEARTBEAT.toSeconds() * ScheduledNode.MISSED_HEARTBEATS;

        assertThat(Files.readString(PAGE))
                .contains(
                        "it says every %d seconds that it is alive; after %d seconds of silence"
                                .formatted(ScheduledNode.HEARTBEAT.toSeconds(), silence))
                // The search for the dead comes with every other heartbeat.
                .contains(
                        "after %d at the latest"
                                .formatted(silence + 2 * ScheduledNode.HEARTBEAT.toSeconds()));
        assertThat(ScheduledNode.TABLES_AT_ONCE).isEqualTo(2);
        assertThat(ScheduledNode.FINISH).hasMinutes(2);
    }

    @Test
    void showsAScheduleThatReadsAndExamplesThatAreThere() throws IOException, ConfigException {
        String page = Files.readString(PAGE);
        int from = page.indexOf("```yaml\n") + "```yaml\n".length();
        String example = page.substring(from, page.indexOf("```", from));
        List<String> linked = LINK.matcher(page).results().map(link -> link.group(1)).toList();

        assertThat(
                        ConfigReader.parse(example, "example", Path.of("."), Map.of())
                                .schedule()
                                .window())
                .isNotNull();
        assertThat(linked).hasSize(6).allMatch(each -> Files.exists(PAGE.resolveSibling(each)));
    }
}
