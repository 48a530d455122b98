package dev.kalends.migrate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kalends.app.Kalends;
import dev.kalends.config.TableConfig;
import dev.kalends.plan.Phase;
import dev.kalends.sql.QualifiedName;
import dev.kalends.testing.Conversions;
import dev.kalends.testing.Mirror;
import dev.kalends.testing.Moments;
import dev.kalends.testing.OldestAndNewest;
import dev.kalends.testing.TestDatabase;
import java.util.List;

/// Keys and names at the ends of what is allowed.
class LimitsIT {
    private static TableConfig wish(String table, String rest) {
        return Conversions.wish("  - table: " + table + "\n" + rest.indent(4));
    }

    private static Mirror convert(
            TestDatabase database, TableConfig wish, String table, String... writes) {
        Mirror mirror = Mirror.of(database, table);
        Moments moments = new Moments();
        moments.whenBegins(Phase.CATCHING_UP, () -> mirror.write(writes));
        Kalends kalends = Conversions.kalends(database.url(), moments);
        kalends.migrate(wish.table(), wish);
        kalends.switchTables(wish.table());
        assertThat(mirror.differences()).isEmpty();
        kalends.rollback(wish.table());
        kalends.cleanup(wish.table(), Kalends.Backup.WAIVED);
        assertThat(mirror.differences()).isEmpty();
        return mirror;
    }

    @OldestAndNewest
    void makesNoPartitionsBeyondTheTypeOfTheKey(TestDatabase database) {
        for (String type : List.of("smallint", "integer", "bigint")) {
            String max =
                    database.value(
                            "SELECT CASE '%s' WHEN 'smallint' THEN '32767' WHEN 'integer' THEN '2147483647' ELSE '9223372036854775807' END"
                                    .formatted(type));
            database.sql(
                    "CREATE TABLE t (id %s PRIMARY KEY, body text)".formatted(type),
                    "INSERT INTO t SELECT %s::numeric - 1000 - i, 'x' FROM generate_series(1, 3000) i"
                            .formatted(max));
            TableConfig wish = wish("t", "partition: {by: range, key: id, every: 1000, ahead: 3}");
            convert(database, wish, "public.t", "DELETE FROM {t} WHERE id % 7 = 0");
            database.sql("INSERT INTO t VALUES (%s, 'last')".formatted(max));
            assertThatThrownBy(() -> Conversions.kalends(database.url()).plan(wish))
                    .hasMessageContaining(type);
            database.sql("DROP TABLE t, t_mirror");
        }
    }

    @OldestAndNewest
    void refusesValuesThatNoListHoldsWithAWayOut(TestDatabase database) {
        database.sql(
                "CREATE TABLE t (id int PRIMARY KEY, kind text NOT NULL)",
                "INSERT INTO t SELECT i, CASE WHEN i % 2 = 0 THEN 'o''x' ELSE '\"q\\' END FROM generate_series(1, 1000) i");
        TableConfig wish =
                wish(
                        "t",
                        "partition: {by: list, key: kind, values: {one: [\"o'x\"], two: ['\"q\\', 'é']}}");
        Moments moments = new Moments();
        moments.whenBegins(
                Phase.COPYING, () -> database.sql("INSERT INTO t VALUES (5000, 'stranger')"));
        Kalends kalends = Conversions.kalends(database.url(), moments);
        assertThatThrownBy(() -> kalends.migrate(wish.table(), wish))
                .hasMessageContaining("stranger")
                .hasMessageContaining("default");
        database.sql("DELETE FROM t WHERE id = 5000");
        convertRest(database, wish);
    }

    private static void convertRest(TestDatabase database, TableConfig wish) {
        Mirror mirror = Mirror.of(database, "public.t");
        Kalends kalends = Conversions.kalends(database.url());
        kalends.migrate(wish.table(), wish);
        kalends.switchTables(wish.table());
        mirror.write("UPDATE {t} SET kind = 'é' WHERE id % 4 = 0");
        assertThat(mirror.differences()).isEmpty();
        kalends.rollback(wish.table());
        assertThat(mirror.differences()).isEmpty();
    }

    @OldestAndNewest
    void keepsNamesOfSixtyThreeBytesApart(TestDatabase database) {
        String name = "\"Ein \"\"select\"\" mit sehr langem Namen, der ganz bis 63 B\"";
        database.sql(
                "CREATE SCHEMA \"Sch\"\"ema\"",
                "CREATE TYPE mood AS ENUM ('sad', 'glad')",
                "CREATE TYPE pair AS (x int, y text)",
                "CREATE DOMAIN code AS text CHECK (value <> '')",
                "CREATE TABLE \"Sch\"\"ema\"."
                        + name
                        + " (gone int, \"order\" code CONSTRAINT \"Ein \"\"select\"\" mit sehr langem Namen, der ganz bis 63 Bytes _pkey\" PRIMARY KEY, \"table\" timestamp NOT NULL, \"user\" int CONSTRAINT \"Ein \"\"select\"\" mit sehr langem Namen, der ganz bis 63 Bytes _ukey\" UNIQUE, m mood, p pair, tags text[], d numeric)",
                "ALTER TABLE \"Sch\"\"ema\"." + name + " DROP COLUMN gone",
                "INSERT INTO \"Sch\"\"ema\"."
                        + name
                        + " SELECT 'c' || i, timestamp '2025-01-01' + i * interval '3 hours', i, 'sad', ROW(i, 'y')::pair, ARRAY['a', NULL], 1.00 FROM generate_series(1, 1000) i");
        TableConfig any =
                wish(
                        "t",
                        "partition: {by: range, key: table, every: month}\nunique: {order: guard, user: guard}\n");
        TableConfig wish =
                new TableConfig(
                        QualifiedName.of(
                                "Sch\"ema",
                                name.substring(1, name.length() - 1).replace("\"\"", "\"")),
                        any.partition(),
                        any.contract(),
                        any.layout());
        convert(
                database,
                wish,
                "\"Sch\"\"ema\"." + name,
                "UPDATE {t} SET \"table\" = \"table\" + interval '40 days', m = 'glad' WHERE \"user\" % 5 = 0",
                "UPDATE {t} SET \"user\" = -\"user\" WHERE \"user\" % 7 = 0",
                "UPDATE {t} SET \"order\" = \"order\" || 'x' WHERE \"user\" % 11 = 0",
                "DELETE FROM {t} WHERE \"user\" % 13 = 0");
    }
}
