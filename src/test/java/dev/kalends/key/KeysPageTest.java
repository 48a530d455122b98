package dev.kalends.key;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kalends.sql.Identifier;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class KeysPageTest {
    private static final Path PAGE = Path.of("docs/keys.md");
    private static final Pattern BOUNDARY =
            Pattern.compile("(?m)^\\| `([a-z0-9-]+)` \\| `(\\S+)` \\|$");
    private static final LocalDateTime JANUARY = LocalDateTime.parse("2024-01-01T00:00");

    @Test
    void showsTheBoundariesThatAreCut() throws IOException {
        Matcher row = BOUNDARY.matcher(Files.readString(PAGE));
        int rows = 0;
        while (row.find()) {
            rows++;
            assertThat(KeyCodec.of(row.group(1)).bound(JANUARY, ZoneOffset.UTC).text())
                    .isEqualTo(row.group(2));
        }

        assertThat(rows).isEqualTo(8);
    }

    @Test
    void namesEveryFormat() throws IOException {
        String page = Files.readString(PAGE);

        for (IdFormat format : IdFormat.values()) {
            assertThat(page).containsPattern("(?m)^\\| .*`" + format.code() + "`.* \\|$");
        }
        for (KeyType type : KeyType.values()) {
            assertThat(page).contains("| `" + type.code() + "` |");
        }
        assertThat(page).contains(KeyCodec.of("snowflake").code());
    }

    @Test
    void showsTheExpressionThatTheDatabaseIsAskedWith() throws IOException {
        String asked = KeyCodec.of("cuid").wellFormed(Identifier.of("id")).render();

        assertThat(Files.readString(PAGE))
                .contains(
                        asked.replace(
                                "(CAST (\"id\" AS text) COLLATE pg_catalog.\"C\")",
                                "\"id\" COLLATE \"C\""));
    }
}
