package dev.kalends.migrate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kalends.app.Kalends;
import dev.kalends.testing.AllWays;
import dev.kalends.testing.Conversions;
import dev.kalends.testing.Events;
import dev.kalends.testing.ServerTest;
import dev.kalends.testing.TestDatabase;

/// Functions that are bound to the table by their body or by its row type.
class CarryFunctionsIT {
    private static String create(TestDatabase database) {
        Events.create(database, 300);
        String owner = database.createRole("ow ner");
        String caller = database.createRole("caller");
        database.sql(
                "CREATE SCHEMA \"Co de\"",
                """
                CREATE FUNCTION "Co de"."how; many"(since timestamp DEFAULT '2026-01-01') RETURNS bigint LANGUAGE sql STABLE
                    BEGIN ATOMIC
                        SELECT count(*) FROM public.events WHERE at >= since;
                        SELECT count(*) + CASE WHEN ';' = ';' THEN 0 ELSE 1 END FROM public.events WHERE at >= since;
                    END
                """,
                "CREATE PROCEDURE \"Co de\".rename(a text, b text) LANGUAGE sql BEGIN ATOMIC UPDATE public.events SET kind = b WHERE kind = a; END",
                "CREATE FUNCTION public.title(public.events) RETURNS text LANGUAGE sql STABLE AS 'SELECT $1.kind || '' '' || $1.id'",
                "CREATE FUNCTION \"Co de\".latest(n int) RETURNS SETOF public.events LANGUAGE plpgsql STABLE COST 7 ROWS 3 SECURITY DEFINER SET search_path = public"
                        + " AS $$ BEGIN RETURN QUERY SELECT * FROM events ORDER BY at DESC LIMIT n; END $$",
                "CREATE FUNCTION \"Co de\".pack(VARIADIC rows public.events[] DEFAULT '{}', OUT n int, OUT first public.events) LANGUAGE sql"
                        + " BEGIN ATOMIC SELECT cardinality(rows), (SELECT e FROM public.events e ORDER BY id LIMIT 1); END",
                "COMMENT ON FUNCTION public.title IS 'it''s the title'",
                "COMMENT ON FUNCTION \"Co de\".\"how; many\" IS 'how many'",
                "ALTER TABLE public.events OWNER TO \"" + owner + "\"",
                "GRANT CREATE ON SCHEMA public, \"Co de\" TO \"" + owner + "\"",
                "ALTER FUNCTION \"Co de\".latest OWNER TO \"" + owner + "\"",
                "REVOKE ALL ON FUNCTION \"Co de\".latest FROM PUBLIC",
                "GRANT EXECUTE ON FUNCTION \"Co de\".latest TO \""
                        + caller
                        + "\" WITH GRANT OPTION",
                "GRANT EXECUTE ON FUNCTION \"Co de\".\"how; many\" TO \"" + caller + "\"",
                "ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC",
                "ALTER DEFAULT PRIVILEGES GRANT EXECUTE ON FUNCTIONS TO \"" + caller + "\"");
        return owner;
    }

    private static void assertFunctionsWork(TestDatabase database) {
        String count = database.value("SELECT count(*) FROM public.events");
        assertThat(database.value("SELECT \"Co de\".\"how; many\"()")).isEqualTo(count);
        assertThat(database.value("SELECT (\"Co de\".pack()).n IS NULL")).isEqualTo("f");
        assertThat(database.value("SELECT title(e) FROM public.events e WHERE id = 7"))
                .isEqualTo("seen 7");
        database.sql("CALL \"Co de\".rename('seen', 'noted')");
        assertThat(database.value("SELECT kind FROM \"Co de\".latest(1)")).isEqualTo("noted");
        database.sql("CALL \"Co de\".rename('noted', 'seen')");
        assertThat(database.value("SELECT count(*) FROM public.events WHERE kind = 'seen'"))
                .isEqualTo(count);
    }

    @ServerTest
    void functionsAreBoundToTheTableInUse(TestDatabase database) {
        create(database);
        AllWays.go(database, database.url(), Events.WISH, () -> assertFunctionsWork(database));
    }

    @ServerTest
    void refusesFunctionsOfOthersAndThoseThatMoreDependsOn(TestDatabase database) {
        String owner = create(database);
        database.sql(
                "CREATE VIEW public.titles AS SELECT public.title(e) FROM public.events e",
                "CREATE FUNCTION public.plus(text, public.events) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT $1'",
                "CREATE AGGREGATE public.all_of (public.events) (SFUNC = public.plus, STYPE = text)",
                "CREATE FUNCTION public.grouped() RETURNS SETOF text LANGUAGE sql BEGIN ATOMIC SELECT body FROM public.events GROUP BY id; END",
                "GRANT CREATE ON DATABASE \"%s\" TO \"%s\"".formatted(database.name(), owner));
        assertThatThrownBy(() ->
                        Conversions.kalends(database.url()).migrate(Events.TABLE, Events.WISH))
                .hasMessageContaining(
                        "function public.title(public.events): it has the table's row type and must be made again, but this depends on it: rule")
                .hasMessageContaining(
                        "function public.all_of(public.events): an aggregate over the row type cannot be made again")
                .hasMessageContaining(
                        "function public.grouped(): its GROUP BY relies on the primary key");
        Kalends kalends = Conversions.kalends(database.urlAs(owner.replace(" ", "%20")));
        assertThatThrownBy(() -> kalends.migrate(Events.TABLE, Events.WISH))
                .hasMessageContaining(
                        "function public.title(public.events): it belongs to postgres; run GRANT postgres TO the role that converts");
    }
}
