package dev.kalends.migrate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.kalends.app.Kalends;
import dev.kalends.execute.ProgressEvent;
import dev.kalends.failure.FailureCode;
import dev.kalends.failure.KalendsException;
import dev.kalends.plan.Phase;
import dev.kalends.testing.AllWays;
import dev.kalends.testing.Conversions;
import dev.kalends.testing.Events;
import dev.kalends.testing.Mirror;
import dev.kalends.testing.Moments;
import dev.kalends.testing.ServerTest;
import dev.kalends.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/// What a role may do and what not, in the place of a superuser.
class RightsIT {
    private static KalendsException refusal(ThrowingCallable call) {
        KalendsException refusal = catchThrowableOfType(KalendsException.class, call);
        assertThat(refusal).isNotNull();
        return refusal;
    }

    /// Gives `public.events` to a new role that has all a conversion needs.
    private static String owner(TestDatabase database) {
        Events.create(database, 2000);
        String owner = database.createRole("owner");
        database.sql(
                "ALTER TABLE public.events OWNER TO \"" + owner + "\"",
                "GRANT CREATE ON SCHEMA public TO \"" + owner + "\"",
                "GRANT CREATE ON DATABASE \"%s\" TO \"%s\"".formatted(database.name(), owner));
        return owner;
    }

    @ServerTest
    void anOwnerWithoutFurtherRightsGoesTheWholeWay(TestDatabase database) throws SQLException {
        goTheWholeWay(database, owner(database));
    }

    @ServerTest
    void aMemberOfTheOwnerGoesTheWholeWay(TestDatabase database) throws SQLException {
        String owner = owner(database);
        String member = database.createRole("member");
        database.sql(
                "GRANT \"%s\" TO \"%s\"".formatted(owner, member),
                "REVOKE CREATE ON DATABASE \"%s\" FROM \"%s\"".formatted(database.name(), owner),
                "GRANT CREATE ON DATABASE \"%s\" TO \"%s\"".formatted(database.name(), member));
        goTheWholeWay(database, member);
        assertThat(
                        database.value(
                                "SELECT relowner::regrole FROM pg_class WHERE oid = 'public.events'::regclass"))
                .isEqualTo(owner);
    }

    /// Abort, switch, rollback, cleanup, switch and cleanup.
    private static void goTheWholeWay(TestDatabase database, String role) throws SQLException {
        Mirror mirror = Mirror.of(database, "public.events");
        Moments moments = new Moments();
        Kalends kalends = Conversions.kalends(database.urlAs(role), moments);
        kalends.migrate(Events.TABLE, Events.WISH);
        assertThat(kalends.abort(Events.TABLE)).isTrue();
        assertThat(
                        database.value(
                                "SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'kalends%'"))
                .isEqualTo("0");

        moments.whenBegins(Phase.COPYING, () -> mirror.write("DELETE FROM {t} WHERE id % 9 = 1"));
        kalends.migrate(Events.TABLE, Events.WISH);
        moments.when(
                ProgressEvent.Tried.class::isInstance,
                () -> mirror.write("DELETE FROM {t} WHERE id % 9 = 2"));
        kalends.switchTables(Events.TABLE);
        mirror.write("UPDATE {t} SET at = at + interval '1 month' WHERE id % 9 = 3");
        assertThat(kalends.validate(Events.TABLE)).allMatch(Validator.Result::equal);
        kalends.rollback(Events.TABLE);
        assertThat(mirror.differences()).isEmpty();
        kalends.cleanup(Events.TABLE, Kalends.Backup.WAIVED);

        kalends.migrate(Events.TABLE, Events.WISH);
        kalends.switchTables(Events.TABLE);
        kalends.cleanup(Events.TABLE, Kalends.Backup.WAIVED);
        assertThat(Events.kind(database)).isEqualTo("p");
        assertThat(mirror.differences()).isEmpty();
        assertThat(kalends.status(null)).hasSize(2);
        try (Connection connection = database.connectAs(role)) {
            mirror.write(connection, "UPDATE {t} SET kind = 'own' WHERE id % 9 = 4");
        }
        assertThat(mirror.differences()).isEmpty();
    }

    @ServerTest
    void namesTheBlockerWhoseSessionTheRoleMayNotLookInto(TestDatabase database)
            throws SQLException {
        String owner = owner(database);
        Kalends kalends = Conversions.kalends(database.urlAs(owner));
        kalends.migrate(Events.TABLE, Events.WISH);
        try (Connection blocker = database.connect();
                Statement statement = blocker.createStatement()) {
            statement.execute("SET application_name = ''");
            blocker.setAutoCommit(false);
            statement.execute("LOCK TABLE public.events IN ROW EXCLUSIVE MODE");
            int pid = blocker.unwrap(org.postgresql.PGConnection.class).getBackendPID();
            Moments moments = new Moments();
            moments.when(
                    event ->
                            event instanceof ProgressEvent.Tried(int attempt, _, _) && attempt == 2,
                    () -> commit(blocker));
            Conversions.kalends(database.urlAs(owner), moments).switchTables(Events.TABLE);
            assertThat(moments.seen())
                    .filteredOn(ProgressEvent.Tried.class::isInstance)
                    .anyMatch(event ->
                            ((ProgressEvent.Tried) event).outcome().contains("pid " + pid));
        }
        assertThat(Events.kind(database)).isEqualTo("p");
    }

    private static void commit(Connection connection) {
        try {
            connection.commit();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @ServerTest
    void refusesMissingRightsWithTheGrantThatGivesThem(TestDatabase database) {
        String owner = owner(database);
        Kalends kalends = Conversions.kalends(database.urlAs(owner));
        database.sql(
                "REVOKE CREATE ON SCHEMA public FROM PUBLIC, \"%s\"".formatted(owner),
                "REVOKE CREATE ON DATABASE \"%s\" FROM \"%s\"".formatted(database.name(), owner));

        KalendsException refusal = refusal(() -> kalends.migrate(Events.TABLE, Events.WISH));

        assertThat(refusal.code()).isEqualTo(FailureCode.PRIVILEGE_MISSING);
        assertThat(refusal.what())
                .contains("GRANT CREATE ON DATABASE %s TO %s".formatted(database.name(), owner))
                .contains("GRANT CREATE ON SCHEMA public TO " + owner);
        assertThat(database.value("SELECT to_regnamespace('kalends')")).isEqualTo("NULL");
    }

    @ServerTest
    void refusesAStrangerByTheOwnersName(TestDatabase database) {
        String owner = owner(database);
        String stranger = database.createRole("stranger");
        database.sql("GRANT SELECT ON public.events TO \"" + stranger + "\"");
        Kalends kalends = Conversions.kalends(database.urlAs(stranger));

        KalendsException refusal = refusal(() -> kalends.migrate(Events.TABLE, Events.WISH));

        assertThat(refusal.code()).isEqualTo(FailureCode.PRIVILEGE_MISSING);
        assertThat(refusal.what()).contains("GRANT %s TO %s".formatted(owner, stranger));
    }

    @ServerTest
    void refusesForcedRowLevelSecurityByName(TestDatabase database) {
        String owner = owner(database);
        database.sql(
                "ALTER TABLE public.events ENABLE ROW LEVEL SECURITY",
                "ALTER TABLE public.events FORCE ROW LEVEL SECURITY",
                "CREATE POLICY mine ON public.events USING (id < 10)");

        KalendsException refusal =
                refusal(() ->
                        Conversions.kalends(database.urlAs(owner))
                                .migrate(Events.TABLE, Events.WISH));

        assertThat(refusal.code()).isEqualTo(FailureCode.REFUSED);
        assertThat(refusal.what())
                .contains(
                        "row level security is forced and would hide rows from this role: connect as a role with"
                                + " BYPASSRLS, or run ALTER TABLE public.events NO FORCE ROW LEVEL SECURITY");
        database.sql("ALTER ROLE \"" + owner + "\" BYPASSRLS");
        Conversions.kalends(database.urlAs(owner)).migrate(Events.TABLE, Events.WISH);
    }

    @ServerTest
    void stopsWhenPoliciesAppearInTheMiddle(TestDatabase database) {
        String owner = owner(database);
        Mirror mirror = Mirror.of(database, "public.events");
        for (Phase phase :
                new Phase[] {Phase.COPYING, Phase.INDEXING, Phase.CATCHING_UP, Phase.VALIDATING}) {
            Moments moments =
                    new Moments()
                            .whenBegins(
                                    phase,
                                    () ->
                                            database.sql(
                                                    "CREATE POLICY mine ON public.events USING (id < 10)",
                                                    "ALTER TABLE public.events ENABLE ROW LEVEL SECURITY",
                                                    "ALTER TABLE public.events FORCE ROW LEVEL SECURITY"));
            Kalends kalends = Conversions.kalends(database.urlAs(owner), moments);
            KalendsException refusal =
                    refusal(() -> {
                        kalends.migrate(Events.TABLE, Events.WISH);
                        kalends.switchTables(Events.TABLE);
                    });
            assertThat(refusal.code()).isEqualTo(FailureCode.SCHEMA_CHANGED);
            assertThat(refusal.what()).contains("now has policy mine").contains("forced");
            database.sql(
                    "ALTER TABLE public.events NO FORCE ROW LEVEL SECURITY",
                    "ALTER TABLE public.events DISABLE ROW LEVEL SECURITY",
                    "DROP POLICY mine ON public.events");
            mirror.write("UPDATE {t} SET kind = kind || '+' WHERE id % 9 = 4");
        }
        Kalends kalends = Conversions.kalends(database.urlAs(owner));
        kalends.migrate(Events.TABLE, Events.WISH);
        kalends.switchTables(Events.TABLE);
        assertThat(mirror.differences()).isEmpty();
    }

    @ServerTest
    void grantsNoMoreThanTheTableHadWhateverTheDefaultPrivilegesSay(TestDatabase database) {
        String owner = owner(database);
        String reader = database.createRole("reader");
        String auditor = database.createRole("auditor");
        for (String creator : new String[] {owner, "postgres"}) {
            database.sql(
                    "ALTER DEFAULT PRIVILEGES FOR ROLE \"%s\" GRANT ALL ON TABLES TO \"%s\", PUBLIC"
                            .formatted(creator, reader));
        }
        database.sql(
                "GRANT SELECT ON public.events TO \"" + auditor + "\"",
                "REVOKE TRUNCATE ON public.events FROM \"" + owner + "\"");
        String before = grants(database, "c.oid = 'public.events'::regclass");
        for (String url : new String[] {database.urlAs(owner), database.url()}) {
            Kalends kalends = Conversions.kalends(url);
            kalends.migrate(Events.TABLE, Events.WISH);
            kalends.switchTables(Events.TABLE);

            assertThat(grants(database, "c.oid = 'public.events'::regclass")).isEqualTo(before);
            // Who has no right on the table must not read its rows from a partition.
            assertThat(
                            database.value(
                                    "SELECT count(*) FROM pg_class c WHERE relispartition AND has_table_privilege('%s', oid, 'SELECT')"
                                            .formatted(reader)))
                    .isEqualTo("0");
            assertThat(
                            database.value(
                                    """
                                    SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                                     WHERE n.nspname LIKE 'kalends%%' AND relkind IN ('r', 'p') AND relname <> 'events'
                                       AND has_table_privilege('%1$s', c.oid, 'SELECT')
                                       AND has_schema_privilege('%1$s', n.oid, 'USAGE')
                                    """
                                            .formatted(reader)))
                    .as("logs hold keys")
                    .isEqualTo("0");
            kalends.rollback(Events.TABLE);
            kalends.cleanup(Events.TABLE, Kalends.Backup.WAIVED);
            database.sql("DROP SCHEMA kalends CASCADE");
        }
    }

    private static String grants(TestDatabase database, String which) {
        return database.value(
                """
                SELECT string_agg(concat_ws(' ', g.grantee::regrole, g.privilege_type, g.is_grantable), ', ' ORDER BY 1)
                  FROM (SELECT (aclexplode(coalesce(c.relacl, acldefault('r', c.relowner)))).* FROM pg_class c WHERE %s) g
                """
                        .formatted(which)
                        .replace("ORDER BY 1", "ORDER BY g.grantee, g.privilege_type"));
    }

    @ServerTest
    void anOwnerWithoutFurtherRightsCarriesWhatTheTableHas(TestDatabase database) {
        String owner = owner(database);
        String reader = database.createRole("reader");
        database.sql(
                "CREATE FUNCTION public.same() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
                "SET ROLE \"" + owner + "\"",
                "ALTER TABLE public.events ADD turn int GENERATED ALWAYS AS IDENTITY",
                "GRANT USAGE ON SEQUENCE public.events_turn_seq TO \"" + reader + "\"",
                "COMMENT ON SEQUENCE public.events_turn_seq IS 'turn'",
                "CREATE TRIGGER same BEFORE UPDATE ON public.events FOR EACH ROW EXECUTE FUNCTION public.same()",
                "ALTER TABLE public.events ENABLE ALWAYS TRIGGER same",
                "COMMENT ON TRIGGER same ON public.events IS 'same'",
                "CREATE STATISTICS public.pair ON kind, body FROM public.events",
                "ALTER STATISTICS public.pair SET STATISTICS 9",
                "COMMENT ON STATISTICS public.pair IS 'pair'",
                "ALTER TABLE public.events ALTER kind SET STATISTICS 9, ALTER kind SET (n_distinct = 3)",
                "ALTER TABLE public.events REPLICA IDENTITY USING INDEX events_pkey",
                "ALTER TABLE public.events CLUSTER ON events_at",
                "COMMENT ON INDEX public.events_at IS 'at'",
                "COMMENT ON CONSTRAINT events_pkey ON public.events IS 'key'",
                "CREATE FUNCTION public.many() RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT count(*) FROM public.events; END",
                "CREATE FUNCTION public.title(public.events) RETURNS text LANGUAGE sql AS 'SELECT $1.kind'",
                "REVOKE EXECUTE ON FUNCTION public.title FROM PUBLIC",
                "GRANT EXECUTE ON FUNCTION public.title TO \"" + reader + "\"",
                "COMMENT ON FUNCTION public.title IS 'title'");
        AllWays.go(
                database,
                database.urlAs(owner),
                Events.WISH,
                () -> assertThat(database.value("SELECT public.many()")).isEqualTo("2000"));
    }
}
