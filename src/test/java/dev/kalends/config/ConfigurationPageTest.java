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
        List<Key> keys = new ArrayList<>();
        for (Section section : Section.values()) {
            keys.addAll(Keys.of(section));
        }
        Matcher row = ROW.matcher(Files.readString(PAGE));
        for (Key key : keys) {
            assertThat(row.find()).isTrue();
            if (key.limits() != null) {
                assertThat(row.group(2))
                        .as(key.name())
                        .contains("| " + key.limits().words() + " |");
            }
        }
    }

    @Test
    void tellsEveryWordOfASetting() throws IOException {
        Matcher row = ROW.matcher(Files.readString(PAGE));
        for (Section section : Section.values()) {
            for (Key key : Keys.of(section)) {
                assertThat(row.find()).isTrue();
                if (key.shape() instanceof Key.Shape.Single(Scalar<?> kind, Limits<?> _)) {
                    for (String word : kind.words()) {
                        assertThat(row.group(2)).as(key.name()).contains("`" + word + "`");
                    }
                }
            }
        }
    }

    @Test
    void showsExamplesThatRead() throws IOException, ConfigException {
        String page = Files.readString(PAGE);
        int read = 0;
        for (int at = page.indexOf("```yaml\n"); at >= 0; at = page.indexOf("```yaml\n", at)) {
            at += "```yaml\n".length();
            String example = page.substring(at, page.indexOf("```", at));
            if (!example.contains("${file:")) {
                ConfigReader.parse(example, "example", Path.of("."), Map.of());
                read++;
            }
        }
        assertThat(read).isEqualTo(9);
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
        assertThat(config.schedule()).isEqualTo(ScheduleConfig.defaults());
    }
}
