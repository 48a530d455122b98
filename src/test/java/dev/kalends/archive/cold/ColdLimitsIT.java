package dev.kalends.archive.cold;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kalends.config.ArchiveConfig;
import dev.kalends.config.EncryptionConfig;
import dev.kalends.failure.FailureCode;
import dev.kalends.failure.KalendsException;
import dev.kalends.sql.QualifiedName;
import dev.kalends.store.DirectoryStore;
import dev.kalends.testing.ServerTest;
import dev.kalends.testing.TestDatabase;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;

/// What a query may not do, how much it may take, and what is said when objects are not as they
/// were.
class ColdLimitsIT {
    private static final String KEY = Base64.getEncoder().encodeToString(new byte[32]);
    private static final String OTHER_KEY =
            Base64.getEncoder()
                    .encodeToString(
                            "0123456789abcdef0123456789abcdef".getBytes(StandardCharsets.US_ASCII));

    /// With the place of a file and of its folder.
    private static final List<String> REFUSED =
            List.of(
                    "select * from read_csv({file})",
                    "select * from read_text({file})",
                    "select * from read_blob({file})",
                    "select * from read_parquet({file})",
                    "select * from parquet_scan({file})",
                    "select * from read_json_auto({file})",
                    "select (select count(*) from read_csv({file})) from event",
                    "select * from event where body in (select content from read_text({file}))",
                    "with x as (from glob('/*')) select * from x",
                    "select * from glob('/*')",
                    "select * from parquet_metadata({file})",
                    "select * from query('select 1')",
                    "select * from query_table('event')",
                    "select * from json_execute_serialized_sql(json_serialize_sql('select 1'))",
                    "select * from duckdb_settings()",
                    "select * from pragma_version()",
                    "select current_setting('temp_directory')",
                    "select getenv('HOME') from event",
                    "select sleep_ms(1)",
                    "select nextval('x')",
                    "copy (select 1) to '{folder}/out.csv'",
                    "copy event from {file}",
                    "attach '{folder}/x.db' as x",
                    "install httpfs",
                    "load httpfs",
                    "pragma version",
                    "set memory_limit = '10GB'",
                    "reset memory_limit",
                    "set global lock_configuration = false",
                    "create table x (i int)",
                    "create macro f() as 1",
                    "create secret s (type s3)",
                    "insert into event values (1)",
                    "update event set id = 1",
                    "delete from event",
                    "drop view event",
                    "begin",
                    "commit",
                    "explain select 1",
                    "describe event",
                    "summarize event",
                    "show tables",
                    "call pragma_version()",
                    "export database '{folder}/dump'",
                    "checkpoint",
                    "vacuum",
                    "use memory",
                    "prepare x as select 1",
                    "select 1; select 2",
                    "select 1; drop view event",
                    "select * from event where id = $1",
                    "select * from event where id = ?",
                    "select 1) to '/tmp/x' (format csv); --",
                    "");

    @TempDir Path folder;

    private ColdWorld world(TestDatabase database) {
        return new ColdWorld(database, new DirectoryStore(folder), ArchiveConfig.defaults());
    }

    private static ArchiveConfig encrypted(String key) {
        ArchiveConfig defaults = ArchiveConfig.defaults();
        return new ArchiveConfig(
                defaults.store(),
                defaults.compression(),
                new EncryptionConfig(key, null, List.of()),
                defaults.s3());
    }

    /// 60,000 rows in three row groups.
    private static void event(ColdWorld world, TestDatabase database) {
        database.sql(
                "create table event (id bigint, \"at\" timestamp not null, body text)",
                """
                insert into event select i, timestamp '2026-03-01' + i * interval '30 seconds', md5(i::text)
                  from generate_series(1, 60000) i
                """);
        world.archive(QualifiedName.of("public", "event"), "event", "at");
    }

    private static KalendsException failure(ThrowingCallable work) {
        List<KalendsException> caught = new ArrayList<>();
        assertThatThrownBy(work).isInstanceOfSatisfying(KalendsException.class, caught::add);
        return caught.getFirst();
    }

    @ServerTest
    void refusesWhateverIsNoQueryOverArchivedTables(TestDatabase database) throws IOException {
        ColdWorld world = world(database);
        event(world, database);
        Path secret = folder.resolve("secret.csv");
        Files.writeString(secret, "password\nhunter2\n");
        String file = "'" + secret + "'";
        for (String each : REFUSED) {
            String sql = each.replace("{file}", file).replace("{folder}", folder.toString());
            KalendsException failure = failure(() -> world.cold(sql));
            assertThat(failure.code())
                    .as(sql + ": " + failure.what())
                    .isIn(FailureCode.REFUSED, FailureCode.QUERY_FAILED);
            assertThat(failure.what()).as(sql).doesNotContain("hunter2");
        }
        for (String name :
                List.of(
                        file,
                        "\"" + secret + "\"",
                        "information_schema.tables",
                        "pg_catalog.pg_class",
                        "duckdb_tables",
                        "kalends_cold.t0",
                        "memory.public.event",
                        "sqlite_master")) {
            assertThat(failure(() -> world.cold("select * from " + name)).code())
                    .as(name)
                    .isEqualTo(FailureCode.ARCHIVE_NOT_FOUND);
        }
        // A name that the query gives itself opens no file either.
        assertThat(
                        failure(() ->
                                        world.cold(
                                                "select (with \"%1$s\" as (select 1) select 1) from '%1$s'"
                                                        .formatted(secret)))
                                .code())
                .isEqualTo(FailureCode.QUERY_FAILED);
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files.map(each -> each.getFileName().toString()).toList())
                    .containsExactlyInAnyOrder("secret.csv", database.name());
        }
    }

    @ServerTest
    void namesWhatIsArchivedWhenATableIsNot(TestDatabase database) {
        ColdWorld world = world(database);
        event(world, database);

        KalendsException unknown = failure(() -> world.cold("select * from evnt"));
        KalendsException empty = failure(() -> world.cold("select * from unarchived"));
        KalendsException wrong = failure(() -> world.cold("select nosuch from event"));
        KalendsException syntax = failure(() -> world.cold("select 1 +"));
        KalendsException conversion =
                failure(() -> world.cold("select cast(body as int) from event"));

        assertThat(unknown.code()).isEqualTo(FailureCode.ARCHIVE_NOT_FOUND);
        assertThat(unknown.what()).contains("no archived table evnt", "public.event");
        assertThat(empty.code()).isEqualTo(FailureCode.ARCHIVE_NOT_FOUND);
        assertThat(empty.what())
                .contains("Nothing of unarchived is in the archive", "public.event");
        assertThat(wrong.code()).isEqualTo(FailureCode.QUERY_FAILED);
        assertThat(wrong.what()).contains("nosuch");
        assertThat(syntax.code()).isEqualTo(FailureCode.QUERY_FAILED);
        assertThat(syntax.what()).contains("syntax error");
        assertThat(conversion.code()).isEqualTo(FailureCode.QUERY_FAILED);
        assertThat(conversion.what()).contains("Could not convert");
    }

    @ServerTest
    void readsEncryptedArchivesWithTheirKeyOnly(TestDatabase database) {
        ColdWorld world = new ColdWorld(database, new DirectoryStore(folder), encrypted(KEY));
        event(world, database);
        ColdWorld other = new ColdWorld(database, new DirectoryStore(folder), encrypted(OTHER_KEY));
        other.partitions().addAll(world.partitions());
        String query = "select count(*), min(body) from event where \"at\" >= '2026-03-05'";

        ColdPlan plan = world.cold().explain(query, ColdWorld.LIMITS);
        List<List<@Nullable String>> rows = world.cold(query);
        KalendsException failure = failure(() -> other.cold(query));

        assertThat(rows).isEqualTo(world.live(query));
        assertThat(plan.partitions().getFirst().reading()).isEqualTo(ColdPlan.Reading.WHOLE);
        assertThat(failure.code()).isEqualTo(FailureCode.ARCHIVE_KEY);
        assertThat(failure.what())
                .containsPattern("encrypted by key [0-9a-f]{16}; at hand: [0-9a-f]{16}");
        // Nothing of it is needed, so that no key is either.
        assertThat(other.cold("select count(*) from event where \"at\" < '2020-01-01'"))
                .isEqualTo(List.of(List.of("0")));
    }

    @ServerTest
    void endsWhenItsTimeIsOver(TestDatabase database) {
        ColdWorld world = world(database);
        event(world, database);
        ColdLimits brief = new ColdLimits(512L << 20, 1L << 30, Duration.ofMillis(800));
        String endless =
                "select count(*) from event a, event b, event c where a.id + b.id + c.id = 3";
        // The rows themselves come without an end, too.
        String stream = "select a.id from event a, event b, event c";

        for (String sql : List.of(endless, stream)) {
            long begin = System.nanoTime();
            KalendsException failure = failure(() -> world.cold().ask(sql, brief, answer -> {}));
            assertThat(failure.code()).as(sql).isEqualTo(FailureCode.QUERY_LIMIT);
            assertThat(failure.what()).contains("took longer than 800 ms");
            assertThat(Duration.ofNanos(System.nanoTime() - begin))
                    .isLessThan(Duration.ofSeconds(20));
        }

        KalendsException stopped =
                failure(() -> world.cold(() -> true).ask(endless, ColdWorld.LIMITS, answer -> {}));
        assertThat(stopped.code()).isEqualTo(FailureCode.STOPPED);
    }

    @ServerTest
    void staysWithinItsMemoryAndItsTemporaryFiles(TestDatabase database) {
        ColdWorld world = world(database);
        event(world, database);
        ColdLimits small = new ColdLimits(64L << 20, 1L << 20, Duration.ofMinutes(2));
        String sorted =
                "select a.id, a.body || b.body || b.id s from event a, event b where b.id < 200 order by s desc";

        KalendsException memory = failure(() -> world.cold().ask(sorted, small, answer -> {}));
        KalendsException answer =
                failure(() ->
                        world.cold()
                                .ask(
                                        "select a.id, a.body from event a, event b where b.id < 2000",
                                        new ColdLimits(512L << 20, 4 << 20, Duration.ofMinutes(2)),
                                        each -> {}));

        assertThat(memory.code()).as(memory.what()).isEqualTo(FailureCode.QUERY_LIMIT);
        assertThat(memory.what()).contains("more memory");
        assertThat(answer.code()).isEqualTo(FailureCode.QUERY_LIMIT);
        assertThat(answer.what()).contains("The answer has more than");
    }

    private Path object() throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(each -> each.toString().endsWith(".parquet"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    @ServerTest
    void namesObjectsThatAreMissingOrDamaged(TestDatabase database) throws IOException {
        ColdWorld world = world(database);
        event(world, database);
        String location = world.partitions().getFirst().location();
        Path object = object();
        byte[] whole = Files.readAllBytes(object);
        String query = "select max(body || 'x') from event";

        byte[] broken = whole.clone();
        // Pages of all columns; the footer stays.
        for (int i = 100; i < broken.length * 3 / 4; i += 50) {
            broken[i] ^= 0x5a;
        }
        Files.write(object, broken);
        KalendsException pages = failure(() -> world.cold(query));

        byte[] footer = whole.clone();
        Arrays.fill(footer, footer.length - 600, footer.length - 8, (byte) 0x77);
        Files.write(object, footer);
        KalendsException end = failure(() -> world.cold(query));

        try (FileChannel channel = FileChannel.open(object, StandardOpenOption.WRITE)) {
            channel.truncate(whole.length / 2);
        }
        KalendsException cut = failure(() -> world.cold(query));
        Files.delete(object);
        KalendsException gone = failure(() -> world.cold(query));

        for (KalendsException each : List.of(pages, end, cut)) {
            assertThat(each.code()).as(each.what()).isEqualTo(FailureCode.ARCHIVE_DAMAGED);
            assertThat(each.what()).contains(location);
        }
        assertThat(gone.code()).isEqualTo(FailureCode.OBJECT_MISSING);
        assertThat(gone.what()).contains(location);
    }

    @ServerTest
    void leavesNoTemporaryFiles(TestDatabase database) throws IOException {
        ColdWorld world = world(database);
        event(world, database);
        Path temporary = Path.of(Objects.requireNonNull(System.getProperty("java.io.tmpdir")));

        world.cold("select count(distinct body) from event");
        failure(() -> world.cold("select nosuch from event"));

        try (Stream<Path> files = Files.list(temporary)) {
            assertThat(
                            files.filter(each ->
                                            each.getFileName()
                                                    .toString()
                                                    .startsWith("kalends-archive-"))
                                    .filter(each -> Files.exists(each.resolve("t0f0.parquet")))
                                    .toList())
                    .isEmpty();
        }
    }
}
