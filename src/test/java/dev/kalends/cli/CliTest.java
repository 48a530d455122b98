package dev.kalends.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class CliTest {
    static Iterable<String> commands() {
        return Cli.commandLine().getSubcommands().keySet();
    }

    @ParameterizedTest
    @MethodSource("commands")
    void helpOfEveryCommandHasExamplesAndExitCodes(String command) {
        CommandRun run = CommandRun.of(command, "--help");

        assertThat(run.exitCode()).isZero();
        assertThat(run.out())
                .contains("Usage: kalends " + command, "Examples:", "Exit codes:", "Options:")
                .containsPattern("Examples:\\R.*kalends " + command);
        assertThat(run.out().lines().mapToInt(String::length).max().orElse(0))
                .isLessThanOrEqualTo(100);
    }

    @ParameterizedTest
    @MethodSource("commands")
    void globalOptionsStandBeforeOrAfterTheCommand(String command) {
        assertThat(CommandRun.of("--output", "json", command, "--help").exitCode()).isZero();
        assertThat(CommandRun.of(command, "--output", "json", "--yes", "--help").exitCode())
                .isZero();
    }

    @Test
    void unknownCommandIsRefusedWithTheNearestOne() {
        CommandRun run = CommandRun.of("migarte", "Event");

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains("USAGE: ", "'migarte'", "Did you mean migrate?");
        assertThat(run.out()).isEmpty();
    }

    @Test
    void unknownOptionIsRefusedWithTheNearestOne() {
        CommandRun run = CommandRun.of("plan", "Event", "--evry", "month");

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err())
                .contains("USAGE: ", "State: Nothing was changed.", "Did you mean --every?");
    }

    @Test
    void nothingShowsTheHelpAsAnError() {
        CommandRun run = CommandRun.of();

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains("Usage: kalends");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--every moon|Cannot read \"moon\" as an interval",
                "--every 0|Cannot use 0 numbers for a partition",
                "--by heap|Cannot read \"heap\" as a method: use range or hash",
                "--by hash|--every does not go with --by hash",
                "--partitions 4|--partitions belongs to --by hash",
                "--format cuid2|Cannot use \"cuid2\" as the format of a key",
                "--ahead 0|Cannot use 0 as ahead: it must be 1 to 120",
                "--ahead some|Cannot read \"some\" as a whole number",
                "--time-zone Europe/Berln|did you mean Europe/Berlin?",
                "--cluster-by a,a|a column is named twice",
                "--sessions 17|Cannot use 17 as sessions: it must be 1 to 16",
                "--chunk-bytes 64|Cannot read \"64\" as a size",
                "--window 1-2|Cannot read \"1-2\" as a window",
                "--lock-timeout 11s|Cannot use 11 s as lockTimeout: it must be 10 ms to 10 s",
                "--output xml|Cannot read \"xml\" as a format: use text or json",
            })
    void anUnusableOptionSaysWhatIsPossible(String example) {
        String[] parts = example.split("\\|", -1);
        String[] option = parts[0].split(" ", -1);

        CommandRun run =
                CommandRun.of(
                        "plan", "Event", "--key", "at", "--every", "month", option[0], option[1]);

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).startsWith("USAGE: ").contains(parts[1]).contains("Next: ");
    }

    @Test
    void jsonErrorsAreOneObjectOnStandardOutput() {
        CommandRun run = CommandRun.of("status", "--output", "json");

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).isEmpty();
        JsonNode error = run.json().get("error");
        assertThat(error.get("code").asString()).isEqualTo("USAGE");
        assertThat(error.get("what").asString()).isEqualTo("Nothing says which database.");
        assertThat(error.get("state").asString()).isEqualTo("Nothing was changed.");
        assertThat(error.get("next").asString()).contains("--database", "KALENDS_DATABASE");
    }

    @Test
    void jsonErrorsOfTheWordsThemselvesHaveTheSameShape() {
        CommandRun run = CommandRun.of("--output=json", "plan");

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.json().get("error").get("what").asString())
                .isEqualTo("Missing required parameter: 'TABLE'.");
    }

    @Test
    void aServerThatIsNotThereFailsWithoutAStackTrace() {
        CommandRun run =
                CommandRun.in(
                        Path.of("target"),
                        Map.of("KALENDS_DATABASE", "postgresql://me:secret@127.0.0.1:1/nothing"),
                        "status");

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err())
                .startsWith(
                        "CONNECTION_FAILED: Cannot connect to postgresql://me@127.0.0.1:1/nothing")
                .doesNotContain("secret", "\tat ");
    }

    @Test
    void aBrokenAddressIsRefusedWithoutThePassword() {
        CommandRun run = CommandRun.of("status", "--database", "mysql://me:secret@host/db");

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err())
                .contains("USAGE: Cannot read the database address; expected postgresql://")
                .doesNotContain("secret");
    }

    @Test
    void completionNamesEveryCommand() {
        assertThat(CommandRun.of("completion").out()).contains(commands());
    }
}
