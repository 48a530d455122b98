package dev.kalends.migrate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.kalends.calendar.Interval;
import dev.kalends.catalog.FeatureKind;
import dev.kalends.catalog.Index;
import dev.kalends.catalog.KeyFacts;
import dev.kalends.catalog.ServerFacts;
import dev.kalends.config.Config;
import dev.kalends.failure.FailureCode;
import dev.kalends.failure.KalendsException;
import dev.kalends.plan.Bounds;
import dev.kalends.plan.Partition;
import dev.kalends.plan.Plan;
import dev.kalends.testing.TestTable;
import dev.kalends.unit.ByteSize;
import java.time.LocalDateTime;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class MigrationPlannerTest {
    private static final KeyFacts EMPTY = new KeyFacts(null, null, 0, 0, null);

    private final Planning event = Planning.of(TestTable.event());

    @ParameterizedTest
    @ValueSource(ints = {14, 18})
    void takesTheServersItWasTestedOn(int version) {
        assertThat(event.on(server(version)).plan().steps()).hasSize(9);
    }

    @Test
    void refusesOlderAndNewerServers() {
        assertRefused(
                event.on(server(13)),
                FailureCode.SERVER_NOT_SUPPORTED,
                "PostgreSQL 13.3 is not supported: Kalends converts tables on versions 14 to 18.",
                "Upgrade the server first.");
        assertRefused(
                event.on(server(19)),
                FailureCode.SERVER_NOT_SUPPORTED,
                "PostgreSQL 19.3 is not supported: Kalends converts tables on versions 14 to 18.",
                "Use a Kalends that was tested with it.");
    }

    @Test
    void refusesAReplica() {
        assertRefused(
                event.on(Planning.server(16, ServerFacts.Writability.REPLICA)),
                FailureCode.SERVER_READ_ONLY,
                "The server is a read-only replica.",
                "Give the address of the primary with --database.");
    }

    @Test
    void suggestsColumnsWhenTheKeyIsMissing() {
        TestTable table = TestTable.event().column("day", "date").column("name", "text");

        assertRefused(
                Planning.of(table).by("At", Interval.MONTH),
                FailureCode.KEY_NOT_USABLE,
                "public.event has no column \"At\".",
                "Columns that can be the key: at, day.");
    }

    @Test
    void saysWhenNoColumnCanBeTheKey() {
        TestTable table = new TestTable("public", "event").column("id", "bigint");

        assertRefused(
                Planning.of(table),
                FailureCode.KEY_NOT_USABLE,
                "public.event has no column at.",
                "No column of this table is a date or a timestamp.");
    }

    @Test
    void refusesKeysOfOtherTypes() {
        assertRefused(
                event.by("id", Interval.MONTH),
                FailureCode.KEY_NOT_USABLE,
                "id of public.event cannot be the partition key: its type is bigint, and neither that nor its values show a time.",
                "Choose another column, or say its format: see docs/keys.md.");
    }

    @Test
    void refusesHoursOfADate() {
        assertRefused(
                Planning.of(TestTable.event().column("day", "date")).by("day", Interval.HOUR),
                FailureCode.KEY_NOT_USABLE,
                "day of public.event cannot be the partition key: a date knows no hours; use day or longer.",
                "Choose another column or interval.");
    }

    @Test
    void listsAllMissingRights() {
        assertRefused(
                event.missing("SELECT on the table", "CREATE on the database"),
                FailureCode.PRIVILEGE_MISSING,
                """
                Role kalends lacks what a conversion of public.event needs:
                  - SELECT on the table
                  - CREATE on the database\
                """,
                "Grant it, or connect as the table's owner.");
    }

    @Test
    void countsKeysThatNoPartitionCanHold() {
        TestTable table =
                new TestTable("public", "event")
                        .column("id", "bigint")
                        .nullable("at", "timestamp without time zone");

        assertRefused(
                Planning.of(table).rows(new KeyFacts("-infinity", "2024-04-30", 3, 2, null)),
                FailureCode.REFUSED,
                """
                public.event cannot be converted as it is:
                  - the table has no primary key, so an update or delete cannot be followed: withoutPrimaryKey: insertsOnly converts it if the application only inserts, and refuses anything else meanwhile
                  - 3 rows have no at (NULL)
                  - 2 rows have an infinite at\
                """,
                "Correct the table, then run the same command again.");
    }

    @Test
    void refusesAKeyThatAllowsNullThoughNoRowHasIt() {
        TestTable table = TestTable.event().nullable("at", "timestamp without time zone");

        assertRefused(
                Planning.of(table),
                FailureCode.REFUSED,
                """
                public.event cannot be converted as it is:
                  - at allows NULL, which no partition can hold: ALTER TABLE public.event ALTER COLUMN at SET NOT NULL\
                """,
                "Correct the table, then run the same command again.");
    }

    @ParameterizedTest
    @EnumSource(names = "NOT_NULL")
    void refusesWhatItWouldLose(FeatureKind kind) {
        assertObstacle(
                TestTable.event().feature(kind, "it", "as it is"),
                kind.words() + " it: as it is: not carried over by this version");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
                    RULE             | a rule rewrites statements for this one table; make it a trigger, or drop it
                    INHERITANCE      | a partitioned table neither inherits nor is inherited from; run ALTER TABLE … NO INHERIT first
                    TYPED_TABLE      | the twin would have a type of its own; run ALTER TABLE public.event NOT OF first
                    PERSISTENCE      | a partitioned table is always logged; run ALTER TABLE public.event SET LOGGED first
                    SECURITY_LABEL   | only its provider can say what it means elsewhere; remove it with SECURITY LABEL … IS NULL, and set it again after the conversion
                    ROW_TYPE_USE     | its type is that of the table's rows, and the partitioned table has another; drop the column, or give it another type
                    DEPENDENT        | it would stay with the old table; drop it, and make it again after the conversion
                    EXTENSION_MEMBER | the extension would lose its table; run ALTER EXTENSION it DROP TABLE public.event first
                    ACCESS_METHOD    | partitions are made with heap; run ALTER TABLE public.event SET ACCESS METHOD heap first
                    """)
    void refusesWhatAPartitionedTableCannotHaveWithAReason(FeatureKind kind, String reason) {
        assertObstacle(
                TestTable.event().feature(kind, "it", "as it is"),
                kind.words() + " it: as it is: " + reason);
    }

    @ParameterizedTest
    @EnumSource(
            names = {
                "COLUMN",
                "OWNED_SEQUENCE",
                "CHECK",
                "FOREIGN_KEY",
                "INDEX",
                "OWNER",
                "GRANT",
                "COMMENT",
                "STORAGE_OPTION",
                "IDENTITY",
                "TRIGGER",
                "CONSTRAINT_TRIGGER",
                "EXCLUSION",
                "VIEW",
                "VIEW_RULE",
                "MATERIALIZED_VIEW",
                "FUNCTION",
                "PUBLICATION",
                "ROW_SECURITY",
                "POLICY",
                "COLUMN_GRANT",
                "COLUMN_OPTION",
                "COLUMN_STATISTICS",
                "INDEX_STATISTICS",
                "EXTENDED_STATISTICS",
                "OBJECT_COMMENT",
                "CLUSTERING",
                "REPLICA_IDENTITY",
                "TABLESPACE"
            })
    void takesWhatItCarriesOver(FeatureKind kind) {
        TestTable table = TestTable.event().feature(kind, "it", "as it is");

        assertThat(Planning.of(table).plan().steps()).isNotEmpty();
    }

    @Test
    void refusesCarriedThingsInFormsThatCannotBeCarried() {
        assertObstacle(
                TestTable.event()
                        .feature(FeatureKind.PRIMARY_KEY, "pk", "PRIMARY KEY (id) DEFERRABLE"),
                "primary key pk is deferrable, which ON CONFLICT does not take");
        assertObstacle(
                TestTable.event().feature(FeatureKind.CHECK, "c", "CHECK ((id > 0)) NOT VALID"),
                "check c: CHECK ((id > 0)) NOT VALID is not valid: run ALTER TABLE … VALIDATE CONSTRAINT first");
        assertObstacle(
                TestTable.event().feature(FeatureKind.CHECK, "c", "CHECK ((id > 0)) NO INHERIT"),
                "check c: CHECK ((id > 0)) NO INHERIT: a partitioned table takes no such constraint");
        assertObstacle(
                TestTable.event()
                        .feature(FeatureKind.FOREIGN_KEY, "f", "FOREIGN KEY (id) … NOT ENFORCED"),
                "foreign key f: FOREIGN KEY (id) … NOT ENFORCED is not valid: run ALTER TABLE … VALIDATE CONSTRAINT first");
        assertObstacle(
                TestTable.event().feature(FeatureKind.INDEX, "i", "CREATE INDEX i … INVALID"),
                "index i is not valid: drop it or REINDEX it first");
        assertObstacle(
                TestTable.event().index("u", Index.Kind.UNIQUE, "btree (id)", "id"),
                "unique key u (id) lacks the partition key: say what becomes of it, unique: {\"id\": guard} keeps it unique, composite and drop do not");
    }

    @Test
    void refusesAGeneratedKeyAndUnknownColumnsOfTheLayout() {
        Planning planning =
                Planning.of(TestTable.event().generated("at", "timestamp without time zone"));

        assertRefused(
                planning.by("at", Interval.MONTH, "id", "who"),
                FailureCode.REFUSED,
                """
                public.event cannot be converted as it is:
                  - clusterBy: there is no column who
                  - a generated column cannot be the partition key\
                """,
                "Answer what the list asks for, and remove what it names.");
    }

    @Test
    void comparesTheCopyWithTheDisk() {
        // The heap once more, and the indexes with a fifth on top.
        long needed = TestTable.HEAP_BYTES + TestTable.HEAP_BYTES * 6 / 5;
        Planning large = Planning.of(TestTable.event());

        assertThat(large.plan().estimate().diskBytes()).isEqualTo(needed);
        assertThat(large.with(diskFree(2_000_000)).plan().estimate().copyBytes())
                .isEqualTo(TestTable.HEAP_BYTES);
        assertRefused(
                large.with(diskFree(1_500_000)),
                FailureCode.DISK_TOO_SMALL,
                "The copy of public.event needs about 1.7 MB beside the table, and diskFree says 1.4 MB.",
                "Make room on the server's disk, then correct diskFree.");
    }

    @Test
    void takesADiskOnWhichTheCopyJustFits() {
        long needed = TestTable.HEAP_BYTES + TestTable.HEAP_BYTES * 6 / 5;

        assertThat(event.with(diskFree(needed)).plan().steps()).isNotEmpty();
        assertThat(failure(event.with(diskFree(needed - 1))).code())
                .isEqualTo(FailureCode.DISK_TOO_SMALL);
    }

    @Test
    void coversFromTheLeastKeyToThePartitionsAhead() {
        assertThat(names(event))
                .containsExactly(
                        "event_2024_03", "event_2024_04", "event_2024_05", "event_2024_06");
    }

    @Test
    void coversTheLeastKeyOnBothSidesOfAMonthsEnd() {
        assertThat(names(event.rows(keys("2024-03-31 23:59:59.999999", "2024-05-01 00:00:00"))))
                .startsWith("event_2024_03");
        assertThat(names(event.rows(keys("2024-04-01 00:00:00", "2024-05-01 00:00:00"))))
                .startsWith("event_2024_04");
    }

    @Test
    void countsThePartitionsAheadFromTheClock() {
        assertThat(names(event.at("2024-05-31T23:59:59.999"))).endsWith("event_2024_06");
        assertThat(names(event.at("2024-06-01T00:00"))).endsWith("event_2024_07");
    }

    @Test
    void coversKeysBeyondThePartitionsAhead() {
        assertThat(names(event.rows(keys("2024-05-01 00:00:00", "2024-06-30 23:59:59.999999"))))
                .containsExactly("event_2024_05", "event_2024_06");
        assertThat(names(event.rows(keys("2024-05-01 00:00:00", "2024-07-01 00:00:00"))))
                .containsExactly("event_2024_05", "event_2024_06", "event_2024_07");
    }

    @Test
    void coversTheClockWhenAllKeysAreInTheFuture() {
        assertThat(names(event.rows(keys("2024-07-01 00:00:00", "2024-07-02 00:00:00"))))
                .containsExactly("event_2024_05", "event_2024_06", "event_2024_07");
    }

    @Test
    void beginsAnEmptyTableWithTheClock() {
        assertThat(names(event.rows(EMPTY))).containsExactly("event_2024_05", "event_2024_06");
    }

    @Test
    void leavesNoGapBetweenPartitions() {
        List<Partition> partitions = event.spec().partitions();

        for (int i = 1; i < partitions.size(); i++) {
            assertThat(times(partitions.get(i)).from())
                    .isEqualTo(times(partitions.get(i - 1)).to());
        }
        assertThat(times(partitions.getFirst()).from())
                .isEqualTo(LocalDateTime.parse("2024-03-01T00:00"));
    }

    private static Bounds.Times times(Partition partition) {
        return (Bounds.Times) partition.bounds();
    }

    @Test
    void allowsTenThousandPartitionsAndNoMore() {
        // Current hour 2024-05-17T12, one ahead; 9,998 hours before it give 10,000.
        String least = "2023-03-27 22:00:00";
        Planning hourly = event.by("at", Interval.HOUR);

        assertThat(names(hourly.rows(keys(least, "2024-05-01 00:00:00")))).hasSize(10_000);
        assertRefused(
                hourly.rows(keys("2023-03-27 21:59:59", "2024-05-01 00:00:00")),
                FailureCode.KEY_NOT_USABLE,
                "Keys of public.event reach from 2023-03-27 21:59:59 to 2024-05-01 00:00:00: Cannot cover"
                        + " 2023-03-27T21:59:59 to 2024-05-17T13:00 by hour: that takes 10001 partitions, 10000"
                        + " are allowed; choose day (418 partitions), or look for wrong dates at both ends",
                "Choose longer partitions, or correct the rows at the ends.");
    }

    @Test
    void saysWhatChangesForTheApplication() {
        assertThat(event.plan().consequences())
                .containsExactly(
                        "PRIMARY KEY (id) becomes (id, at): the same id with another at will be accepted.",
                        "ON CONFLICT (id) will fail with 42P10, and so do an ORM's native upserts; ON CONFLICT (id, at) works.",
                        "A violation of a unique key names the partition's index, such as event_2024_03_pkey for event_pkey.",
                        "A violation of any rule names the partition, such as event_2024_03, as the table; foreign keys and CHECKs keep their names.",
                        "Statements that do not name at look into all 4 partitions.",
                        "Rows with at before 2024-03-01 or from 2024-07-01 on will be refused.",
                        "An update that moves a row to another partition can meet 40001 when another session changes the same row at that moment.",
                        "TRUNCATE of the table is refused from the beginning of the conversion to its cleanup.");
    }

    @Test
    void saysNothingOfAPrimaryKeyThatStaysAsItIs() {
        TestTable table = TestTable.event().withoutPrimaryKey().primaryKey("pk", "id", "at");

        assertThat(Planning.of(table).plan().consequences())
                .noneMatch(each -> each.contains("PRIMARY KEY") || each.contains("ON CONFLICT"));
    }

    @Test
    void warnsThatRowsOutOfOrderAreClusteredWithinChunksOnly() {
        Planning clustered = event.by("at", Interval.MONTH, "id");

        assertThat(clustered.rows(correlated(0.79)).plan().consequences())
                .contains(
                        "The rows do not lie in order of at (correlation 0.79): clusterBy orders them only within chunks of 64 MB.");
        assertThat(clustered.rows(correlated(-0.8)).plan().consequences())
                .noneMatch(each -> each.contains("clusterBy"));
        assertThat(clustered.rows(correlated(null)).plan().consequences())
                .noneMatch(each -> each.contains("clusterBy"));
        assertThat(event.rows(correlated(0.0)).plan().consequences())
                .noneMatch(each -> each.contains("clusterBy"));
    }

    private static KeyFacts correlated(@Nullable Double correlation) {
        return new KeyFacts("2024-05-01 00:00:00", "2024-05-02 00:00:00", 0, 0, correlation);
    }

    private static KeyFacts keys(String least, String greatest) {
        return new KeyFacts(least, greatest, 0, 0, null);
    }

    private static ServerFacts server(int version) {
        return Planning.server(version, ServerFacts.Writability.PRIMARY);
    }

    private static Config diskFree(long bytes) {
        Config defaults = Config.defaults();
        return new Config(
                null,
                List.of(),
                defaults.copy(),
                defaults.switching(),
                defaults.throttle(),
                defaults.cleanup(),
                new ByteSize(bytes));
    }

    private static List<String> names(Planning planning) {
        return planning.spec().partitions().stream()
                .map(partition -> partition.name().value())
                .toList();
    }

    private static void assertObstacle(TestTable table, String sentence) {
        assertRefused(
                Planning.of(table),
                FailureCode.REFUSED,
                "public.event cannot be converted as it is:\n  - " + sentence,
                "Answer what the list asks for, and remove what it names.");
    }

    private static void assertRefused(
            Planning planning, FailureCode code, String what, String next) {
        KalendsException failure = failure(planning);
        assertThat(failure.what()).isEqualTo(what);
        assertThat(failure.code()).isEqualTo(code);
        assertThat(failure.state()).isEqualTo("Nothing was changed.");
        assertThat(failure.next()).isEqualTo(next);
    }

    private static KalendsException failure(Planning planning) {
        return catchThrowableOfType(KalendsException.class, planning::plan);
    }

    @Test
    void keepsTheSettingsOfTheCopyInTheSpec() {
        Plan plan = event.by("at", Interval.MONTH, "id").plan();

        assertThat(plan.spec().sessions()).isEqualTo(2);
        assertThat(plan.spec().chunkBytes()).isEqualTo(64L << 20);
        assertThat(plan.spec().sortMemoryBytes()).isEqualTo(256L << 20);
        assertThat(plan.spec().clusterBy()).hasSize(1);
    }
}
