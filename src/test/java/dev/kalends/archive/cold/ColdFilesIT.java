package dev.kalends.archive.cold;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kalends.archive.cold.ColdArchive.Read;
import dev.kalends.archive.duckdb.QueryEngine;
import dev.kalends.archive.duckdb.QueryFailure;
import dev.kalends.config.ArchiveConfig;
import dev.kalends.sql.QualifiedName;
import dev.kalends.store.DirectoryStore;
import dev.kalends.store.ObjectStore;
import dev.kalends.store.S3Store;
import dev.kalends.testing.S3Server;
import dev.kalends.testing.ServerTest;
import dev.kalends.testing.TestDatabase;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;

/// What is fetched of files, and what happens where too little was.
class ColdFilesIT {
    @TempDir Path folder;
    @TempDir Path work;

    private List<Path> objects() throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(each -> each.toString().endsWith(".parquet")).toList();
        }
    }

    /// Everything that holds rows is zero.
    private static byte[] footerOnly(byte[] whole) {
        int footer =
                ByteBuffer.wrap(whole, whole.length - 8, 4).order(ByteOrder.LITTLE_ENDIAN).getInt()
                        + 8;
        byte[] rest = whole.clone();
        Arrays.fill(rest, 0, whole.length - footer, (byte) 0);
        return rest;
    }

    @ServerTest
    void refusesColumnsThatWereNotFetchedWhateverTheirType(TestDatabase database)
            throws IOException {
        ColdWorld world =
                new ColdWorld(database, new DirectoryStore(folder), ArchiveConfig.defaults());
        world.create();
        int columns = 0;
        try (QueryEngine engine =
                QueryEngine.open(
                        new QueryEngine.Limits(256L << 20, 1L << 20, 2, work.toRealPath()))) {
            for (Path object : objects()) {
                Path file = work.toRealPath().resolve("x" + columns + ".parquet");
                Files.write(file, footerOnly(Files.readAllBytes(object)));
                String from = " FROM read_parquet('%s')".formatted(file);
                for (List<@Nullable String> row : engine.rows("DESCRIBE SELECT *" + from)) {
                    String name = QueryEngine.quoted(String.valueOf(row.getFirst()));
                    for (String query :
                            List.of(
                                    "SELECT max(hash(%s))",
                                    "SELECT count(*) FILTER (WHERE hash(%s) = 0)",
                                    "SELECT min(CAST(%s AS VARCHAR) || 'x')")) {
                        String sql = query.formatted(name) + from;
                        assertThatThrownBy(() -> engine.rows(sql))
                                .as(sql)
                                .isInstanceOfSatisfying(
                                        QueryFailure.class,
                                        e ->
                                                assertThat(e.kind())
                                                        .isEqualTo(QueryFailure.Kind.OTHER));
                    }
                    columns++;
                }
            }
        }
        assertThat(columns).isGreaterThan(100);
    }

    /// A store whose ranges before the last part of an object come back as zeros: what a file looks
    /// like of which too little was fetched.
    private static ObjectStore zeroing(ObjectStore store) {
        return (ObjectStore)
                Proxy.newProxyInstance(
                        ObjectStore.class.getClassLoader(),
                        new Class<?>[] {ObjectStore.class},
                        (_, method, arguments) -> {
                            Object result = method.invoke(store, arguments);
                            if (method.getName().equals("range")) {
                                byte[] bytes = (byte[]) result;
                                byte[] end =
                                        Arrays.copyOfRange(bytes, bytes.length - 4, bytes.length);
                                if (!Arrays.equals(end, new byte[] {'P', 'A', 'R', '1'})) {
                                    Arrays.fill(bytes, (byte) 0);
                                }
                            }
                            return result;
                        });
    }

    @ServerTest
    void fetchesAllWhereTheGuessWasTooLittle(TestDatabase database) {
        ColdWorld world =
                new ColdWorld(
                        database, zeroing(new DirectoryStore(folder)), ArchiveConfig.defaults());
        database.sql(
                "create table event (id bigint, \"at\" timestamp not null, body text)",
                """
                insert into event select i, timestamp '2026-03-01' + i * interval '30 seconds', md5(i::text)
                  from generate_series(1, 60000) i
                """);
        world.archive(QualifiedName.of("public", "event"), "event", "at");
        String query = "select count(*), min(body) from event where \"at\" >= '2026-03-10'";
        List<List<@Nullable String>> rows = new ArrayList<>();

        Read read = world.cold().ask(query, ColdWorld.LIMITS, answer -> answer.each(rows::add));

        assertThat(rows).isEqualTo(world.live(query));
        assertThat(read.bytesRead()).isGreaterThan(world.partitions().getFirst().bytes());
    }

    @ServerTest
    void readsColumnsWhoseFormChangedAsText(TestDatabase database) {
        ColdWorld world =
                new ColdWorld(database, new DirectoryStore(folder), ArchiveConfig.defaults());
        QualifiedName table = QualifiedName.of("public", "odd");
        database.sql(
                "create table odd_1 (id int, n numeric(10,2), s smallint, t text)",
                "insert into odd_1 values (1, 0.5, 1, 'a'), (2, null, null, null)",
                "create table odd_2 (id int, n numeric(10,2), s bigint, t text)",
                "insert into odd_2 values (3, 'NaN', 9000000000, 'b'), (4, -0.25, 2, 'c')",
                "create table odd_3 (id int, n numeric(10,2), s bigint, t text, late timestamptz)",
                "create table odd_4 (id bigint, late timestamptz, s bigint)",
                "insert into odd_4 values (5, 'infinity', 7), (6, '-infinity', null), (7, '0044-03-15 00:00:00+00 BC', 8)",
                "create view odd as select id, n::text, s, t, null::timestamptz late from odd_1 union all select id, n::text, s, t, null from odd_2"
                        + " union all select id, null, s, null, late from odd_4");
        for (int i = 1; i <= 4; i++) {
            world.archive(table, "odd_" + i, "id");
        }

        for (String query :
                List.of(
                        "select id, n, s, t, late from odd order by id",
                        "select id from odd where s > 1 order by id",
                        "select id from odd where n = '0.50'",
                        "select id, late from odd where id >= 4 order by id",
                        "select id from odd where late > '2020-01-01 00:00+00' order by 1",
                        "select id from odd where late < '2020-01-01 00:00+00' order by 1",
                        "select count(*), count(n), max(s) from odd")) {
            assertThat(world.cold(query)).as(query).isEqualTo(world.live(query));
        }
    }

    @ServerTest
    void readsPartsOfObjectsInABucket(TestDatabase database) throws IOException {
        try (S3Server server = S3Server.start();
                ObjectStore store = S3Store.open(server.config("cold"), S3Server.credentials())) {
            ColdWorld world = new ColdWorld(database, store, ArchiveConfig.defaults());
            world.create();
            world.store().bytes();

            for (String query : ColdQueryIT.QUERIES.subList(0, 12)) {
                assertThat(world.cold(query)).as(query).isEqualTo(world.live(query));
            }
            world.store().bytes();
            world.cold("select id from \"Message\" where \"at\" < '2026-01-02'");
            assertThat(world.store().bytes())
                    .isLessThan(
                            world.partitions().stream().mapToLong(ColdPartition::bytes).sum() / 10);
        }
    }
}
