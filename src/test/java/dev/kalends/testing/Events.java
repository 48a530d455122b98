package dev.kalends.testing;

import dev.kalends.config.TableConfig;
import dev.kalends.sql.QualifiedName;

/// A small table for tests: events of some months of 2026.
public final class Events {
    public static final TableConfig WISH = Conversions.monthly("events", "at");
    public static final QualifiedName TABLE = WISH.table();

    private Events() {}

    /// Creates `public.events` with ids from 1, one event an hour from 2026-05-01 on.
    public static void create(TestDatabase database, int rows) {
        database.sql(
                """
                CREATE TABLE public.events (
                    id bigint PRIMARY KEY,
                    at timestamp(3) NOT NULL,
                    kind text NOT NULL DEFAULT 'seen',
                    body text)
                """,
                "CREATE INDEX events_at ON public.events (at)",
                """
                INSERT INTO public.events (id, at, body)
                SELECT i, timestamp '2026-05-01' + i * interval '1 hour', 'body ' || i || repeat('x', 200)
                  FROM generate_series(1, %d) i
                """
                        .formatted(rows),
                "ANALYZE public.events");
    }

    /// "r" while the application uses the plain table, "p" while it uses the partitioned one.
    public static String kind(TestDatabase database) {
        return database.value("SELECT relkind FROM pg_class WHERE oid = 'public.events'::regclass");
    }

    public static String phase(TestDatabase database) {
        return database.value("SELECT phase FROM kalends.migration ORDER BY id DESC LIMIT 1");
    }
}
