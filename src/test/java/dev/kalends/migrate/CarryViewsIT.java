package dev.kalends.migrate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kalends.app.Kalends;
import dev.kalends.execute.ProgressEvent;
import dev.kalends.testing.AllWays;
import dev.kalends.testing.Conversions;
import dev.kalends.testing.Events;
import dev.kalends.testing.Moments;
import dev.kalends.testing.ServerTest;
import dev.kalends.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;

/// Views read whichever table has the name.
class CarryViewsIT {
    private static void create(TestDatabase database) {
        Events.create(database, 500);
        String reader = database.createRole("reader");
        database.sql(
                "CREATE SCHEMA \"Vi ews\"",
                "CREATE TABLE public.kinds (kind text, word text)",
                "INSERT INTO public.kinds VALUES ('seen', 'it''s; seen')",
                """
                CREATE VIEW "Vi ews"."la""test" WITH (security_barrier) AS
                    SELECT e.*, k.word AS "wo rd", '; public.events' AS trap FROM public.events e JOIN public.kinds k USING (kind) WHERE e.at > '2026-05-02'
                """,
                "CREATE VIEW \"Vi ews\".few AS SELECT id, at, body AS words FROM public.events WHERE id < 10 WITH CASCADED CHECK OPTION",
                "ALTER VIEW \"Vi ews\".few ALTER COLUMN words SET DEFAULT 'from the view'",
                "CREATE VIEW \"Vi ews\".counted AS SELECT count(*) AS n FROM public.events",
                "CREATE VIEW \"Vi ews\".both AS SELECT f.id, e.kind FROM \"Vi ews\".few f JOIN public.events e USING (id)",
                "CREATE VIEW \"Vi ews\".above AS SELECT n + 1 AS m FROM \"Vi ews\".counted",
                "CREATE RECURSIVE VIEW \"Vi ews\".next (id) AS SELECT 1::bigint UNION SELECT e.id FROM public.events e JOIN next n ON e.id = n.id + 1 WHERE e.id < 5",
                "CREATE VIEW \"Vi ews\".writing AS SELECT 1 AS id",
                "CREATE RULE \"in to\" AS ON INSERT TO \"Vi ews\".writing DO INSTEAD (INSERT INTO public.events (id, at) VALUES (NEW.id, '2026-07-07'); DELETE FROM public.events WHERE id = -NEW.id)",
                "CREATE RULE off AS ON UPDATE TO \"Vi ews\".writing DO INSTEAD UPDATE public.events SET kind = 'no'",
                "COMMENT ON VIEW \"Vi ews\".few IS 'few'",
                "COMMENT ON COLUMN \"Vi ews\".few.words IS 'words'",
                "GRANT SELECT, INSERT ON \"Vi ews\".few TO \"" + reader + "\" WITH GRANT OPTION",
                "GRANT SELECT (n) ON \"Vi ews\".counted TO \"" + reader + "\"");
    }

    private static void assertViewsWork(TestDatabase database) {
        long count = database.number("SELECT count(*) FROM public.events");
        assertThat(database.number("SELECT m FROM \"Vi ews\".above")).isEqualTo(count + 1);
        database.sql("INSERT INTO \"Vi ews\".few (id, at) VALUES (-1, '2026-06-06')");
        assertThat(database.value("SELECT body FROM public.events WHERE id = -1"))
                .isEqualTo("from the view");
        assertThatThrownBy(() ->
                        database.sql(
                                "INSERT INTO \"Vi ews\".few (id, at) VALUES (100000, '2026-06-06')"))
                .hasStackTraceContaining("violates check option for view \"few\"");
        database.sql("INSERT INTO \"Vi ews\".writing VALUES (1000001)");
        assertThat(database.number("SELECT n FROM \"Vi ews\".counted")).isEqualTo(count + 2);
        database.sql("DELETE FROM public.events WHERE id IN (-1, 1000001)");
        assertThat(database.value("SELECT count(*) FROM \"Vi ews\".next")).isEqualTo("4");
        assertThat(database.value("SELECT count(*) FROM \"Vi ews\".both")).isEqualTo("9");
    }

    @ServerTest
    void viewsKeepThemselvesAndReadTheTableInUse(TestDatabase database) {
        create(database);
        AllWays.go(database, database.url(), Events.WISH, () -> assertViewsWork(database));
    }

    @ServerTest
    void anOwnerCarriesTheViewsOfRolesItMayActAs(TestDatabase database) {
        create(database);
        String owner = database.createRole("owner");
        String other = database.createRole("other");
        Kalends kalends = Conversions.kalends(database.urlAs(owner));
        database.sql(
                "ALTER TABLE public.events OWNER TO \"" + owner + "\"",
                "ALTER VIEW \"Vi ews\".counted OWNER TO \"" + other + "\"",
                "GRANT SELECT ON public.events, public.kinds TO \"" + other + "\"",
                "GRANT SELECT ON public.kinds TO \"" + owner + "\"",
                "GRANT CREATE ON DATABASE \"%s\" TO \"%s\"".formatted(database.name(), owner),
                "GRANT CREATE ON SCHEMA public TO \"" + owner + "\"");
        assertThatThrownBy(() -> kalends.migrate(Events.TABLE, Events.WISH))
                .hasMessageContaining(
                        "CREATE on a schema with what depends on the table: GRANT CREATE ON SCHEMA \"Vi ews\" TO "
                                + owner);
        database.sql("GRANT USAGE, CREATE ON SCHEMA \"Vi ews\" TO \"" + owner + "\"");
        assertThatThrownBy(() -> kalends.migrate(Events.TABLE, Events.WISH))
                .hasMessageContaining(
                        "view \"Vi ews\".counted: it belongs to %1$s; run GRANT %1$s TO the role that converts"
                                .formatted(other))
                .hasMessageContaining(
                        "rule off of view \"Vi ews\".writing: the view belongs to postgres; run GRANT postgres TO the role that converts");
        database.sql("GRANT \"%s\" TO \"%s\"".formatted(other, owner));
        for (String view : new String[] {"\"la\"\"test\"", "few", "both", "next", "writing"}) {
            database.sql("ALTER VIEW \"Vi ews\".%s OWNER TO \"%s\"".formatted(view, owner));
        }
        AllWays.go(database, database.urlAs(owner), Events.WISH, () -> assertViewsWork(database));
    }

    @ServerTest
    void refusesWhatWouldStayWithTheOldTable(TestDatabase database) throws SQLException {
        Events.create(database, 10);
        database.sql(
                "CREATE VIEW public.grouped AS SELECT id, body, count(*) FROM public.events GROUP BY id",
                "CREATE VIEW public.whole AS SELECT e AS row FROM public.events e",
                "CREATE TABLE public.notes (event_id bigint)",
                "CREATE POLICY known ON public.notes USING (EXISTS (SELECT FROM public.events WHERE id = event_id))",
                "CREATE RULE also AS ON INSERT TO public.notes DO ALSO UPDATE public.events SET kind = 'noted' WHERE id = NEW.event_id",
                "CREATE DOMAIN public.known AS public.events CHECK ((VALUE).id > 0)");
        try (Connection other = database.connect();
                Statement statement = other.createStatement()) {
            statement.execute("CREATE TEMPORARY VIEW mine AS SELECT 1 FROM public.events");
            assertThatThrownBy(() ->
                            Conversions.kalends(database.url()).migrate(Events.TABLE, Events.WISH))
                    .hasMessageContaining(
                            "view public.grouped: its GROUP BY relies on the primary key, which becomes wider; list in it every column that is selected")
                    .hasMessageContaining(
                            "row type use public.whole.row: its type is that of the table's rows")
                    .hasMessageContaining("dependent policy known on public.notes: it would stay")
                    .hasMessageContaining("dependent also of public.notes")
                    .hasMessageContaining("dependent type public.known: it would stay")
                    .hasMessageContaining(
                            ".mine: it is temporary and another session's; end that session");
        }
    }

    @ServerTest
    void readersThroughAViewDoNotKeepTheSwitchFromItsLocks(TestDatabase database)
            throws InterruptedException, ExecutionException {
        create(database);
        Kalends.Migrated ready =
                Conversions.kalends(database.url()).migrate(Events.TABLE, Events.WISH);
        assertThat(ready.migrationId()).isPositive();
        AtomicBoolean stop = new AtomicBoolean();
        Moments moments = new Moments();
        try (ExecutorService readers = Executors.newFixedThreadPool(3)) {
            List<Future<Integer>> reads = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                reads.add(readers.submit(() -> readUntil(database, stop)));
            }
            Kalends kalends = Conversions.kalends(database.url(), moments);
            try {
                kalends.switchTables(Events.TABLE);
                kalends.rollback(Events.TABLE);
            } finally {
                stop.set(true);
            }
            for (Future<Integer> read : reads) {
                assertThat(read.get()).isPositive();
            }
        }
        long failed =
                moments.seen().stream()
                        .filter(event ->
                                event instanceof ProgressEvent.Tried(_, String outcome, _)
                                        && !outcome.equals("done"))
                        .count();
        assertThat(failed).as("tries that had to be repeated").isLessThan(6);
    }

    private static int readUntil(TestDatabase database, AtomicBoolean stop) throws SQLException {
        int reads = 0;
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            while (!stop.get()) {
                statement.executeQuery("SELECT n FROM \"Vi ews\".counted").close();
                reads++;
            }
        }
        return reads;
    }
}
