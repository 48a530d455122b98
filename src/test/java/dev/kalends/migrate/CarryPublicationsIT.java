package dev.kalends.migrate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kalends.testing.AllWays;
import dev.kalends.testing.Conversions;
import dev.kalends.testing.Events;
import dev.kalends.testing.ServerTest;
import dev.kalends.testing.TestDatabase;

/// Publications publish whichever table has the name.
class CarryPublicationsIT {
    @ServerTest
    void publicationsOfTheTablePublishTheOneInUse(TestDatabase database) {
        Events.create(database, 100);
        String owner = database.createRole("owner");
        boolean parts = database.server().major() >= 15;
        database.sql(
                "CREATE TABLE public.other (id int PRIMARY KEY)",
                "CREATE PUBLICATION \"Fe ed\" FOR TABLE public.events, public.other WITH (publish_via_partition_root = true)",
                "CREATE PUBLICATION inserts FOR TABLE public.events"
                        + (parts
                                ? " (id, kind, at) WHERE (kind <> 'it''s private' AND id > 0)"
                                : "")
                        + " WITH (publish = 'insert', publish_via_partition_root = true)",
                "ALTER TABLE public.events OWNER TO \"" + owner + "\"",
                "ALTER PUBLICATION inserts OWNER TO \"" + owner + "\"",
                "GRANT CREATE ON SCHEMA public TO \"" + owner + "\"",
                "GRANT CREATE ON DATABASE \"%s\" TO \"%s\"".formatted(database.name(), owner));
        AllWays.go(database, database.url(), Events.WISH, () -> {});

        assertThatThrownBy(() ->
                        Conversions.kalends(database.urlAs(owner))
                                .migrate(Events.TABLE, Events.WISH))
                .isInstanceOf(RuntimeException.class);
        assertThat(
                        database.value(
                                "SELECT string_agg(pubname || ' ' || tablename, ', ' ORDER BY pubname, tablename) FROM pg_publication_tables"))
                .isEqualTo("Fe ed events, Fe ed other, inserts events");
    }

    @ServerTest
    void theOwnerOfThePublicationNeedsNoMore(TestDatabase database) {
        Events.create(database, 100);
        String owner = database.createRole("owner");
        database.sql(
                "CREATE PUBLICATION feed FOR TABLE public.events WITH (publish_via_partition_root = true)",
                "ALTER TABLE public.events OWNER TO \"" + owner + "\"",
                "GRANT CREATE ON SCHEMA public TO \"" + owner + "\"",
                "GRANT CREATE ON DATABASE \"%s\" TO \"%s\"".formatted(database.name(), owner));
        assertThatThrownBy(() ->
                        Conversions.kalends(database.urlAs(owner))
                                .migrate(Events.TABLE, Events.WISH))
                .hasMessageContaining(
                        "publication feed: it belongs to postgres; run GRANT postgres TO the role that converts");
        database.sql("ALTER PUBLICATION feed OWNER TO \"" + owner + "\"");
        AllWays.go(database, database.urlAs(owner), Events.WISH, () -> {});
    }

    @ServerTest
    void refusesPublicationsThatWouldPublishPartitionsOrTheTwin(TestDatabase database) {
        Events.create(database, 10);
        database.sql(
                "CREATE PUBLICATION feed FOR TABLE public.events",
                "CREATE PUBLICATION everything FOR ALL TABLES");
        if (database.server().major() >= 15) {
            database.sql("CREATE PUBLICATION schemas FOR TABLES IN SCHEMA public");
        }
        org.assertj.core.api.AbstractThrowableAssert<?, ?> refusal =
                assertThatThrownBy(() ->
                                Conversions.kalends(database.url())
                                        .migrate(Events.TABLE, Events.WISH))
                        .hasMessageContaining(
                                "publication feed: subscribers would need tables named like the partitions; run ALTER PUBLICATION feed SET (publish_via_partition_root = true)")
                        .hasMessageContaining(
                                "publication everything: it is for all tables and those of schema kalends, so it would publish the twin while it is built; name the tables that it publishes");
        if (database.server().major() >= 15) {
            refusal.hasMessageContaining(
                    "publication schemas: it is for all tables of a schema, so it would publish the twin while it is built; name the tables that it publishes");
        }
    }
}
