package dev.kalends.migrate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kalends.app.Kalends;
import dev.kalends.calendar.Interval;
import dev.kalends.config.LayoutConfig;
import dev.kalends.config.PartitionConfig;
import dev.kalends.config.TableConfig;
import dev.kalends.sql.Identifier;
import dev.kalends.sql.QualifiedName;
import dev.kalends.testing.AllWays;
import dev.kalends.testing.Conversions;
import dev.kalends.testing.Events;
import dev.kalends.testing.Mirror;
import dev.kalends.testing.ServerTest;
import dev.kalends.testing.TestDatabase;
import java.util.List;

/// Columns and indexes of every kind.
class CarryShapesIT {
    private static final TableConfig WISH =
            new TableConfig(
                    QualifiedName.of("odd", "We\"ird Näme"),
                    PartitionConfig.of(Identifier.of("at"), Interval.MONTH),
                    new LayoutConfig(List.of()));

    /// Domains, enums, composite types, arrays, generated columns, and holes where columns were.
    private static void create(TestDatabase database) {
        database.sql(
                "CREATE SCHEMA odd",
                "CREATE DOMAIN odd.\"Positive\" AS numeric(10, 2) CHECK (VALUE > 0)",
                "CREATE TYPE odd.mood AS ENUM ('so', 'la')",
                "CREATE TYPE odd.place AS (x int, y \"text\")",
                """
                CREATE TABLE odd."We""ird Näme" (
                    gone int,
                    id bigint PRIMARY KEY,
                    gone_too text,
                    at timestamp NOT NULL,
                    price odd."Positive" NOT NULL DEFAULT 1,
                    moods odd.mood[] NOT NULL DEFAULT '{so}',
                    "pl ace" odd.place DEFAULT ROW(1, 'a'),
                    span int4range,
                    doc jsonb,
                    twice numeric GENERATED ALWAYS AS (price * 2) STORED,
                    note varchar(30) COLLATE "C" DEFAULT 'n'
                )
                """,
                "ALTER TABLE odd.\"We\"\"ird Näme\" DROP COLUMN gone, DROP COLUMN gone_too, ADD COLUMN late int NOT NULL DEFAULT 7");
        if (database.server().major() >= 18) {
            database.sql(
                    "ALTER TABLE odd.\"We\"\"ird Näme\" ADD COLUMN seen int GENERATED ALWAYS AS (late + 1) VIRTUAL");
        }
        database.sql(
                """
                INSERT INTO odd."We""ird Näme" (id, at, price, moods, span, doc, late)
                SELECT i, timestamp '2026-04-01' + i * interval '3 hours', i, ARRAY['la', 'so']::odd.mood[], int4range(i, i + 5),
                       jsonb_build_object('n', i), i % 9 FROM generate_series(1, 900) i
                """);
    }

    @ServerTest
    void columnsOfEveryKindAreWrittenOnBothSides(TestDatabase database) {
        create(database);
        Mirror mirror = Mirror.of(database, "odd.\"We\"\"ird Näme\"");
        Kalends kalends = Conversions.kalends(database.url());
        String[] writes = {
            "INSERT INTO {t} (id, at, moods) SELECT 2 + max(id), '2026-06-06', '{so,la,so}' FROM {t}",
            "UPDATE {t} SET price = price + 1, \"pl ace\" = ROW(id, 'b') WHERE id % 5 = 0",
            "UPDATE {t} SET at = at + interval '1 month', late = late + 1 WHERE id % 7 = 0",
            "DELETE FROM {t} WHERE id % 11 = 0"
        };
        kalends.migrate(WISH.table(), WISH);
        mirror.write(writes);
        kalends.switchTables(WISH.table());
        assertThat(mirror.differences()).isEmpty();
        mirror.write(writes);
        kalends.rollback(WISH.table());
        assertThat(mirror.differences()).isEmpty();
        kalends.cleanup(WISH.table(), Kalends.Backup.WAIVED);
        AllWays.go(database, database.url(), WISH, () -> mirror.write(writes));
        assertThat(mirror.differences()).isEmpty();
    }

    @ServerTest
    void indexesOfEveryKindKeepNameAndDefinition(TestDatabase database) {
        create(database);
        String on = " ON odd.\"We\"\"ird Näme\" ";
        database.sql(
                "CREATE INDEX \"part \"\"ial\""
                        + on
                        + "(late DESC NULLS LAST, note) WHERE price > 5",
                "CREATE INDEX expression" + on + "(lower(note), (late + 1))",
                "CREATE INDEX covering"
                        + on
                        + "(late) INCLUDE (price, note) WITH (fillfactor = 60, deduplicate_items = off)",
                "CREATE INDEX words"
                        + on
                        + "USING gin (doc jsonb_path_ops, moods) WITH (fastupdate = off)",
                "CREATE INDEX spans" + on + "USING gist (span) WITH (buffering = on)",
                "CREATE INDEX spread" + on + "USING spgist (span)",
                "CREATE INDEX blocks"
                        + on
                        + "USING brin (at timestamp_minmax_multi_ops (values_per_range = 8)) WITH (pages_per_range = 4)",
                "CREATE INDEX hashed" + on + "USING hash (note)",
                "CREATE INDEX collated"
                        + on
                        + "(note COLLATE \"POSIX\" text_pattern_ops ASC NULLS FIRST)");
        AllWays.go(database, database.url(), WISH, () -> {});
        assertThat(
                        database.value(
                                "SELECT count(*) FROM pg_inherits h JOIN pg_index x ON x.indexrelid = h.inhrelid AND x.indisvalid WHERE h.inhparent = 'odd.\"part \"\"ial\"'::regclass"))
                .isNotEqualTo("0");
    }

    @ServerTest
    void commentsOnForeignKeysComeBackWithThem(TestDatabase database) {
        Events.create(database, 100);
        database.sql(
                "CREATE TABLE public.kinds (kind text PRIMARY KEY)",
                "INSERT INTO public.kinds VALUES ('seen')",
                "ALTER TABLE public.events ADD CONSTRAINT \"of kind\" FOREIGN KEY (kind) REFERENCES public.kinds",
                "COMMENT ON CONSTRAINT \"of kind\" ON public.events IS 'it''s a kind'");
        AllWays.go(database, database.url(), Events.WISH, () -> {});
    }

    /// Bookings of rooms by the hour, of which each room and hour may have one.
    private static void createBookings(TestDatabase database) {
        Events.create(database, 600);
        database.sql(
                "ALTER TABLE public.events ADD room int NOT NULL DEFAULT 1",
                "ALTER TABLE public.events ADD CONSTRAINT \"one at a time\" EXCLUDE USING btree (at WITH =, room WITH =) WITH (fillfactor = 80) WHERE (room > 0) DEFERRABLE INITIALLY IMMEDIATE",
                "COMMENT ON CONSTRAINT \"one at a time\" ON public.events IS 'it''s booked'");
    }

    @ServerTest
    void exclusionConstraintsThatCompareTheKeyHoldFrom17On(TestDatabase database) {
        createBookings(database);
        if (database.server().major() < 17) {
            assertThatThrownBy(() ->
                            Conversions.kalends(database.url()).migrate(Events.TABLE, Events.WISH))
                    .hasMessageContaining(
                            "exclusion constraint \"one at a time\": partitioned tables have them from PostgreSQL 17 on; drop it, or upgrade");
            return;
        }
        AllWays.go(
                database,
                database.url(),
                Events.WISH,
                () ->
                        assertThatThrownBy(() ->
                                        database.sql(
                                                "INSERT INTO public.events (id, at) VALUES (-1, '2026-05-05 05:00')"))
                                .hasStackTraceContaining(
                                        "conflicting key value violates exclusion constraint"));
    }

    @ServerTest
    void rowsThatMadeRoomForEachOtherAreReplayedInAnyOrder(TestDatabase database) {
        if (database.server().major() < 17) {
            return;
        }
        Events.create(database, 600);
        database.sql(
                "ALTER TABLE public.events ADD room int NOT NULL DEFAULT 1",
                "ALTER TABLE public.events ADD CONSTRAINT apart EXCLUDE USING btree (at WITH =, room WITH =)");
        Mirror mirror = Mirror.of(database, "public.events");
        // Each booking moves on by an hour, the last one first, and the last one becomes the first.
        String[] rotate = {
            "UPDATE {t} SET room = -1 WHERE at = (SELECT max(at) FROM {t})",
            """
            DO $$ DECLARE one bigint; BEGIN
                FOR one IN SELECT id FROM {t} WHERE room = 1 ORDER BY at DESC LOOP
                    UPDATE {t} SET at = at + interval '1 hour' WHERE id = one;
                END LOOP;
            END $$
            """,
            "UPDATE {t} SET room = 1, at = '2026-05-01 01:00' WHERE room = -1"
        };
        Kalends kalends = Conversions.kalends(database.url());
        kalends.migrate(Events.TABLE, Events.WISH);
        mirror.write(rotate);
        kalends.switchTables(Events.TABLE);
        assertThat(mirror.differences()).isEmpty();
        mirror.write(rotate);
        kalends.rollback(Events.TABLE);
        assertThat(mirror.differences()).isEmpty();
    }

    @ServerTest
    void refusesExclusionConstraintsThatDoNotCompareTheKey(TestDatabase database) {
        Events.create(database, 10);
        database.sql(
                "ALTER TABLE public.events ADD CONSTRAINT apart EXCLUDE USING btree (id WITH =)");
        assertThatThrownBy(() ->
                        Conversions.kalends(database.url()).migrate(Events.TABLE, Events.WISH))
                .hasMessageContaining(
                        database.server().major() < 17
                                ? "exclusion constraint apart: partitioned tables have them from PostgreSQL 17 on"
                                : "exclusion constraint apart: it cannot hold across partitions, because it does not compare at by equality; add WITH = for it, or drop it");
    }
}
