package dev.kalends.migrate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kalends.testing.AllWays;
import dev.kalends.testing.Events;
import dev.kalends.testing.ServerTest;
import dev.kalends.testing.TestDatabase;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/// Row level security, and rights on single columns, hold for clients of whichever table is in use.
class CarryPoliciesIT {
    private static String[] create(TestDatabase database) {
        Events.create(database, 100);
        String reader = database.createRole("read er");
        String owner = database.createRole("owner");
        database.sql(
                "ALTER TABLE public.events ADD \"the owner\" text DEFAULT current_user",
                "ALTER TABLE public.events OWNER TO \"" + owner + "\"",
                "GRANT CREATE ON SCHEMA public TO \"" + owner + "\"",
                "GRANT CREATE ON DATABASE \"%s\" TO \"%s\"".formatted(database.name(), owner),
                "UPDATE public.events SET \"the owner\" = '" + reader + "' WHERE id <= 10",
                "GRANT SELECT, INSERT, UPDATE (kind, body) ON public.events TO \"" + reader + "\"",
                "GRANT REFERENCES (id) ON public.events TO PUBLIC",
                "GRANT UPDATE (at) ON public.events TO \"" + reader + "\" WITH GRANT OPTION",
                "CREATE POLICY \"mine \"\"only\"\"\" ON public.events TO \""
                        + reader
                        + "\", \""
                        + owner
                        + "\" USING (\"the owner\" = current_user) WITH CHECK (\"the owner\" = current_user)",
                "COMMENT ON POLICY \"mine \"\"only\"\"\" ON public.events IS 'it''s mine'",
                // A policy may look into the table itself.
                "CREATE POLICY known ON public.events AS RESTRICTIVE FOR UPDATE USING (EXISTS (SELECT FROM public.events e WHERE e.id = events.id))",
                "CREATE POLICY adding ON public.events FOR INSERT WITH CHECK (true)",
                "ALTER TABLE public.events ENABLE ROW LEVEL SECURITY");
        return new String[] {reader, owner};
    }

    private static String as(TestDatabase database, String role, String sql) throws SQLException {
        try (Connection connection = database.connectAs(role);
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            result.next();
            return result.getString(1);
        }
    }

    private static void assertPoliciesHold(TestDatabase database, String reader) {
        try {
            assertThat(as(database, reader, "SELECT count(*) FROM public.events")).isEqualTo("10");
            assertThat(
                            as(
                                    database,
                                    reader,
                                    "WITH u AS (UPDATE public.events SET kind = 'x' RETURNING 1) SELECT count(*) FROM u"))
                    .isEqualTo("10");
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        assertThatThrownBy(() ->
                        as(database, reader, "UPDATE public.events SET id = id + 1000 RETURNING 1"))
                .hasMessage("ERROR: permission denied for table events");
    }

    @ServerTest
    void policiesAndColumnGrantsHoldForASuperusersConversion(TestDatabase database) {
        String reader = create(database)[0];
        database.sql("ALTER TABLE public.events FORCE ROW LEVEL SECURITY");
        AllWays.go(
                database, database.url(), Events.WISH, () -> assertPoliciesHold(database, reader));
    }

    @ServerTest
    void policiesAndColumnGrantsHoldForTheOwnersConversion(TestDatabase database) {
        String[] roles = create(database);
        AllWays.go(
                database,
                database.urlAs(roles[1]),
                Events.WISH,
                () -> assertPoliciesHold(database, roles[0]));
    }
}
