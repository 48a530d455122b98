package dev.kalends.migrate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kalends.app.Kalends;
import dev.kalends.failure.FailureCode;
import dev.kalends.failure.KalendsException;
import dev.kalends.testing.AllWays;
import dev.kalends.testing.Conversions;
import dev.kalends.testing.Events;
import dev.kalends.testing.ServerTest;
import dev.kalends.testing.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/// Where and how the table's files lie, and what logical decoding tells of its rows.
class CarryStorageIT {
    @ServerTest
    void replicaIdentityIsThatOfTheTableAndOfEachPartition(TestDatabase database) {
        Events.create(database, 300);
        for (String identity : new String[] {"FULL", "NOTHING", "USING INDEX events_pkey"}) {
            database.sql("ALTER TABLE public.events REPLICA IDENTITY " + identity);
            Kalends kalends = Conversions.kalends(database.url());
            kalends.migrate(Events.TABLE, Events.WISH);
            kalends.switchTables(Events.TABLE);
            assertThat(
                            database.value(
                                    """
                                    SELECT string_agg(DISTINCT c.relreplident::text || coalesce(' ' || x.indisprimary, ''), ',') FROM pg_class c
                                      LEFT JOIN pg_index x ON x.indrelid = c.oid AND x.indisreplident
                                     WHERE c.oid = 'public.events'::regclass OR c.relispartition AND c.relkind = 'r'
                                    """))
                    .isEqualTo(
                            identity.startsWith("USING")
                                    ? "i true"
                                    : identity.substring(0, 1).toLowerCase(java.util.Locale.ROOT));
            kalends.rollback(Events.TABLE);
            kalends.cleanup(Events.TABLE, Kalends.Backup.WAIVED);
        }
        AllWays.go(database, database.url(), Events.WISH, () -> {});
    }

    @ServerTest
    void thePrimaryKeyKeepsItsIncludedColumnsAndStorageParameters(TestDatabase database) {
        Events.create(database, 300);
        database.sql(
                "ALTER TABLE public.events DROP CONSTRAINT events_pkey, ADD PRIMARY KEY (id) INCLUDE (kind, at) WITH (fillfactor = 70)",
                "ALTER TABLE public.events CLUSTER ON events_at");
        Kalends kalends = Conversions.kalends(database.url());
        kalends.migrate(Events.TABLE, Events.WISH);
        kalends.switchTables(Events.TABLE);
        assertThat(
                        database.rows(
                                """
                                SELECT DISTINCT pg_get_constraintdef(c.oid), i.reloptions::text FROM pg_constraint c JOIN pg_class i ON i.oid = c.conindid
                                 WHERE c.contype = 'p' AND (c.conrelid = 'public.events'::regclass OR c.conparentid > 0)
                                """))
                .containsExactly(List.of("PRIMARY KEY (id, at) INCLUDE (kind)", "{fillfactor=70}"));
        assertThat(
                        database.value(
                                "SELECT bool_and(EXISTS (SELECT FROM pg_index x WHERE x.indrelid = h.inhrelid AND x.indisclustered)) FROM pg_inherits h WHERE inhparent = 'public.events'::regclass"))
                .isEqualTo("t");
        database.sql("UPDATE public.events SET kind = 'later' WHERE id < 100");
        kalends.rollback(Events.TABLE);
        assertThat(
                        database.value(
                                "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'public.events'::regclass AND contype = 'p'"))
                .isEqualTo("PRIMARY KEY (id) INCLUDE (kind, at)");
        assertThat(database.value("SELECT count(*) FROM public.events WHERE kind = 'later'"))
                .isEqualTo("99");
    }

    @ServerTest
    void tableAndIndexesStayInTheirTablespaces(TestDatabase database) throws IOException {
        Path folder = Files.createTempDirectory("kalends-space");
        try {
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
            String heap = tablespace(database, folder, "hea\"p");
            String keys = tablespace(database, folder, "keys");
            useTablespaces(database, heap, keys);
            database.sql("DROP TABLE public.events");
            Events.create(database, 1);
            database.sql("DROP SCHEMA kalends CASCADE");
            database.sql("DROP TABLESPACE \"%s\"".formatted(heap.replace("\"", "\"\"")));
            database.sql("DROP TABLESPACE " + keys);
        } finally {
            try (Stream<Path> files = Files.walk(folder)) {
                files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
            }
        }
    }

    /// A tablespace in a directory that the server's account owns, as it has to be.
    private static String tablespace(TestDatabase database, Path folder, String name) {
        String whole = database.name() + "_" + name;
        String directory = folder.resolve(database.name() + name.length()).toString();
        database.sql(
                "COPY (SELECT 1) TO PROGRAM 'cat >/dev/null; mkdir -m 700 %s'"
                        .formatted(directory));
        database.sql(
                "CREATE TABLESPACE \"%s\" LOCATION '%s'"
                        .formatted(whole.replace("\"", "\"\""), directory));
        return whole;
    }

    private static void useTablespaces(TestDatabase database, String heap, String keys) {
        Events.create(database, 300);
        String owner = database.createRole("owner");
        database.sql(
                "CREATE INDEX partial ON public.events (kind) WHERE body IS NOT NULL",
                "ALTER TABLE public.events SET TABLESPACE \"" + heap.replace("\"", "\"\"") + "\"",
                "ALTER INDEX public.events_pkey SET TABLESPACE " + keys,
                "ALTER INDEX public.partial SET TABLESPACE " + keys,
                "ALTER TABLE public.events OWNER TO \"" + owner + "\"",
                "GRANT CREATE ON SCHEMA public TO \"" + owner + "\"",
                "GRANT CREATE ON DATABASE \"%s\" TO \"%s\"".formatted(database.name(), owner),
                "GRANT CREATE ON TABLESPACE " + keys + " TO \"" + owner + "\"");
        assertThatThrownBy(() ->
                        Conversions.kalends(database.urlAs(owner))
                                .migrate(Events.TABLE, Events.WISH))
                .isInstanceOfSatisfying(
                        KalendsException.class,
                        e -> assertThat(e.code()).isEqualTo(FailureCode.PRIVILEGE_MISSING))
                .hasMessageContaining(
                        "CREATE on a tablespace: GRANT CREATE ON TABLESPACE \"%s\" TO %s"
                                .formatted(heap.replace("\"", "\"\""), owner));
        database.sql(
                "GRANT CREATE ON TABLESPACE \"%s\" TO \"%s\""
                        .formatted(heap.replace("\"", "\"\""), owner));
        AllWays.go(database, database.urlAs(owner), Events.WISH, () -> {});
        assertThat(
                        database.rows(
                                """
                                SELECT DISTINCT c.relkind, coalesce(right(s.spcname, 4), 'none'), right(regexp_replace(c.relname, '_20.._..', ''), 5)
                                  FROM pg_class c LEFT JOIN pg_tablespace s ON s.oid = c.reltablespace
                                 WHERE c.relispartition ORDER BY 1, 2, 3
                                """))
                .containsExactly(
                        List.of("i", "keys", "_pkey"),
                        List.of("i", "keys", "rtial"),
                        List.of("i", "none", "ts_at"),
                        List.of("r", "ea\"p", "vents"));
    }
}
