package dev.kalends.failure;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class ErrorsPageTest {
    private static final Path PAGE = Path.of("docs/errors.md");
    private static final Pattern ROW =
            Pattern.compile("(?m)^\\| `([A-Z_]+)` \\| (\\d) \\| [^|]+ \\| [^|]+ \\|$");

    @Test
    void tellsEveryCodeWithItsExitCode() throws IOException {
        List<String> told =
                ROW.matcher(Files.readString(PAGE))
                        .results()
                        .map(row -> row.group(1) + " " + row.group(2))
                        .toList();

        assertThat(told)
                .isEqualTo(
                        Arrays.stream(FailureCode.values())
                                .map(code -> code.name() + " " + code.exitCode())
                                .toList());
    }
}
