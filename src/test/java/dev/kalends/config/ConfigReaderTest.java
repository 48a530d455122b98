package dev.kalends.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.kalends.calendar.Interval;
import dev.kalends.calendar.PartitionNames;
import dev.kalends.sql.Identifier;
import dev.kalends.sql.QualifiedName;
import dev.kalends.unit.ByteSize;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigReaderTest {
    private static final QualifiedName EVENT = QualifiedName.of("public", "Event");

    @TempDir Path directory;

    @Test
    void readsEverySetting() throws ConfigException {
        Config config =
                parse(
                        """
                        database: postgresql://kalends@localhost:5432/messaging
                        diskFree: 50GB
                        tables:
                          - table: Event
                            partition: {by: range, key: createdAt, every: weekly, ahead: 5, timeZone: Europe/Berlin, names: "p_{table}_{period}"}
                            layout: {clusterBy: [churchId, createdAt]}
                        copy: {sessions: 4, chunkBytes: 32MB, sortMemory: 1 GB}
                        switch: {lockTimeout: 300ms, attempts: 7, retryPause: 2s, rowsInLockMax: 50}
                        throttle: {replicaLag: 5s, replicaLagBytes: 1GB, longTransaction: 1 h, window: "01:00-05:00"}
                        cleanup: {grace: 2 days}
                        """);

        assertThat(config)
                .isEqualTo(
                        new Config(
                                "postgresql://kalends@localhost:5432/messaging",
                                List.of(
                                        new TableConfig(
                                                EVENT,
                                                PartitionConfig.of(
                                                        new Identifier("createdAt"),
                                                        Interval.WEEK,
                                                        5,
                                                        ZoneId.of("Europe/Berlin"),
                                                        new PartitionNames("p_{table}_{period}")),
                                                new LayoutConfig(
                                                        List.of(
                                                                new Identifier("churchId"),
                                                                new Identifier("createdAt"))))),
                                new CopyConfig(
                                        4, ByteSize.ofMegabytes(32), ByteSize.ofMegabytes(1024)),
                                new SwitchConfig(
                                        Duration.ofMillis(300), 7, Duration.ofSeconds(2), 50),
                                new ThrottleConfig(
                                        Duration.ofSeconds(5),
                                        ByteSize.ofMegabytes(1024),
                                        Duration.ofHours(1),
                                        TimeWindow.parse("01:00-05:00")),
                                new CleanupConfig(Duration.ofDays(2)),
                                ByteSize.parse("50GB")));
    }

    @Test
    void takesDefaultsForWhatIsLeftOutOrHasNoValue() throws ConfigException {
        Config config =
                parse(
                        """
                        tables:
                          - table: Event
                            partition: {key: createdAt, every: month}
                        copy:
                        switch: {attempts: }
                        """);

        assertThat(config.table(EVENT))
                .isEqualTo(
                        new TableConfig(
                                EVENT,
                                PartitionConfig.of(new Identifier("createdAt"), Interval.MONTH),
                                LayoutConfig.defaults()));
        assertThat(config.table(EVENT.sibling("event"))).isNull();
        assertThat(config.copy()).isEqualTo(CopyConfig.defaults());
        assertThat(config.switching()).isEqualTo(SwitchConfig.defaults());
        assertThat(parse("{}")).isEqualTo(Config.defaults());
    }

    @Test
    void readsTheScheduleAndWhatItLeavesOut() throws ConfigException {
        assertThat(
                        parse(
                                        """
                                        schedule:
                                          create: "*/5 * * * *"
                                          lifecycle: "0 3 * * SUN"
                                          timeZone: Europe/Berlin
                                          window: "01:00-05:00 Europe/Berlin"
                                          nodePolling: 500ms
                                        """)
                                .schedule())
                .isEqualTo(
                        new ScheduleConfig(
                                Cron.parse("*/5 * * * *"),
                                Cron.parse("0 3 * * 0"),
                                ZoneId.of("Europe/Berlin"),
                                TimeWindow.parse("01:00-05:00 Europe/Berlin"),
                                Duration.ofMillis(500)));
        assertThat(parse("schedule: {nodePolling: 2s}").schedule())
                .isEqualTo(ScheduleConfig.defaults());
        assertThat(parse("schedule: {create: }").schedule()).isEqualTo(ScheduleConfig.defaults());
    }

    @Test
    void reportsEveryMistakeOfASchedule() {
        assertThat(
                        failure(
                                """
                                schedule:
                                  create: "*/61 * * * *"
                                  lifecycle: 30
                                  timeZone: Europe/Berln
                                  zone: UTC
                                """))
                .hasMessage(
                        """
                        kalends.yaml:2:11: schedule.create: Cannot read "*/61 * * * *" as a time of cron: "*/61" has a step that is not 1 to 59 of the minute
                        kalends.yaml:3:14: schedule.lifecycle: expected a time of cron such as "*/10 * * * *", in quotes, found a number
                        kalends.yaml:4:13: schedule.timeZone: Cannot read "Europe/Berln" as a time zone: did you mean Europe/Berlin?
                        kalends.yaml:5:3: schedule.zone: unknown key; known: create, lifecycle, timeZone, window, nodePolling\
                        """);
    }

    @Test
    void reportsFiveMistakesInTheOrderOfTheFile() {
        ConfigException exception =
                failure(
                        """
                        tables:
                          - table: Event
                            partition: {by: heap, key: createdAt, evry: month}
                        copy:
                          sessions: 17
                        cleanup: {grace: 24}
                        """);

        assertThat(exception)
                .hasMessage(
                        """
                        kalends.yaml:3:16: tables[0].partition.every: is missing
                        kalends.yaml:3:21: tables[0].partition.by: "heap" is not one of: range, hash, list
                        kalends.yaml:3:43: tables[0].partition.evry: unknown key; known: by, key, every, format, partitions, values, default, collate, timeCheck, then, ahead, timeZone, names; did you mean every?
                        kalends.yaml:5:13: copy.sessions: must be 1 to 16
                        kalends.yaml:6:18: cleanup.grace: expected a duration with its unit such as 200ms, 10s or 24 h, found a number\
                        """);
        assertThat(exception.problems()).hasSize(5);
        assertThat(exception.problems().get(3))
                .isEqualTo(new Problem("kalends.yaml", 5, 13, "copy.sessions", "must be 1 to 16"));
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            value = {
                "tables: 1|1:9: tables: expected a list, found a number",
                "tables: [Event]|1:10: tables[0]: expected keys (table, partition, unique, references, withoutPrimaryKey, acknowledge, layout, lifecycle), found text",
                "copy: []|1:7: copy: expected keys (sessions, chunkBytes, sortMemory), found a list",
                "copy: {sessions: two}|1:18: copy.sessions: expected a whole number, found text",
                "copy: {sessions: 0x2}|1:18: copy.sessions: Cannot read \"0x2\" as a whole number: write decimal digits, up to 2147483647",
                "copy: {sessions: 2.0}|1:18: copy.sessions: expected a whole number, found a number",
                "copy: {sessions: 99999999999}|1:18: copy.sessions: Cannot read \"99999999999\" as a whole number: write decimal digits, up to 2147483647",
                "copy: {sessions: !foo 2}|1:18: copy.sessions: expected a whole number, found the tag !foo",
                "copy: !foo {sessions: 2}|1:7: copy: expected keys (sessions, chunkBytes, sortMemory), found the tag !foo",
                "copy: {sessions: 2, sessions: 3}|1:21: copy.sessions: duplicate key; it is in line 1 already",
                "diskFree: 10 XB|1:11: diskFree: Cannot read \"10 XB\" as a size: the units are B, kB, MB, GB, TB and PB, for example 64MB, 1.5 GB or 512 kB",
                "diskFree: true|1:11: diskFree: expected a size with its unit such as 64MB or 1.5 GB, found true or false",
                "database: ' '|1:11: database: must not be empty; leave it out instead",
                "databse: x|1:1: databse: unknown key; known: database, diskFree, tables, copy, switch, throttle, cleanup, schedule, archive, smoke, prices; did you mean database?",
                "archives: x|1:1: archives: unknown key; known: database, diskFree, tables, copy, switch, throttle, cleanup, schedule, archive, smoke, prices; did you mean archive?",
                "- table|1:1: expected keys (database, diskFree, tables, copy, switch, throttle, cleanup, schedule, archive, smoke, prices), found a list",
            },
            delimiter = '|')
    void saysWhereAndWhatIsWrong(String yaml, String problem) {
        assertThat(failure(yaml)).hasMessage("kalends.yaml:" + problem);
    }

    @Test
    void reportsWhatATableLacks() {
        assertThat(failure("tables: [{}, {table: Event, partition: {}}]"))
                .hasMessage(
                        """
                        kalends.yaml:1:10: tables[0].table: is missing
                        kalends.yaml:1:10: tables[0].partition: is missing
                        kalends.yaml:1:40: tables[1].partition.key: is missing
                        kalends.yaml:1:40: tables[1].partition.every: is missing\
                        """);
    }

    @Test
    void reportsATableThatIsListedTwiceUnderTwoSpellings() {
        assertThat(
                        failure(
                                """
                                tables:
                                  - {table: Event, partition: {key: at, every: month}}
                                  - {table: event, partition: {key: at, every: month}}
                                  - {table: public.Event, partition: {key: at, every: day}}
                                """))
                .hasMessage(
                        "kalends.yaml:4:13: tables[2].table: duplicate table; it is in line 2 already");
    }

    @Test
    void reportsAColumnThatIsListedTwice() {
        assertThat(
                        failure(
                                "tables: [{table: E, partition: {key: at, every: day}, layout: {clusterBy: [a, b, a]}}]"))
                .hasMessage(
                        "kalends.yaml:1:75: tables[0].layout.clusterBy: a column is named twice");
    }

    @Test
    void allowsThirtyTwoColumnsToClusterByAndNotOneMore() throws ConfigException {
        String yaml =
                "tables: [{table: E, partition: {key: at, every: day}, layout: {clusterBy: [c0%s]}}]";
        String thirtyOneMore = more("c%d", 31);

        assertThat(parse(yaml.formatted(thirtyOneMore)).tables().getFirst().layout().clusterBy())
                .hasSize(32);
        assertThat(failure(yaml.formatted(more("c%d", 32))))
                .hasMessageEndingWith("at most 32 columns");
    }

    @ParameterizedTest
    @CsvSource({
        "copy: {sessions: %s}, 1, 16, 0, 17, 1 to 16",
        "copy: {chunkBytes: %s}, 1MB, 10GB, 1023kB, 10241MB, 1 MB to 10 GB",
        "copy: {sortMemory: %s}, 1MB, 1TB, 1023kB, 1025GB, 1 MB to 1 TB",
        "switch: {lockTimeout: %s}, 10ms, 10s, 9ms, 10001ms, 10 ms to 10 s",
        "switch: {attempts: %s}, 1, 10000, 0, 10001, 1 to 10000",
        "switch: {retryPause: %s}, 10ms, 1h, 9ms, 3601s, 10 ms to 1 h",
        "switch: {rowsInLockMax: %s}, 1, 1000000, 0, 1000001, 1 to 1000000",
        "throttle: {replicaLag: %s}, 100ms, 24h, 99ms, 86401s, 100 ms to 1 day",
        "throttle: {replicaLagBytes: %s}, 1MB, 1TB, 1023kB, 1025GB, 1 MB to 1 TB",
        "throttle: {longTransaction: %s}, 1s, 7 days, 999ms, 169h, 1 s to 7 days",
        "cleanup: {grace: %s}, 0s, 365 days, , 8761h, 0 ms to 365 days",
        "schedule: {nodePolling: %s}, 200ms, 1min, 199ms, 60001ms, 200 ms to 1 min",
        "diskFree: %s, 1MB, 1024PB, 1023kB, 1025PB, 1 MB to 1024 PB",
        "'tables: [{table: E, partition: {key: at, every: day, ahead: %s}}]', 1, 120, 0, 121, 1 to 120"
    })
    void allowsTheLimitsThemselvesAndNothingBeyond(
            String yaml, String min, String max, String below, String above, String limits)
            throws ConfigException {
        assertThat(parse(yaml.formatted(min))).isNotNull();
        assertThat(parse(yaml.formatted(max))).isNotNull();
        assertThat(failure(yaml.formatted(above))).hasMessageEndingWith("must be " + limits);
        if (below != null) {
            assertThat(failure(yaml.formatted(below))).hasMessageEndingWith("must be " + limits);
        }
    }

    @Test
    void refusesInARecordWhatItRefusesInAFile() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new CleanupConfig(Duration.ofDays(366)))
                .withMessage("Cannot use 366 days as grace: it must be 0 ms to 365 days");
    }

    @Test
    void takesTextFromTheEnvironmentAndFromFiles() throws Exception {
        Files.writeString(directory.resolve("secret"), "pass}word\n");

        Config config =
                parse(
                        """
                        database: "postgresql://${env:USER_NAME}:${file:secret}@host/$${db}"
                        copy: {sessions: "${env:SESSIONS}"}
                        """,
                        Map.of("USER_NAME", "${env:SESSIONS}", "SESSIONS", "3"));

        assertThat(config.database())
                .isEqualTo("postgresql://${env:SESSIONS}:pass}word@host/${db}");
        assertThat(config.copy().sessions()).isEqualTo(3);
        assertThat(config.toString()).doesNotContain("pass}word");
    }

    @Test
    void namesWhatCannotBeSubstituted() throws Exception {
        Files.write(directory.resolve("binary"), new byte[] {(byte) 0xff});
        Files.writeString(directory.resolve("long"), "x".repeat(Substitution.FILE_BYTES_MAX + 1));

        assertThat(failure("database: \"${env:A}${env:B}${file:nowhere}\""))
                .hasMessage(
                        """
                        kalends.yaml:1:11: database: the environment variable A is not set
                        kalends.yaml:1:11: database: the environment variable B is not set
                        kalends.yaml:1:11: database: there is no file %s\
                        """
                                .formatted(directory.resolve("nowhere")));
        assertThat(failure("database: ${file:binary}"))
                .hasMessageEndingWith("the file binary is not in UTF-8");
        assertThat(failure("database: ${file:long}"))
                .hasMessageEndingWith("long has more than 65536 bytes");
        assertThat(failure("database: ${env:PASSWORD:-hunter2}"))
                .hasMessageContaining("unknown substitution; write ${env:NAME}")
                .message()
                .doesNotContain("hunter2");
        assertThat(failure("database: '${env:A'")).hasMessageContaining("${ without }; write");
    }

    @Test
    void readsASubstitutedFileOfTheGreatestLength() throws Exception {
        Files.writeString(directory.resolve("long"), "x".repeat(Substitution.FILE_BYTES_MAX));

        assertThat(parse("database: ${file:long}").database()).hasSize(Substitution.FILE_BYTES_MAX);
    }

    @ParameterizedTest
    @CsvSource({
        "diskFree: '${env:SECRET}'",
        "copy: {sessions: '${env:SECRET}'}",
        "switch: {lockTimeout: '${env:SECRET}'}",
        "'tables: [{table: E, partition: {by: \"${env:SECRET}\", key: at, every: \"${env:SECRET}\"}}]'"
    })
    void neverPrintsWhatWasSubstituted(String yaml) {
        ConfigException exception = failure(yaml, Map.of("SECRET", "hunter2"));

        assertThat(exception)
                .hasMessageContaining("and that is not what the substitution gives")
                .message()
                .doesNotContain("hunter2");
    }

    @Test
    void saysWhereTheYamlIsBroken() {
        assertThat(failure("copy:\n  names: {table}_{period}\n"))
                .hasMessageStartingWith("kalends.yaml:2:17: no valid YAML: ")
                .hasMessageContaining("may need quotes");
        assertThat(failure("copy: *nowhere")).hasMessageContaining("found undefined alias nowhere");
        assertThat(failure("? [a]\n: b")).hasMessageStartingWith("kalends.yaml: no valid YAML: ");
        assertThat(failure("a: \u0007")).hasMessageStartingWith("kalends.yaml: no valid YAML: ");
        assertThat(failure("{}\n---\n{}")).hasMessageContaining("expected a single document");
    }

    @Test
    void readsNestingAndAliasesUpToTheirLimits() throws ConfigException {
        String tables = "tables: [{table: E, partition: {key: at, every: &m month}}";

        assertThat(parse(tables + more("{table: E%d, partition: {key: at, every: *m}}", 100) + "]"))
                .extracting(config -> config.tables().size())
                .isEqualTo(101);
        assertThat(
                        failure(
                                tables
                                        + more("{table: E%d, partition: {key: at, every: *m}}", 101)
                                        + "]"))
                .hasMessageEndingWith("has more than 100 aliases");
        assertThat(failure("[".repeat(20) + "]".repeat(20))).hasMessageContaining("found a list");
        assertThat(failure("[".repeat(21) + "]".repeat(21)))
                .hasMessage("kalends.yaml:1:21: is nested more than 20 deep");
        assertThat(failure("[".repeat(100_000)))
                .hasMessageEndingWith("is nested more than 20 deep");
        assertThat(failure("tables: &t [*t]"))
                .hasMessageContaining(
                        "tables[0]: expected keys (table, partition, unique, references, withoutPrimaryKey, acknowledge, layout, lifecycle)");
    }

    @Test
    void readsAFileOfTheGreatestLengthAndNoneLonger() throws ConfigException {
        String longest = "{}" + "\n".repeat(YamlText.CHARACTERS_MAX - 2);

        assertThat(parse(longest)).isEqualTo(Config.defaults());
        assertThat(failure(longest + "\n"))
                .hasMessage("kalends.yaml: has more than 262144 characters");
    }

    @Test
    void refusesAnEmptyFileAndReadsOneThatWantsNothing() throws ConfigException {
        assertThat(failure("")).hasMessageStartingWith("kalends.yaml: is empty");
        assertThat(failure("# nothing")).hasMessageStartingWith("kalends.yaml: is empty");
        assertThat(failure("---")).hasMessageEndingWith("found nothing");
        assertThat(parse("tables: []")).isEqualTo(Config.defaults());
    }

    @Test
    void readsAFileAndTakesRelativePathsFromItsFolder() throws Exception {
        Files.writeString(directory.resolve("url"), "postgresql://host/db");
        Path file = Files.writeString(directory.resolve("kalends.yaml"), "database: ${file:url}");

        assertThat(ConfigReader.read(file, Map.of()).database()).isEqualTo("postgresql://host/db");
    }

    @Test
    void saysWhyAFileCannotBeRead() throws Exception {
        Path nowhere = directory.resolve("nowhere.yaml");
        Path binary = Files.write(directory.resolve("binary.yaml"), new byte[] {(byte) 0xff});

        assertThatExceptionOfType(ConfigException.class)
                .isThrownBy(() -> ConfigReader.read(nowhere, Map.of()))
                .withMessage(nowhere + ": there is no such file");
        assertThatExceptionOfType(ConfigException.class)
                .isThrownBy(() -> ConfigReader.read(binary, Map.of()))
                .withMessage(binary + ": cannot be read: it is not in UTF-8");
        assertThatExceptionOfType(ConfigException.class)
                .isThrownBy(() -> ConfigReader.read(directory, Map.of()))
                .withMessageStartingWith(directory + ": cannot be read: ");
    }

    private static String more(String item, int count) {
        StringBuilder items = new StringBuilder();
        for (int i = 1; i <= count; i++) {
            items.append(", ").append(item.replace("%d", Integer.toString(i)));
        }
        return items.toString();
    }

    private Config parse(String yaml) throws ConfigException {
        return parse(yaml, Map.of());
    }

    private Config parse(String yaml, Map<String, String> environment) throws ConfigException {
        return ConfigReader.parse(yaml, "kalends.yaml", directory, environment);
    }

    private ConfigException failure(String yaml) {
        return failure(yaml, Map.of());
    }

    private ConfigException failure(String yaml, Map<String, String> environment) {
        try {
            Config config = parse(yaml, environment);
            throw new AssertionError("Read without a problem: " + config);
        } catch (ConfigException e) {
            return e;
        }
    }
}
