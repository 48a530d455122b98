package dev.kalends.migrate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.kalends.app.Kalends;
import dev.kalends.failure.FailureCode;
import dev.kalends.failure.KalendsException;
import dev.kalends.plan.Phase;
import dev.kalends.testing.Conversions;
import dev.kalends.testing.Events;
import dev.kalends.testing.Mirror;
import dev.kalends.testing.Moments;
import dev.kalends.testing.ServerTest;
import dev.kalends.testing.TestDatabase;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/// Somebody else changes the table in the middle of a conversion.
class SchemaChangeIT {
    private static final int ROWS = 2000;

    /// A change of somebody else.
    ///
    /// @param named what the message must have in it
    private record Change(String sql, String undo, String named) {}

    private static final List<Change> CHANGES =
            List.of(
                    new Change(
                            "ALTER TABLE public.events ADD COLUMN added int DEFAULT 7",
                            "ALTER TABLE public.events DROP COLUMN added",
                            "now has column added: integer"),
                    new Change(
                            "ALTER TABLE public.events ALTER COLUMN kind TYPE varchar(50)",
                            "ALTER TABLE public.events ALTER COLUMN kind TYPE text",
                            "now has column kind: character varying(50)"),
                    new Change(
                            "ALTER TABLE public.events ALTER COLUMN body SET NOT NULL",
                            "ALTER TABLE public.events ALTER COLUMN body DROP NOT NULL",
                            "now has column body: text NOT NULL"),
                    new Change(
                            "ALTER TABLE public.events ALTER COLUMN kind SET DEFAULT 'other'",
                            "ALTER TABLE public.events ALTER COLUMN kind SET DEFAULT 'seen'",
                            "no longer has column kind: text NOT NULL DEFAULT 'seen'"),
                    new Change(
                            "CREATE INDEX events_kind ON public.events (kind)",
                            "DROP INDEX public.events_kind",
                            "now has index events_kind"),
                    new Change(
                            "ALTER TABLE public.events ADD CONSTRAINT positive CHECK (id > 0)",
                            "ALTER TABLE public.events DROP CONSTRAINT positive",
                            "now has check positive: CHECK ((id > 0))"),
                    new Change(
                            "ALTER TABLE public.events ADD CONSTRAINT once UNIQUE (id, kind)",
                            "ALTER TABLE public.events DROP CONSTRAINT once",
                            "now has unique once"),
                    new Change(
                            "CREATE TRIGGER touched BEFORE UPDATE ON public.events FOR EACH ROW"
                                    + " EXECUTE FUNCTION suppress_redundant_updates_trigger()",
                            "DROP TRIGGER touched ON public.events",
                            "now has trigger touched"),
                    new Change(
                            "GRANT SELECT ON public.events TO PUBLIC",
                            "REVOKE SELECT ON public.events FROM PUBLIC",
                            "now has grant PUBLIC: SELECT"),
                    new Change(
                            "ALTER TABLE public.events ENABLE ROW LEVEL SECURITY",
                            "ALTER TABLE public.events DISABLE ROW LEVEL SECURITY",
                            "now has row security row level security: enabled"),
                    new Change(
                            "ALTER TABLE public.events RENAME COLUMN body TO text",
                            "ALTER TABLE public.events RENAME COLUMN text TO body",
                            "no longer has column body"),
                    new Change(
                            "ALTER TABLE public.events RENAME TO happenings",
                            "ALTER TABLE public.happenings RENAME TO events",
                            "is no longer the table that the migration began with"));

    private static KalendsException refusal(ThrowingCallable call) {
        KalendsException refusal = catchThrowableOfType(KalendsException.class, call);
        assertThat(refusal).isNotNull();
        return refusal;
    }

    private static void assertNames(KalendsException refusal, Change change) {
        assertThat(refusal.code()).as(change.sql()).isEqualTo(FailureCode.SCHEMA_CHANGED);
        assertThat(refusal.what()).contains(change.named());
        assertThat(refusal.state()).contains("Nothing is lost");
        assertThat(refusal.next()).contains("Undo the change");
    }

    @ServerTest
    void stopsInEveryPhaseNamingTheChangeAndGoesOnWhenItIsUndone(TestDatabase database) {
        Events.create(database, ROWS);
        Mirror mirror = Mirror.of(database, "public.events");
        List<Phase> phases =
                List.of(
                        Phase.PREPARED,
                        Phase.COPYING,
                        Phase.INDEXING,
                        Phase.CATCHING_UP,
                        Phase.VALIDATING);
        int next = 0;
        for (Phase phase : phases) {
            for (int i = 0; i < 3; i++) {
                Change change = CHANGES.get(next++ % CHANGES.size());
                Moments moments = new Moments().whenBegins(phase, () -> database.sql(change.sql()));
                Kalends kalends = Conversions.kalends(database.url(), moments);

                // A change that comes too late for one phase is found in a later one.
                KalendsException refusal =
                        refusal(() -> {
                            kalends.migrate(Events.TABLE, Events.WISH);
                            kalends.switchTables(Events.TABLE);
                        });

                assertNames(refusal, change);
                database.sql(change.undo());
                assertThat(Events.kind(database)).isEqualTo("r");
                assertThat(mirror.differences()).isEmpty();
                if (!Events.phase(database).equals(phase.name())) {
                    Conversions.kalends(database.url()).abort(Events.TABLE);
                }
                mirror.write("UPDATE {t} SET kind = 'again' WHERE id %% 10 = %d".formatted(i));
            }
        }
        assertFinishes(database, mirror);
    }

    @ServerTest
    void refusesTheSwitchAfterEveryChange(TestDatabase database) {
        Events.create(database, ROWS);
        Mirror mirror = Mirror.of(database, "public.events");
        Kalends kalends = Conversions.kalends(database.url());
        kalends.migrate(Events.TABLE, Events.WISH);
        for (Change change : CHANGES) {
            database.sql(change.sql());
            assertNames(refusal(() -> kalends.switchTables(Events.TABLE)), change);
            database.sql(change.undo());
            mirror.write("UPDATE {t} SET kind = kind || '+' WHERE id % 10 = 3");
        }
        assertFinishes(database, mirror);
    }

    @ServerTest
    void seesAChangeBetweenTheLastReplayAndTheLocks(TestDatabase database) {
        Events.create(database, ROWS);
        Mirror mirror = Mirror.of(database, "public.events");
        Conversions.kalends(database.url()).migrate(Events.TABLE, Events.WISH);
        for (Change change : CHANGES) {
            Moments moments = new Moments();
            moments.whenAdvances(
                    Phase.CATCHING_UP,
                    () ->
                            moments.whenAdvances(
                                    Phase.CATCHING_UP, () -> database.sql(change.sql())));
            Kalends kalends = Conversions.kalends(database.url(), moments);

            assertNames(refusal(() -> kalends.switchTables(Events.TABLE)), change);

            database.sql(change.undo());
            assertThat(Events.kind(database)).isEqualTo("r");
            mirror.write("UPDATE {t} SET kind = kind || '+' WHERE id % 10 = 3");
        }
        assertFinishes(database, mirror);
    }

    private static void assertFinishes(TestDatabase database, Mirror mirror) {
        Kalends kalends = Conversions.kalends(database.url());
        assertThat(kalends.migrate(Events.TABLE, Events.WISH).phase())
                .isEqualTo(Phase.READY_TO_SWITCH);
        kalends.switchTables(Events.TABLE);
        assertThat(Events.kind(database)).isEqualTo("p");
        assertThat(mirror.differences()).isEmpty();
    }

    @ServerTest
    void abortsAfterEachChangeAndLeavesOnlyTheChange(TestDatabase database) {
        for (Change change : CHANGES) {
            Events.create(database, 200);
            String before = kalendsObjects(database);
            Kalends kalends = Conversions.kalends(database.url());
            kalends.migrate(Events.TABLE, Events.WISH);
            database.sql(change.sql());

            assertThat(kalends.abort(Events.TABLE)).as(change.sql()).isTrue();

            assertThat(kalendsObjects(database)).as(change.sql()).isEqualTo(before);
            database.sql(change.undo());
            assertThat(database.value("SELECT count(*) FROM public.events")).isEqualTo("200");
            database.sql("DROP TABLE public.events");
        }
    }

    /// What a migration makes: schemas, functions, triggers and further tables.
    private static String kalendsObjects(TestDatabase database) {
        return database.value(
                """
                SELECT concat_ws('; ',
                    (SELECT string_agg(nspname, ', ' ORDER BY 1) FROM pg_namespace WHERE nspname LIKE 'kalends%'),
                    (SELECT string_agg(tgname, ', ' ORDER BY 1) FROM pg_trigger WHERE tgname LIKE 'kalends%'),
                    (SELECT count(*) FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')))
                """);
    }

    @ServerTest
    void stopsWhenTheCaptureIsSwitchedOffOrDropped(TestDatabase database) {
        Events.create(database, 200);
        Kalends kalends = Conversions.kalends(database.url());
        for (String sql :
                List.of(
                        "ALTER TABLE public.events DISABLE TRIGGER ALL",
                        "ALTER TABLE public.events ENABLE TRIGGER kalends_capture",
                        "DROP TRIGGER kalends_capture ON public.events")) {
            kalends.migrate(Events.TABLE, Events.WISH);
            database.sql(sql);
            KalendsException refusal = refusal(() -> kalends.switchTables(Events.TABLE));
            assertThat(refusal.code()).isEqualTo(FailureCode.CAPTURE_BROKEN);
            kalends.abort(Events.TABLE);
            assertThat(database.value("SELECT count(*) FROM public.events")).isEqualTo("200");
        }
    }

    @ServerTest
    void refusesTheWayBackNamingWhatWasAddedAfterTheSwitch(TestDatabase database) {
        Events.create(database, 200);
        Kalends kalends = Conversions.kalends(database.url());
        kalends.migrate(Events.TABLE, Events.WISH);
        kalends.switchTables(Events.TABLE);
        database.sql(
                "CREATE TABLE public.kinds (kind text PRIMARY KEY)",
                "INSERT INTO public.kinds VALUES ('seen')");
        for (Change change :
                List.of(
                        new Change(
                                "ALTER TABLE public.events ADD COLUMN added int",
                                "ALTER TABLE public.events DROP COLUMN added",
                                "now has column added: integer"),
                        new Change(
                                "CREATE TABLE public.notes (id bigint, at timestamp(3), FOREIGN KEY (id, at) REFERENCES public.events)",
                                "DROP TABLE public.notes",
                                "incoming foreign key notes_id_at_fkey"),
                        new Change(
                                "ALTER TABLE public.events ADD CONSTRAINT own FOREIGN KEY (kind) REFERENCES public.kinds",
                                "ALTER TABLE public.events DROP CONSTRAINT own",
                                "now has foreign key own"))) {
            database.sql(change.sql());
            KalendsException refusal = refusal(() -> kalends.rollback(Events.TABLE));
            assertThat(refusal.code()).isEqualTo(FailureCode.SCHEMA_CHANGED);
            assertThat(refusal.what()).contains(change.named());
            assertThat(kalends.underWay(Events.TABLE).rollbackObstacles())
                    .anyMatch(obstacle -> obstacle.contains(change.named()));
            assertThat(Events.kind(database)).isEqualTo("p");
            database.sql(change.undo());
        }
        kalends.rollback(Events.TABLE);
        assertThat(Events.kind(database)).isEqualTo("r");
    }

    @ServerTest
    void goesBackAfterSomebodyAddedAPartition(TestDatabase database) {
        Events.create(database, 200);
        Kalends kalends = Conversions.kalends(database.url());
        kalends.migrate(Events.TABLE, Events.WISH);
        kalends.switchTables(Events.TABLE);
        database.sql(
                "CREATE TABLE public.events_2099 PARTITION OF public.events FOR VALUES FROM ('2099-01-01') TO ('2100-01-01')",
                "INSERT INTO public.events (id, at) VALUES (-1, '2099-09-09')");

        kalends.rollback(Events.TABLE);
        kalends.cleanup(Events.TABLE, Kalends.Backup.WAIVED);

        assertThat(database.value("SELECT count(*) FROM public.events")).isEqualTo("201");
        assertThat(database.value("SELECT to_regclass('public.events_2099')")).isEqualTo("NULL");
    }
}
