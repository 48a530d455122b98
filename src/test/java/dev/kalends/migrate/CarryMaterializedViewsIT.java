package dev.kalends.migrate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kalends.app.Kalends;
import dev.kalends.plan.Phase;
import dev.kalends.testing.AllWays;
import dev.kalends.testing.Conversions;
import dev.kalends.testing.Events;
import dev.kalends.testing.ServerTest;
import dev.kalends.testing.TestDatabase;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Materialized views read whichever table has the name, and can be read all the time.
class CarryMaterializedViewsIT {
    private static void create(TestDatabase database) {
        Events.create(database, 400);
        String reader = database.createRole("reader");
        database.sql(
                "CREATE SCHEMA \"Re ports\"",
                """
                CREATE MATERIALIZED VIEW "Re ports"."by d""ay" WITH (fillfactor = 60, autovacuum_enabled = false) AS
                    SELECT date_trunc('day', at) AS "da y", count(*) AS n, 'public.events' AS "public.events", max(e.body) AS body
                      FROM public.events e WHERE kind <> '; public.events' GROUP BY 1
                """,
                "CREATE UNIQUE INDEX \"day key\" ON \"Re ports\".\"by d\"\"ay\" (\"da y\") INCLUDE (n)",
                "CREATE INDEX longest ON \"Re ports\".\"by d\"\"ay\" (length(body) DESC) WHERE n > 0",
                "ALTER INDEX \"Re ports\".longest ALTER COLUMN 1 SET STATISTICS 77",
                "ALTER MATERIALIZED VIEW \"Re ports\".\"by d\"\"ay\" CLUSTER ON \"day key\"",
                "ALTER MATERIALIZED VIEW \"Re ports\".\"by d\"\"ay\" ALTER COLUMN n SET STATISTICS 50",
                "ALTER MATERIALIZED VIEW \"Re ports\".\"by d\"\"ay\" ALTER COLUMN n SET (n_distinct = 5)",
                "COMMENT ON MATERIALIZED VIEW \"Re ports\".\"by d\"\"ay\" IS 'it''s by day'",
                "COMMENT ON COLUMN \"Re ports\".\"by d\"\"ay\".n IS 'it''s n'",
                "COMMENT ON INDEX \"Re ports\".longest IS 'longest'",
                "GRANT SELECT ON \"Re ports\".\"by d\"\"ay\" TO \""
                        + reader
                        + "\" WITH GRANT OPTION",
                "GRANT UPDATE (n) ON \"Re ports\".\"by d\"\"ay\" TO PUBLIC",
                "CREATE MATERIALIZED VIEW public.empty AS SELECT id FROM public.events WITH NO DATA",
                "CREATE VIEW public.latest AS SELECT e.id, m.n FROM public.events e JOIN \"Re ports\".\"by d\"\"ay\" m ON m.\"da y\" = date_trunc('day', e.at)",
                "CREATE VIEW public.days AS SELECT count(*) AS n FROM \"Re ports\".\"by d\"\"ay\"",
                "CREATE VIEW public.above AS SELECT n FROM public.days");
    }

    /// What a materialized view has, beside what the views' comparison looks at.
    private static List<List<@Nullable String>> belongings(TestDatabase database) {
        return database.rows(
                """
                SELECT c.oid::regclass::text, c.relkind::text, c.relowner::regrole, ARRAY(SELECT x::text FROM unnest(c.relacl) x ORDER BY 1)::text, c.reloptions::text, c.relispopulated,
                       (SELECT string_agg(description, ',' ORDER BY objsubid) FROM pg_description WHERE objoid = c.oid AND classoid = 'pg_class'::regclass),
                       (SELECT string_agg(concat_ws(' ', attname, nullif(attstattarget, -1), array_to_string(ARRAY(SELECT o FROM unnest(attoptions) o
                          WHERE o LIKE 'n_dist%'), ','), attacl), ',' ORDER BY attnum)
                          FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0), pg_get_indexdef(c.oid), x.indisclustered
                  FROM pg_class c LEFT JOIN pg_index x ON x.indexrelid = c.oid
                 WHERE c.relnamespace = '"Re ports"'::regnamespace OR c.oid = 'public.empty'::regclass
                 ORDER BY 1
                """);
    }

    private static void assertRead(TestDatabase database, List<List<@Nullable String>> before) {
        assertThat(belongings(database)).isEqualTo(before);
        assertThat(database.value("SELECT sum(n) FROM \"Re ports\".\"by d\"\"ay\""))
                .isEqualTo("400");
        assertThat(database.value("SELECT count(*) FROM public.latest")).isEqualTo("400");
        assertThat(database.value("SELECT n FROM public.above")).isEqualTo("17");
        database.sql(
                "INSERT INTO public.events (id, at) VALUES (-1, '2026-07-07')",
                "REFRESH MATERIALIZED VIEW CONCURRENTLY \"Re ports\".\"by d\"\"ay\"");
        assertThat(database.value("SELECT n FROM public.above")).isEqualTo("18");
        database.sql(
                "DELETE FROM public.events WHERE id = -1",
                "REFRESH MATERIALIZED VIEW \"Re ports\".\"by d\"\"ay\"");
    }

    @ServerTest
    void materializedViewsAndTheViewsOnThemReadTheTableInUse(TestDatabase database) {
        create(database);
        List<List<@Nullable String>> before = belongings(database);
        AllWays.go(database, database.url(), Events.WISH, () -> assertRead(database, before));
    }

    @ServerTest
    void anOwnerCarriesThoseOfRolesItMayActAs(TestDatabase database) {
        create(database);
        String owner = database.createRole("owner");
        String other = database.createRole("other");
        database.sql(
                "ALTER TABLE public.events OWNER TO \"" + owner + "\"",
                "GRANT CREATE ON DATABASE \"%s\" TO \"%s\"".formatted(database.name(), owner),
                "GRANT USAGE, CREATE ON SCHEMA public, \"Re ports\" TO \""
                        + owner
                        + "\", \""
                        + other
                        + "\"",
                "GRANT SELECT ON public.events TO \"" + other + "\"",
                "ALTER MATERIALIZED VIEW \"Re ports\".\"by d\"\"ay\" OWNER TO \"" + other + "\"",
                "ALTER MATERIALIZED VIEW public.empty OWNER TO \"" + owner + "\"",
                "ALTER VIEW public.latest OWNER TO \"" + owner + "\"",
                "ALTER VIEW public.days OWNER TO \"" + owner + "\"",
                "GRANT SELECT ON \"Re ports\".\"by d\"\"ay\" TO \"" + owner + "\"");
        assertThatThrownBy(() ->
                        Conversions.kalends(database.urlAs(owner))
                                .migrate(Events.TABLE, Events.WISH))
                .hasMessageContaining(
                        "materialized view \"Re ports\".\"by d\"\"ay\": it belongs to %1$s; run GRANT %1$s TO the role that converts"
                                .formatted(other));
        database.sql("GRANT \"%s\" TO \"%s\"".formatted(other, owner));
        List<List<@Nullable String>> before = belongings(database);
        AllWays.go(
                database,
                database.urlAs(owner),
                Events.WISH,
                () -> assertThat(belongings(database)).isEqualTo(before));
    }

    @ServerTest
    void theContentIsThatOfTheBuildUntilItIsRefreshed(TestDatabase database) {
        create(database);
        Kalends kalends = Conversions.kalends(database.url());
        assertThat(kalends.plan(Events.WISH).consequences())
                .contains(
                        "Materialized view \"Re ports\".\"by d\"\"ay\" will have the content of just before READY_TO_SWITCH: refresh it after the switch where that is too old.");
        assertThat(kalends.migrate(Events.TABLE, Events.WISH).phase())
                .isEqualTo(Phase.READY_TO_SWITCH);
        database.sql("INSERT INTO public.events (id, at) VALUES (-1, '2026-07-07')");
        kalends.switchTables(Events.TABLE);
        assertThat(database.value("SELECT sum(n) FROM \"Re ports\".\"by d\"\"ay\""))
                .isEqualTo("400");
        database.sql("REFRESH MATERIALIZED VIEW \"Re ports\".\"by d\"\"ay\"");
        assertThat(database.value("SELECT sum(n) FROM \"Re ports\".\"by d\"\"ay\""))
                .isEqualTo("401");
    }

    @ServerTest
    void refusesThoseWhoseTwinWouldNotBeTheSame(TestDatabase database) {
        create(database);
        String hidden = database.createRole("hidden");
        database.sql(
                "CREATE MATERIALIZED VIEW public.second AS SELECT sum(n) FROM \"Re ports\".\"by d\"\"ay\"",
                "CREATE STATISTICS public.pairs ON n, body FROM \"Re ports\".\"by d\"\"ay\"",
                "CREATE MATERIALIZED VIEW \"Re ports\".events AS SELECT id, body, count(*) FROM public.events GROUP BY id",
                "CREATE MATERIALIZED VIEW public.filtered AS SELECT id FROM public.events",
                "GRANT CREATE ON SCHEMA public TO \"" + hidden + "\"",
                "GRANT SELECT ON public.events TO \"" + hidden + "\"",
                "ALTER MATERIALIZED VIEW public.filtered OWNER TO \"" + hidden + "\"",
                "CREATE POLICY few ON public.events USING (id < 10)",
                "ALTER TABLE public.events ENABLE ROW LEVEL SECURITY");
        assertThatThrownBy(() ->
                        Conversions.kalends(database.url()).migrate(Events.TABLE, Events.WISH))
                .hasMessageContaining("dependent _RETURN of public.second")
                .hasMessageContaining("dependent statistics object public.pairs: it would stay")
                .hasMessageContaining(
                        "materialized view \"Re ports\".events: its GROUP BY relies on the primary key, which becomes wider")
                .hasMessageContaining(
                        "materialized view \"Re ports\".events: the name events is taken in the schema where the twins are built; rename it")
                .hasMessageContaining(
                        "materialized view public.filtered: row level security hides rows from its owner, and would not from its twin");
    }
}
