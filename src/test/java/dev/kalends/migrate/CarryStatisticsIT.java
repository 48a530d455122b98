package dev.kalends.migrate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kalends.testing.AllWays;
import dev.kalends.testing.Events;
import dev.kalends.testing.ServerTest;
import dev.kalends.testing.TestDatabase;
import java.util.List;

/// What the planner is told about columns, expressions and combinations of them.
class CarryStatisticsIT {
    @ServerTest
    void targetsOptionsAndExtendedStatisticsAreCarriedOver(TestDatabase database) {
        Events.create(database, 3000);
        database.sql(
                "CREATE SCHEMA more",
                "CREATE INDEX by_length ON public.events (kind, length(body), (id % 7))",
                "ALTER INDEX public.by_length ALTER COLUMN 2 SET STATISTICS 500",
                "ALTER INDEX public.by_length ALTER COLUMN 3 SET STATISTICS 0",
                "COMMENT ON INDEX public.by_length IS 'it''s long'",
                "COMMENT ON INDEX public.events_pkey IS 'the key''s index'",
                "COMMENT ON CONSTRAINT events_pkey ON public.events IS 'the key'",
                "ALTER TABLE public.events ALTER kind SET STATISTICS 7, ALTER kind SET (n_distinct = -0.25), ALTER body SET STATISTICS 20",
                "ALTER TABLE public.events ALTER id SET (n_distinct = 3000, n_distinct_inherited = 2999)",
                "CREATE STATISTICS public.\"to gether\" (dependencies, ndistinct) ON kind, body FROM public.events",
                "ALTER STATISTICS public.\"to gether\" SET STATISTICS 33",
                "COMMENT ON STATISTICS public.\"to gether\" IS 'it''s together'",
                "CREATE STATISTICS more.one ON (length(kind)) FROM public.events",
                "CREATE STATISTICS more.mixed (mcv) ON kind, (id % 10), (upper(body)) FROM public.events");

        AllWays.go(database, database.url(), Events.WISH, () -> {});

        assertThat(
                        database.rows(
                                """
                                SELECT DISTINCT a.attname, CASE WHEN a.attstattarget >= 0 THEN a.attstattarget END,
                                       (SELECT string_agg(o, ',' ORDER BY o) FROM unnest(a.attoptions) o WHERE o LIKE 'n_dist%'), c.relkind
                                  FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
                                 WHERE (c.oid = 'public.events'::regclass OR c.relispartition AND c.relkind = 'r') AND attname IN ('id', 'kind', 'body')
                                 ORDER BY 4, 1
                                """))
                .containsExactly(
                        java.util.Arrays.asList("body", "20", null, "p"),
                        java.util.Arrays.asList(
                                "id", null, "n_distinct=3000,n_distinct_inherited=2999", "p"),
                        List.of("kind", "7", "n_distinct=-0.25,n_distinct_inherited=-0.25", "p"),
                        java.util.Arrays.asList("body", "20", null, "r"),
                        java.util.Arrays.asList(
                                "id", null, "n_distinct=3000,n_distinct_inherited=2999", "r"),
                        List.of("kind", "7", "n_distinct=-0.25", "r"));
        // Each partition has what the table had, filled by the ANALYZE before the switch.
        assertThat(
                        database.rows(
                                """
                                SELECT DISTINCT replace(s.stxname, c.relname || '_', ''), s.stxkind::text, coalesce(nullif(s.stxstattarget, -1), 0), count(*) = n.n,
                                       count(d.stxoid) > 0
                                  FROM pg_class c JOIN pg_statistic_ext s ON s.stxrelid = c.oid
                                  LEFT JOIN pg_statistic_ext_data d ON d.stxoid = s.oid
                                  CROSS JOIN (SELECT count(*) AS n FROM pg_inherits WHERE inhparent = 'public.events'::regclass) n
                                 WHERE c.relispartition
                                 GROUP BY 1, 2, 3, n.n ORDER BY 1
                                """))
                .containsExactly(
                        List.of("mixed", "{m,e}", "0", "t", "t"),
                        List.of("one", "{e}", "0", "t", "t"),
                        List.of("to gether", "{d,f}", "33", "t", "t"));
        assertThat(
                        database.value(
                                """
                                SELECT string_agg(DISTINCT a.attnum || '=' || a.attstattarget, ',') FROM pg_inherits h
                                  JOIN pg_attribute a ON a.attrelid = h.inhrelid AND a.attstattarget >= 0
                                 WHERE h.inhparent = 'public.by_length'::regclass
                                """))
                .isEqualTo("2=500,3=0");
    }
}
