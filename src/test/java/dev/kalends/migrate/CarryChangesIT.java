package dev.kalends.migrate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.kalends.app.Kalends;
import dev.kalends.failure.FailureCode;
import dev.kalends.failure.KalendsException;
import dev.kalends.testing.Conversions;
import dev.kalends.testing.Events;
import dev.kalends.testing.OldestAndNewest;
import dev.kalends.testing.TestDatabase;
import java.util.List;

/// Somebody else changes a thing that is carried over, before the switch and after it.
class CarryChangesIT {
    /// @param named what the message must have in it
    private record Change(String sql, String undo, String named) {}

    private static final String VIEW =
            "CREATE OR REPLACE VIEW public.latest AS SELECT id FROM public.events WHERE id > %d";
    private static final String FUNCTION =
            "CREATE OR REPLACE FUNCTION public.many() RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT count(*) + %d FROM public.events; END";

    private static final List<Change> CHANGES =
            List.of(
                    new Change(VIEW.formatted(9), VIEW.formatted(1), "now has view public.latest"),
                    new Change(
                            "ALTER VIEW public.latest SET (security_barrier)",
                            "ALTER VIEW public.latest RESET (security_barrier)",
                            "security_barrier"),
                    new Change(
                            FUNCTION.formatted(9),
                            FUNCTION.formatted(1),
                            "now has function public.many()"),
                    new Change(
                            "REVOKE EXECUTE ON FUNCTION public.many FROM PUBLIC",
                            "GRANT EXECUTE ON FUNCTION public.many TO PUBLIC",
                            "now has function public.many()"),
                    new Change(
                            "CREATE INDEX extra ON public.daily (n)",
                            "DROP INDEX public.extra",
                            "now has materialized view public.daily"),
                    new Change(
                            "GRANT SELECT ON public.daily TO PUBLIC",
                            "REVOKE SELECT ON public.daily FROM PUBLIC",
                            "now has materialized view public.daily"),
                    new Change(
                            "CREATE VIEW public.on_daily AS SELECT n FROM public.daily",
                            "DROP VIEW public.on_daily",
                            "now has view public.on_daily"),
                    new Change(
                            "ALTER PUBLICATION feed SET (publish = 'insert')",
                            "ALTER PUBLICATION feed SET (publish = 'insert, update, delete, truncate')",
                            "now has publication feed"),
                    new Change(
                            "ALTER TABLE public.events DISABLE TRIGGER same",
                            "ALTER TABLE public.events ENABLE TRIGGER same",
                            "now has trigger same"),
                    new Change(
                            "COMMENT ON TRIGGER same ON public.events IS 'changed'",
                            "COMMENT ON TRIGGER same ON public.events IS NULL",
                            "now has object comment trigger same on public.events: changed"),
                    new Change(
                            "ALTER POLICY few ON public.events USING (id < 99)",
                            "ALTER POLICY few ON public.events USING (id < 10)",
                            "now has policy few"),
                    new Change(
                            "ALTER STATISTICS public.pair SET STATISTICS 9",
                            "ALTER STATISTICS public.pair SET STATISTICS -1",
                            "now has extended statistics pair"),
                    new Change(
                            "ALTER TABLE public.events ALTER turn SET INCREMENT BY 9",
                            "ALTER TABLE public.events ALTER turn SET INCREMENT BY 1",
                            "now has identity turn"),
                    new Change(
                            "GRANT UPDATE (body) ON public.events TO PUBLIC",
                            "REVOKE UPDATE (body) ON public.events FROM PUBLIC",
                            "now has column grant body TO PUBLIC"),
                    new Change(
                            "CREATE TABLE public.rows (one public.events)",
                            "DROP TABLE public.rows",
                            "now has row type use public.rows.one"),
                    new Change(
                            "CREATE POLICY some_of ON public.kinds USING (EXISTS (SELECT FROM public.events e WHERE e.kind = kinds.kind))",
                            "DROP POLICY some_of ON public.kinds",
                            "now has dependent policy some_of on public.kinds"));

    private static void create(TestDatabase database) {
        Events.create(database, 200);
        database.sql(
                "CREATE TABLE public.kinds (kind text)",
                "ALTER TABLE public.events ADD turn int GENERATED ALWAYS AS IDENTITY",
                VIEW.formatted(1),
                FUNCTION.formatted(1),
                "CREATE MATERIALIZED VIEW public.daily AS SELECT date_trunc('day', at) AS day, count(*) AS n FROM public.events GROUP BY 1",
                "CREATE PUBLICATION feed FOR TABLE public.events WITH (publish_via_partition_root = true)",
                "CREATE TRIGGER same BEFORE UPDATE ON public.events FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()",
                "CREATE POLICY few ON public.events USING (id < 10)",
                "CREATE STATISTICS public.pair ON kind, body FROM public.events");
    }

    @OldestAndNewest
    void aChangeOfAnyCarriedThingStopsTheSwitchAndIsNamed(TestDatabase database) {
        create(database);
        Kalends kalends = Conversions.kalends(database.url());
        kalends.migrate(Events.TABLE, Events.WISH);
        for (Change change : CHANGES) {
            database.sql(change.sql());
            KalendsException refusal =
                    catchThrowableOfType(
                            KalendsException.class, () -> kalends.switchTables(Events.TABLE));
            assertThat(refusal).as(change.sql()).isNotNull();
            assertThat(refusal.code()).as(change.sql()).isEqualTo(FailureCode.SCHEMA_CHANGED);
            assertThat(refusal.what()).contains(change.named());
            database.sql(change.undo());
        }
        kalends.switchTables(Events.TABLE);
        assertThat(Events.kind(database)).isEqualTo("p");
    }

    @OldestAndNewest
    void aChangeAfterTheSwitchIsNamedAndKeepsFromGoingBack(TestDatabase database) {
        create(database);
        Kalends kalends = Conversions.kalends(database.url());
        kalends.migrate(Events.TABLE, Events.WISH);
        kalends.switchTables(Events.TABLE);
        for (Change change : CHANGES) {
            database.sql(change.sql());
            assertThat(kalends.underWay(Events.TABLE).rollbackObstacles())
                    .as(change.sql())
                    .anyMatch(obstacle -> obstacle.contains(change.named()));
            database.sql(change.undo());
        }
        assertThat(kalends.underWay(Events.TABLE).rollbackObstacles()).isEmpty();
        kalends.rollback(Events.TABLE);
        assertThat(Events.kind(database)).isEqualTo("r");
    }
}
