package dev.kalends.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kalends.sql.QualifiedName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class ConfigurationPageTest {
    private static final Path PAGE = Path.of("docs/configuration.md");
    private static final Pattern ROW = Pattern.compile("(?m)^\\| `(\\w+)` \\|(.*)$");

    @Test
    void listsEveryKeyInTheOrderOfTheReader() throws IOException {
        List<String> known = new ArrayList<>();
        for (Section section : Section.values()) {
            known.addAll(section.keys());
        }
        List<String> listed = new ArrayList<>();
        Matcher row = ROW.matcher(Files.readString(PAGE));
        while (row.find()) {
            listed.add(row.group(1));
        }

        assertThat(listed).isEqualTo(known);
    }

    @Test
    void namesTheLimits() throws IOException {
        Map<String, Limits<?>> limits =
                Map.ofEntries(
                        Map.entry("diskFree", Config.DISK_FREE),
                        Map.entry("ahead", PartitionConfig.AHEAD),
                        Map.entry("sessions", CopyConfig.SESSIONS),
                        Map.entry("chunkBytes", CopyConfig.CHUNK_BYTES),
                        Map.entry("sortMemory", CopyConfig.SORT_MEMORY),
                        Map.entry("lockTimeout", SwitchConfig.LOCK_TIMEOUT),
                        Map.entry("attempts", SwitchConfig.ATTEMPTS),
                        Map.entry("retryPause", SwitchConfig.RETRY_PAUSE),
                        Map.entry("rowsInLockMax", SwitchConfig.ROWS_IN_LOCK_MAX),
                        Map.entry("replicaLag", ThrottleConfig.REPLICA_LAG),
                        Map.entry("replicaLagBytes", ThrottleConfig.REPLICA_LAG_BYTES),
                        Map.entry("longTransaction", ThrottleConfig.LONG_TRANSACTION),
                        Map.entry("grace", CleanupConfig.GRACE));
        Matcher row = ROW.matcher(Files.readString(PAGE));
        while (row.find()) {
            Limits<?> expected = limits.get(row.group(1));
            if (expected != null) {
                assertThat(row.group(2)).contains("| " + expected.words() + " |");
            }
        }
    }

    @Test
    void showsAnExampleThatReads() throws IOException, ConfigException {
        String page = Files.readString(PAGE);
        int from = page.indexOf("```yaml\n") + "```yaml\n".length();
        String example = page.substring(from, page.indexOf("```", from));

        Config config = ConfigReader.parse(example, "example", Path.of("."), Map.of());

        assertThat(config.table(QualifiedName.of("audit", "Event.Log"))).isNotNull();
        assertThat(config.copy()).isEqualTo(CopyConfig.defaults());
        assertThat(config.switching()).isEqualTo(SwitchConfig.defaults());
        assertThat(config.cleanup()).isEqualTo(CleanupConfig.defaults());
    }
}
