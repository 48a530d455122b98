package dev.kalends.migrate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kalends.app.Kalends;
import dev.kalends.config.TableConfig;
import dev.kalends.plan.Phase;
import dev.kalends.testing.Conversions;
import dev.kalends.testing.Mirror;
import dev.kalends.testing.Moments;
import dev.kalends.testing.OldestAndNewest;
import dev.kalends.testing.TestDatabase;
import java.util.function.IntConsumer;

/// Tables of all shapes keep every row there and back.
class CaptureShapesIT {
    private static final TableConfig WISH = Conversions.monthly("shape", "at");

    private static void goThereAndBack(
            TestDatabase database, String definition, String rows, IntConsumerOf<Mirror> writes) {
        database.sql("DROP TABLE IF EXISTS public.shape, public.shape_mirror");
        database.sql("CREATE TABLE public.shape (" + definition + ")", rows);
        Mirror mirror = Mirror.of(database, "public.shape");
        Moments moments = new Moments();
        int number = 1;
        for (Phase phase :
                new Phase[] {
                    Phase.PREPARED,
                    Phase.COPYING,
                    Phase.INDEXING,
                    Phase.CATCHING_UP,
                    Phase.VALIDATING
                }) {
            int n = number++;
            moments.whenBegins(phase, () -> writes.on(mirror).accept(n));
        }
        Kalends kalends = Conversions.kalends(database.url(), moments);
        kalends.migrate(WISH.table(), WISH);
        writes.on(mirror).accept(6);
        assertThat(mirror.differences()).as(definition).isEmpty();
        kalends.switchTables(WISH.table());
        assertThat(mirror.differences()).as("switched: " + definition).isEmpty();
        writes.on(mirror).accept(7);
        kalends.follow(WISH.table());
        writes.on(mirror).accept(8);
        assertThat(kalends.validate(WISH.table())).allMatch(Validator.Result::equal);
        kalends.rollback(WISH.table());
        assertThat(mirror.differences()).as("back: " + definition).isEmpty();
        writes.on(mirror).accept(9);
        kalends.cleanup(WISH.table(), Kalends.Backup.WAIVED);
        assertThat(mirror.differences()).isEmpty();
    }

    @FunctionalInterface
    private interface IntConsumerOf<T> {
        IntConsumer on(T value);
    }

    private static final String SERIES =
            "timestamp '2026-04-01' + i * interval '1 hour' FROM generate_series(1, 2000) i";

    @OldestAndNewest
    void aPrimaryKeyOfTwoColumns(TestDatabase database) {
        goThereAndBack(
                database,
                "tenant text COLLATE \"C\", no int, at timestamp NOT NULL, body text, PRIMARY KEY (tenant, no)",
                "INSERT INTO public.shape (tenant, no, at) SELECT 't' || i % 7, i, " + SERIES,
                mirror ->
                        n ->
                                mirror.write(
                                        "UPDATE {t} SET tenant = tenant || 'x' WHERE no %% 20 = %d"
                                                .formatted(n),
                                        "UPDATE {t} SET at = at + interval '35 days' WHERE no %% 30 = %d"
                                                .formatted(n),
                                        "DELETE FROM {t} WHERE no %% 90 = %d".formatted(n)));
    }

    @OldestAndNewest
    void aPrimaryKeyThatHasThePartitionKeyInIt(TestDatabase database) {
        goThereAndBack(
                database,
                "at timestamptz, device int, value real, PRIMARY KEY (at, device)",
                "INSERT INTO public.shape (device, value, at) SELECT i % 5, i, " + SERIES,
                mirror ->
                        n ->
                                mirror.write(
                                        "UPDATE {t} SET value = value + 0.1 WHERE device = %d"
                                                .formatted(n % 5),
                                        "UPDATE {t} SET at = at + interval '31 days 5 minutes', value = -%d WHERE value = %d"
                                                .formatted(n, n * 10),
                                        // The same device with another time is another row here.
                                        "INSERT INTO {t} VALUES ('2026-04-0%1$d 00:30+00', 1, 5), ('2026-05-0%1$d 00:30+00', 1, 5)"
                                                .formatted(n)));
    }

    @OldestAndNewest
    void aTableWhoseColumnsAreAllInItsKey(TestDatabase database) {
        goThereAndBack(
                database,
                "at date, tag text, PRIMARY KEY (tag, at)",
                "INSERT INTO public.shape (tag, at) SELECT 't' || i, " + SERIES,
                mirror ->
                        n ->
                                mirror.write(
                                        "INSERT INTO {t} VALUES ('2026-06-06', 'n%d')".formatted(n),
                                        "DELETE FROM {t} WHERE tag LIKE '%%%d7'".formatted(n),
                                        "UPDATE {t} SET at = at + 40 WHERE tag LIKE '%%%d8'"
                                                .formatted(n)));
    }

    @OldestAndNewest
    void generatedColumnsAndValuesOutOfLine(TestDatabase database) {
        goThereAndBack(
                database,
                """
                id int PRIMARY KEY, at timestamp NOT NULL, big text, price numeric, gross numeric GENERATED ALWAYS AS (price * 2) STORED,
                data jsonb, tags text[], pair point, amount money, raw bytea, flag bool
                """,
                """
                INSERT INTO public.shape (id, big, price, data, tags, pair, amount, raw, flag, at)
                SELECT i, CASE WHEN i % 10 = 0 THEN (SELECT string_agg(md5(i || '-' || j), '') FROM generate_series(1, 300) j) END,
                       i, jsonb_build_object('i', i), ARRAY['a', NULL, i::text], point(i, 0.1), i::numeric::money, decode(md5(i::text), 'hex'), i % 2 = 0,
                """
                        + SERIES,
                mirror ->
                        n ->
                                mirror.write(
                                        // The long value stays where it is.
                                        "UPDATE {t} SET price = price + 1 WHERE id %% 20 = 0 AND id > %d"
                                                .formatted(n * 100),
                                        "UPDATE {t} SET big = NULL, data = NULL, flag = NULL WHERE id %% 100 = %d"
                                                .formatted(n * 10),
                                        "UPDATE {t} SET at = at + interval '1 month' WHERE id %% 50 = %d"
                                                .formatted(n)));
    }

    @OldestAndNewest
    void keysThatAreEqualButNotTheSame(TestDatabase database) {
        goThereAndBack(
                database,
                "id numeric PRIMARY KEY, at timestamp NOT NULL, body text",
                "INSERT INTO public.shape (id, at) SELECT i, " + SERIES,
                mirror ->
                        n ->
                                mirror.write(
                                        "UPDATE {t} SET id = (trunc(id) || '.%s')::numeric WHERE trunc(id)::int %% 15 = %d"
                                                .formatted("0".repeat(n), n)));
    }

    @OldestAndNewest
    void replayStaysLinearWhereAllRowsHaveOneTime(TestDatabase database) {
        database.sql(
                "CREATE TABLE public.shape (id bigint PRIMARY KEY, at timestamp NOT NULL, kind text)",
                "CREATE INDEX shape_at ON public.shape (at)",
                "CREATE INDEX shape_kind_at ON public.shape (kind, at)",
                "INSERT INTO public.shape SELECT i, '2026-05-05', 'k' FROM generate_series(1, 30000) i",
                "ANALYZE public.shape");
        Mirror mirror = Mirror.of(database, "public.shape");
        Kalends kalends = Conversions.kalends(database.url());
        Moments moments = new Moments();
        moments.whenBegins(
                Phase.CATCHING_UP,
                () -> mirror.write("UPDATE {t} SET kind = 'changed' WHERE id % 3 = 0"));
        Conversions.kalends(database.url(), moments).migrate(WISH.table(), WISH);
        long forward = reads(database);
        kalends.switchTables(WISH.table());
        mirror.write("UPDATE {t} SET kind = 'again' WHERE id % 3 = 0");
        kalends.follow(WISH.table());
        long reverse = reads(database) - forward;
        kalends.rollback(WISH.table());

        assertThat(mirror.differences()).isEmpty();
        // A plan that finds each of 10,000 rows by its time alone reads 30,000 entries for each.
        assertThat(forward).isLessThan(3_000_000);
        assertThat(reverse).isLessThan(3_000_000);
    }

    /// Index entries and rows read so far in this database.
    private static long reads(TestDatabase database) {
        String sum =
                """
                SELECT (SELECT coalesce(sum(idx_tup_read), 0) FROM pg_stat_user_indexes)
                     + (SELECT coalesce(sum(seq_tup_read), 0) FROM pg_stat_user_tables)
                """;
        // Ended sessions have reported; the statistics of others come within a second.
        return Long.parseLong(database.value(sum));
    }
}
