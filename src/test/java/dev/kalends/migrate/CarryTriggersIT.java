package dev.kalends.migrate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kalends.app.Kalends;
import dev.kalends.failure.KalendsException;
import dev.kalends.testing.AllWays;
import dev.kalends.testing.Conversions;
import dev.kalends.testing.Events;
import dev.kalends.testing.ServerTest;
import dev.kalends.testing.TestDatabase;

/// Triggers fire on whichever table is in use, once for each write, and never for a replay.
class CarryTriggersIT {
    private static void create(TestDatabase database) {
        Events.create(database, 500);
        database.sql(
                "CREATE SCHEMA \"Audit it\"",
                "CREATE TABLE \"Audit it\".seen (n bigserial, what text)",
                """
                CREATE FUNCTION "Audit it".note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                    INSERT INTO "Audit it".seen (what) VALUES (TG_NAME || ' ' || TG_OP || ' ' || coalesce(TG_ARGV[0], ''));
                    IF TG_WHEN = 'BEFORE' AND TG_OP = 'INSERT' THEN NEW.kind := NEW.kind || '!'; END IF;
                    RETURN coalesce(NEW, OLD);
                END $$
                """,
                """
                CREATE FUNCTION "Audit it".count_them() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                    INSERT INTO "Audit it".seen (what) SELECT TG_NAME || ' ' || count(*) FROM fresh; RETURN NULL;
                END $$
                """,
                "CREATE TRIGGER \"be\"\"fore\" BEFORE INSERT ON public.events FOR EACH ROW EXECUTE FUNCTION \"Audit it\".note('it''s')",
                "COMMENT ON TRIGGER \"be\"\"fore\" ON public.events IS 'adds a \"!\"'",
                "CREATE TRIGGER changed AFTER UPDATE OF kind, body ON public.events FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION \"Audit it\".note()",
                "CREATE TRIGGER many AFTER INSERT ON public.events REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION \"Audit it\".count_them()",
                "CREATE CONSTRAINT TRIGGER late AFTER DELETE ON public.events DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION \"Audit it\".note()",
                "CREATE TRIGGER off AFTER INSERT ON public.events FOR EACH ROW EXECUTE FUNCTION \"Audit it\".note()",
                "CREATE TRIGGER replica AFTER INSERT ON public.events FOR EACH ROW EXECUTE FUNCTION \"Audit it\".note()",
                "CREATE TRIGGER always AFTER DELETE ON public.events FOR EACH ROW EXECUTE FUNCTION \"Audit it\".note()",
                "ALTER TABLE public.events DISABLE TRIGGER off",
                "ALTER TABLE public.events ENABLE REPLICA TRIGGER replica",
                "ALTER TABLE public.events ENABLE ALWAYS TRIGGER always");
    }

    @ServerTest
    void eachWriteFiresTheTriggersOnceWhicheverTableIsInUse(TestDatabase database) {
        create(database);
        AllWays.go(database, database.url(), Events.WISH, () -> assertTriggersFire(database));
        // One more way back, with a replay of every kind of write.
        assertThat(database.value("SELECT count(*) FROM \"Audit it\".seen")).isEqualTo("0");
    }

    private static void assertTriggersFire(TestDatabase database) {
        assertThat(database.value("SELECT count(*) FROM \"Audit it\".seen"))
                .as("replays fire nothing")
                .isEqualTo("0");
        database.sql(
                "INSERT INTO public.events (id, at) VALUES (-1, '2026-05-05'), (-2, '2026-05-06')",
                "UPDATE public.events SET kind = kind WHERE id < 0",
                "UPDATE public.events SET body = 'changed' WHERE id = -1",
                "DELETE FROM public.events WHERE id < 0",
                "SET session_replication_role = replica; INSERT INTO public.events (id, at) VALUES (-3, '2026-05-05'); DELETE FROM public.events WHERE id = -3");
        assertThat(database.rows("SELECT what FROM \"Audit it\".seen ORDER BY n").toString())
                .isEqualTo(
                        "[[be\"fore INSERT it's], [be\"fore INSERT it's], [many 2], [changed UPDATE ],"
                                + " [always DELETE ], [always DELETE ], [late DELETE ], [late DELETE ],"
                                + " [replica INSERT ], [always DELETE ]]");
        database.sql("TRUNCATE \"Audit it\".seen");
    }

    @ServerTest
    void theReplayBackFiresNoTriggerAndLeavesWhatTheyWrote(TestDatabase database) {
        create(database);
        Kalends kalends = Conversions.kalends(database.url());
        kalends.migrate(Events.TABLE, Events.WISH);
        database.sql("INSERT INTO public.events (id, at) VALUES (-1, '2026-05-05')");
        kalends.switchTables(Events.TABLE);
        database.sql(
                "INSERT INTO public.events (id, at) VALUES (-2, '2026-05-06')",
                "UPDATE public.events SET body = 'x' WHERE id = -1",
                "DELETE FROM public.events WHERE id BETWEEN 10 AND 19");
        String seen = database.value("SELECT count(*) FROM \"Audit it\".seen");

        kalends.rollback(Events.TABLE);

        assertThat(database.value("SELECT count(*) FROM \"Audit it\".seen")).isEqualTo(seen);
        assertThat(
                        database.value(
                                "SELECT string_agg(concat(id, kind, body), ',' ORDER BY id) FROM public.events WHERE id < 0"))
                .isEqualTo("-2seen!,-1seen!x");
    }

    @ServerTest
    void refusesARowTriggerWithTransitionTables(TestDatabase database) {
        create(database);
        database.sql(
                "CREATE TRIGGER each AFTER INSERT ON public.events REFERENCING NEW TABLE AS fresh FOR EACH ROW EXECUTE FUNCTION \"Audit it\".count_them()");
        assertThatThrownBy(() ->
                        Conversions.kalends(database.url()).migrate(Events.TABLE, Events.WISH))
                .isInstanceOf(KalendsException.class)
                .hasMessageContaining(
                        "trigger each: a partitioned table has no row triggers with transition tables; make it FOR EACH STATEMENT");
    }
}
