package dev.kalends.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kalends.archive.view.ArchiveView;
import dev.kalends.config.Config;
import dev.kalends.failure.FailureCode;
import dev.kalends.failure.KalendsException;
import dev.kalends.maintain.Restoration;
import dev.kalends.maintain.Tick;
import dev.kalends.plan.MaintenanceWork;
import dev.kalends.sql.Sql;
import dev.kalends.testing.MaintainedTables;
import dev.kalends.testing.OldestAndNewest;
import dev.kalends.testing.TestDatabase;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/// Live and archived rows under one name.
class ArchiveViewIT {
    @TempDir private Path folder;
    private ViewScene scene;

    @BeforeEach
    void begin() {
        scene = new ViewScene(folder);
    }

    @AfterEach
    void end() throws Exception {
        scene.end();
    }

    private static String checksum(TestDatabase database, String query, String table) {
        return database.value(
                "select count(*) || ' ' || md5(coalesce(string_agg(md5(q::text), ',' order by md5(q::text)), '')) from (%s) q"
                        .formatted(query.replace("{m}", table)));
    }

    @OldestAndNewest
    void answersAsAPlainTableWouldWhateverIsAsked(TestDatabase database) {
        ViewScene.create(database);
        scene.serve(database);
        assertThat(MaintainedTables.failures(scene.tick(database, "{retain: 4 months}"))).isEmpty();
        assertThat(database.number("select count(*) from message")).isBetween(1L, 3000L);

        ArchiveView.Made made = scene.viewing(database.url()).make(ViewScene.MESSAGE, null);

        assertThat(made.view().display()).isEqualTo("public.message_all");
        assertThat(made.archived()).isEqualTo(4);
        assertThat(ViewQueries.ALL).hasSizeGreaterThan(60);
        for (String query : ViewQueries.ALL) {
            assertThat(checksum(database, query, "message_all"))
                    .as(query)
                    .isEqualTo(checksum(database, query, "plain"));
        }
        assertThat(types(database, "message_all")).isEqualTo(types(database, "plain"));
    }

    private static List<List<@Nullable String>> types(TestDatabase database, String table) {
        return database.rows(
                "select attname, format_type(atttypid, atttypmod), attcollation::text from pg_attribute where attrelid = '%s'::regclass and attnum > 0 order by attnum"
                        .formatted(table));
    }

    private static final Pattern SCANNED =
            Pattern.compile("Foreign Scan on (?:\\w+\\.)?(message_2026_\\d\\d)");

    private static Set<String> foreign(TestDatabase database, String query) {
        Set<String> scanned = new TreeSet<>();
        for (List<@Nullable String> line : database.rows("explain " + query)) {
            SCANNED.matcher(String.valueOf(line.getFirst()))
                    .results()
                    .forEach(found -> scanned.add(found.group(1)));
        }
        return scanned;
    }

    @OldestAndNewest
    void readsThePartitionsOfARangeAloneAndTheColumnsThatAreAskedFor(TestDatabase database) {
        ViewScene.create(database);
        scene.serve(database);
        scene.tick(database, "{retain: 4 months}");
        scene.viewing(database.url()).make(ViewScene.MESSAGE, null);

        assertThat(
                        foreign(
                                database,
                                "select * from message_all where at >= '2026-02-03' and at < '2026-02-05'"))
                .containsExactly("message_2026_02");
        assertThat(
                        foreign(
                                database,
                                "select * from message_all where at > '2026-03-15' and id > 3"))
                .containsExactly("message_2026_03", "message_2026_04");
        assertThat(foreign(database, "select count(*) from message_all where at = '2026-01-05'"))
                .containsExactly("message_2026_01");
        assertThat(foreign(database, "select * from message_all where at >= '2026-05-01'"))
                .isEmpty();
        assertThat(foreign(database, "select * from message_all where id = 3")).hasSize(4);
        String live = "select count(*) from message_all where at >= '2026-06-01'";
        assertThat(
                        database.rows(
                                "explain verbose select id, t from message_all where at < '2026-02-01' and t like 'a%' and i / 2 = 3"))
                .extracting(List::getFirst)
                .filteredOn(line -> String.valueOf(line).contains("Remote SQL"))
                .singleElement()
                .asString()
                .matches(" *Remote SQL: SELECT id, at, t, i FROM archive.\"\\d+\"");

        String before = database.value(live);
        scene.stopServing();
        assertThat(database.value(live)).isEqualTo(before);
        assertThatThrownBy(() -> database.value("select count(*) from message_all"))
                .rootCause()
                .hasMessageContaining("could not connect to server \"kalends_archive\"");
    }

    @OldestAndNewest
    void followsPartitionsOutAndBackAndNeverShowsARowTwiceOrNotAtAll(TestDatabase database)
            throws SQLException {
        ViewScene.create(database);
        scene.serve(database);
        ArchiveView.Made made = scene.viewing(database.url()).make(ViewScene.MESSAGE, "everything");
        assertThat(made.archived()).isZero();
        AtomicBoolean done = new AtomicBoolean();
        List<Long> seen = new ArrayList<>();
        CompletableFuture<Void> reader =
                CompletableFuture.runAsync(() -> read(database, done, seen));
        try {
            assertThat(
                            MaintainedTables.failures(
                                    scene.tick(
                                            database,
                                            "{archiveAfter: 2 months, retain: 6 months}")))
                    .isEmpty();
            assertThat(aside(database)).isPositive();
            assertThat(
                            MaintainedTables.failures(
                                    scene.tick(
                                            database,
                                            "{archiveAfter: 2 months, retain: 4 months}")))
                    .isEmpty();
            assertThat(foreign(database, "select * from everything")).hasSize(4);

            List<Archiving.Outcome> back =
                    scene.restoring(database)
                            .restore(
                                    ViewScene.months("2026-02", "2026-04"),
                                    Restoration.Orphans.LISTED,
                                    1);

            assertThat(back).hasSize(2).allMatch(each -> each.failure() == null);
            assertThat(foreign(database, "select * from everything"))
                    .containsExactly("message_2026_01", "message_2026_04");
            scene.archiving(database)
                    .export(ViewScene.MESSAGE, ViewScene.months("2026-02", "2026-03"));
            assertThat(MaintainedTables.failures(scene.tick(database, "{retain: 4 months}")))
                    .isEmpty();
        } finally {
            done.set(true);
            reader.join();
        }
        assertThat(foreign(database, "select * from everything"))
                .containsExactly("message_2026_01", "message_2026_02", "message_2026_04");
        assertThat(seen).hasSizeGreaterThan(5).containsOnly(5000L);
        assertThat(checksum(database, "select * from {m}", "everything"))
                .isEqualTo(checksum(database, "select * from {m}", "plain"));

        scene.archiving(database).expire(ViewScene.months("2026-01", "2026-02"));
        assertThat(foreign(database, "select * from everything"))
                .containsExactly("message_2026_02", "message_2026_04");
        assertThat(database.number("select count(*) from everything where at < '2026-02-01'"))
                .isZero();
    }

    private static long aside(TestDatabase database) {
        return database.number(
                "select count(*) from pg_class c where c.relname ~ '^message_2026' and c.relkind = 'r' and not c.relispartition");
    }

    private static void read(TestDatabase database, AtomicBoolean done, List<Long> seen) {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            while (!done.get()) {
                try (ResultSet result =
                        statement.executeQuery(
                                "select count(distinct id) + count(*) - 5000 from everything")) {
                    result.next();
                    seen.add(result.getLong(1));
                }
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @OldestAndNewest
    void showsColumnsThatCameAndTakesNewTypes(TestDatabase database) {
        ViewScene.create(database);
        scene.serve(database);
        scene.tick(database, "{retain: 4 months}");
        scene.viewing(database.url()).make(ViewScene.MESSAGE, null);

        database.sql("alter table message add column extra int not null default 7");
        scene.viewing(database.url()).make(ViewScene.MESSAGE, null);

        assertThat(database.number("select count(*) from message_all where extra is null"))
                .isEqualTo(database.number("select count(*) from plain where at < '2026-05-01'"));
        assertThat(database.number("select count(*) from message_all where extra = 7"))
                .isEqualTo(database.number("select count(*) from message"));

        assertThat(scene.viewing(database.url()).drop(ViewScene.MESSAGE)).isTrue();
        assertThat(scene.viewing(database.url()).drop(ViewScene.MESSAGE)).isFalse();
        assertThat(database.number("select count(*) from pg_foreign_server")).isZero();
        database.sql(
                "alter table message drop column t",
                "alter table message alter column s type bigint",
                "alter table message alter column p type text");
        scene.viewing(database.url()).make(ViewScene.MESSAGE, null);
        assertThat(checksum(database, "select id, s::int, p::numeric from {m}", "message_all"))
                .isEqualTo(checksum(database, "select id, s::int, p from {m}", "plain"));
        assertThatThrownBy(() -> database.sql("select t from message_all"))
                .rootCause()
                .hasMessageContaining("does not exist");
    }

    @OldestAndNewest
    void isMadeByAndForRolesThatAreNoSuperusers(TestDatabase database) throws SQLException {
        ViewScene.create(database);
        scene.serve(database);
        scene.tick(database, "{retain: 4 months}");
        String app = database.createRole("app");
        String kalends = database.createRole("kalends");
        String reader = database.createRole("reader");
        database.sql(
                "grant \"%s\" to \"%s\"".formatted(app, kalends),
                "do $$ declare t regclass; begin for t in select relid from pg_partition_tree('message') loop execute format('alter table %%s owner to \"%s\"', t); end loop; end $$"
                        .formatted(app),
                "grant create on schema public to \"%s\", \"%s\"".formatted(app, kalends),
                "grant create on database \"%s\" to \"%s\"".formatted(database.name(), kalends),
                "grant usage on schema kalends to \"%s\"".formatted(kalends),
                "grant all on all tables in schema kalends to \"%s\"".formatted(kalends),
                "grant all on all sequences in schema kalends to \"%s\"".formatted(kalends),
                "grant select on message to \"%s\"".formatted(reader));

        assertThatThrownBy(
                        () -> scene.viewing(database.urlAs(kalends)).make(ViewScene.MESSAGE, null))
                .isInstanceOfSatisfying(
                        KalendsException.class,
                        e -> {
                            assertThat(e.code()).isEqualTo(FailureCode.PRIVILEGE_MISSING);
                            assertThat(e.next()).contains("CREATE EXTENSION");
                        });
        database.sql(
                "create extension postgres_fdw",
                "grant usage on foreign data wrapper postgres_fdw to \"%s\"".formatted(kalends));

        scene.viewing(database.urlAs(kalends)).make(ViewScene.MESSAGE, null);
        scene.viewing(database.urlAs(kalends)).make(ViewScene.MESSAGE, null);
        Config config = scene.config("{retain: 3 months}");
        assertThat(
                        MaintainedTables.failures(
                                MaintainedTables.maintenance(
                                                database.urlAs(kalends),
                                                config,
                                                ViewScene.LATER,
                                                scene.access(config))
                                        .run(
                                                List.of(),
                                                EnumSet.allOf(MaintenanceWork.class),
                                                Tick.Consent.GIVEN)))
                .isEmpty();
        assertThat(foreign(database, "select * from message_all")).hasSize(5);

        try (Connection connection = database.connectAs(reader);
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery("select count(*) from message_all")) {
            result.next();
            assertThat(result.getLong(1)).isEqualTo(5000);
        }
        try (Connection connection = database.connectAs(reader);
                Statement statement = connection.createStatement()) {
            assertThatThrownBy(() ->
                            statement.executeQuery(
                                    "select count(*) from kalends_archive_%d.rows"
                                            .formatted(
                                                    database.number(
                                                            "select 'message'::regclass::oid::bigint"))))
                    .hasMessageContaining("permission denied");
            try (ResultSet options =
                    statement.executeQuery(
                            "select count(*) from pg_user_mappings where umoptions is not null")) {
                options.next();
                assertThat(options.getLong(1)).isZero();
            }
        }
        assertThat(scene.viewing(database.urlAs(kalends)).drop(ViewScene.MESSAGE)).isTrue();
    }

    @OldestAndNewest
    void refusesTablesWithRowSecurityAndNamesThatAreTaken(TestDatabase database) {
        ViewScene.create(database);
        database.sql("create view message_all as select 1 as one");
        assertThatThrownBy(() -> scene.viewing(database.url()).statements(ViewScene.MESSAGE, null))
                .hasMessageContaining("by which the database cannot find it");
        scene.placeNowhere();

        assertThatThrownBy(() -> scene.viewing(database.url()).make(ViewScene.MESSAGE, null))
                .hasMessageContaining("message_all is taken");
        assertThat(scene.viewing(database.url()).statements(ViewScene.MESSAGE, null))
                .extracting(Sql::render)
                .noneMatch(sql -> sql.contains("only-for-tests"))
                .anyMatch(sql -> sql.contains("password :'password'"));
        database.sql("alter table message enable row level security");
        assertThatThrownBy(() -> scene.viewing(database.url()).make(ViewScene.MESSAGE, "other"))
                .hasMessageContaining("row level security");
    }
}
