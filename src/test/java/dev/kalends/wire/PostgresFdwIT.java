package dev.kalends.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kalends.testing.OldestAndNewest;
import dev.kalends.testing.TestDatabase;

/// postgres_fdw of real servers as the client.
class PostgresFdwIT {
    private static void connect(TestDatabase database, WireServer server) {
        database.sql(
                "create extension postgres_fdw",
                "create server archive foreign data wrapper postgres_fdw options (host '127.0.0.1', port '%d', dbname 'x', sslmode 'disable', fetch_size '1000', use_remote_estimate 'true', updatable 'false')"
                        .formatted(server.address().getPort()),
                "create user mapping for current_user server archive options (user '%s', password '%s')"
                        .formatted(FixedTables.USER, FixedTables.PASSWORD),
                "create domain d_bigint as bigint",
                "create domain d_text as text",
                "create foreign table few (id d_bigint, t d_text) server archive options (schema_name 'archive', table_name 'few')",
                "create foreign table many (id d_bigint, t d_text) server archive options (schema_name 'archive', table_name 'many')",
                "create foreign table broken (id d_bigint, t d_text) server archive options (schema_name 'archive', table_name 'broken')");
    }

    @OldestAndNewest
    void isReadThroughForeignTables(TestDatabase database) {
        FixedTables tables = new FixedTables();
        try (WireServer server = WireServer.start(FixedTables.settings(3, null), tables)) {
            connect(database, server);

            assertThat(
                            database.value(
                                    "select count(*) || ' ' || sum(id::bigint) from many where id::bigint > 10"))
                    .isEqualTo("999990 500000499945");
            assertThat(
                            database.value(
                                    "select string_agg(coalesce(t::text, '-'), ',' order by id) from few"))
                    .startsWith("row\t1 'ü'\\,row\t2 'ü'\\,-,");
            assertThat(database.value("select count(*) from few")).isEqualTo("10");
            assertThat(database.value("select count(*) from (select * from few limit 3) x"))
                    .isEqualTo("3");
            assertThat(
                            database.value(
                                    "select count(*) from few a join few b on a.id::bigint + 1 = b.id::bigint"))
                    .isEqualTo("9");
            // Read again for each row of the outer side: a cursor that goes back to its beginning.
            assertThat(
                            database.value(
                                    "select sum((select count(*) from many m where m.id::bigint <= f.id::bigint)) from few f where f.id::bigint < 3"))
                    .isEqualTo("3");
            assertThatThrownBy(() -> database.value("select max(id::bigint) from broken"))
                    .rootCause()
                    .hasMessageContaining("internal error");
            assertThatThrownBy(() -> database.sql("insert into few values (1, 'x')"))
                    .rootCause()
                    .hasMessageContaining("does not allow inserts");
            assertThat(database.rows("explain select * from many").getFirst().getFirst())
                    .contains("rows=1000000");
        }
        assertThat(tables.open).hasValue(0);
    }

    @OldestAndNewest
    void cancelsThere(TestDatabase database) {
        FixedTables tables = new FixedTables();
        try (WireServer server = WireServer.start(FixedTables.settings(3, null), tables)) {
            connect(database, server);
            database.sql(
                    "create foreign table endless (id d_bigint) server archive options (schema_name 'archive', table_name 'endless')");

            assertThatThrownBy(() ->
                            database.sql(
                                    "set statement_timeout = '2s'; select count(*) from (select id::text || 'x' from endless) x where length(x::text) > 1"))
                    .rootCause()
                    .hasMessageContaining("statement timeout");
        }
        assertThat(tables.open).hasValue(0);
    }
}
