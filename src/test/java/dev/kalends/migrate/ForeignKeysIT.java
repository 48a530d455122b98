package dev.kalends.migrate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kalends.app.Kalends;
import dev.kalends.config.TableConfig;
import dev.kalends.testing.CatalogView;
import dev.kalends.testing.Conversions;
import dev.kalends.testing.ServerTest;
import dev.kalends.testing.TestDatabase;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Foreign keys of every kind, from and to a table that is converted.
class ForeignKeysIT {
    private static final TableConfig BY_ID =
            Conversions.wish(
                    "  - table: t\n    partition: {by: range, key: id, every: 1000, ahead: 1}\n");
    private static final TableConfig BY_TIME =
            Conversions.wish(
                    "  - table: t\n    partition: {by: range, key: at, every: month}\n    unique: {id: guard, \"id, kind\": guard}\n    references: guard\n");
    private static final String FOREIGN_KEYS =
            """
            SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid), convalidated, condeferrable, condeferred
              FROM pg_constraint WHERE contype = 'f' AND conparentid = 0 ORDER BY 1, 2
            """;

    private static void create(TestDatabase database) {
        database.sql(
                "CREATE SCHEMA \"Other\"",
                "CREATE TABLE outer1 (a int, b int, PRIMARY KEY (a, b))",
                "INSERT INTO outer1 SELECT i, i FROM generate_series(0, 20) i",
                "CREATE TABLE t (id int CONSTRAINT t_pkey PRIMARY KEY, kind int NOT NULL, at timestamp NOT NULL, a int DEFAULT 0, b int DEFAULT 0, up int,"
                        + " UNIQUE (id, kind),"
                        + " CONSTRAINT t_outer FOREIGN KEY (a, b) REFERENCES outer1 MATCH FULL ON UPDATE CASCADE ON DELETE SET DEFAULT,"
                        + " CONSTRAINT t_up FOREIGN KEY (up) REFERENCES t ON UPDATE CASCADE ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED)",
                "INSERT INTO t SELECT i, i % 3, timestamp '2025-01-01' + i * interval '2 hours', i % 20, i % 20, nullif(i - 1, 0) FROM generate_series(1, 2500) i",
                "CREATE TABLE \"Other\".\"Child\" (id int PRIMARY KEY, t int CONSTRAINT \"a key\" REFERENCES t ON UPDATE CASCADE ON DELETE SET NULL,"
                        + " t2 int CONSTRAINT second REFERENCES t ON DELETE CASCADE DEFERRABLE, kind int, CONSTRAINT pair_key FOREIGN KEY (t2, kind) REFERENCES t (id, kind) ON UPDATE CASCADE ON DELETE CASCADE)",
                "INSERT INTO \"Other\".\"Child\" SELECT i, i, i + 1, (i + 1) % 3 FROM generate_series(1, 2000) i",
                "CREATE TABLE cut (id int, t int CONSTRAINT cut_t REFERENCES t ON DELETE CASCADE, PRIMARY KEY (id)) PARTITION BY RANGE (id)",
                "CREATE TABLE cut1 PARTITION OF cut FOR VALUES FROM (0) TO (1000)",
                "CREATE TABLE cut2 PARTITION OF cut FOR VALUES FROM (1000) TO (5000) PARTITION BY HASH (id)",
                "CREATE TABLE cut2a PARTITION OF cut2 FOR VALUES WITH (MODULUS 2, REMAINDER 0)",
                "CREATE TABLE cut2b PARTITION OF cut2 FOR VALUES WITH (MODULUS 2, REMAINDER 1)",
                "INSERT INTO cut SELECT i, i FROM generate_series(1, 2000) i");
        if (database.server().major() >= 15) {
            database.sql(
                    "ALTER TABLE \"Other\".\"Child\" ADD x int, ADD CONSTRAINT cols FOREIGN KEY (x, kind) REFERENCES t (id, kind) ON DELETE SET NULL (x)");
        }
    }

    private static void work(TestDatabase database, int at) {
        for (String refused :
                List.of(
                        "INSERT INTO t VALUES (2590, 1, '2025-02-02', 77, 77)",
                        "INSERT INTO t VALUES (2590, 1, '2025-02-02', 1, NULL)",
                        "INSERT INTO t VALUES (%d, 1, '2025-02-02', 15, 15, 999999)"
                                .formatted(2510 + at),
                        "INSERT INTO \"Other\".\"Child\" VALUES (-1, 999999)",
                        "INSERT INTO \"Other\".\"Child\" VALUES (-1, NULL, 999999)",
                        "INSERT INTO \"Other\".\"Child\" VALUES (-1, NULL, 1999, 7)",
                        "INSERT INTO cut VALUES (0, 999999)",
                        "INSERT INTO cut VALUES (3500, 999999)",
                        "INSERT INTO cut VALUES (4000, 999999), (4001, 999999), (4002, 999999)")) {
            assertThatThrownBy(() -> database.sql(refused))
                    .as(refused)
                    .hasStackTraceContaining("violates foreign key constraint");
        }
        database.sql(
                "DELETE FROM cut WHERE id = %d".formatted(at + 41),
                "BEGIN; INSERT INTO t VALUES (%1$d, 1, '2025-02-02', 15, 15, %2$d); INSERT INTO t VALUES (%2$d, 1, '2025-03-02', 15, 15, %1$d); COMMIT"
                        .formatted(2600 + 2 * at, 2601 + 2 * at),
                "DELETE FROM t WHERE id = %d".formatted(at + 5),
                "UPDATE outer1 SET a = a + 100, b = b + 100 WHERE a = %d".formatted(at),
                "UPDATE \"Other\".\"Child\" SET t2 = NULL WHERE t2 = %d".formatted(at + 41),
                "UPDATE t SET id = %d WHERE id = %d".formatted(at + 5, at + 41),
                "DELETE FROM t WHERE id = %d".formatted(at + 1500));
        assertThat(
                        database.number(
                                "SELECT count(*) FROM cut WHERE t IN (%d, %d)"
                                        .formatted(at + 5, at + 1500)))
                .isZero();
        assertThat(
                        database.number(
                                "SELECT count(*) FROM \"Other\".\"Child\" WHERE t2 = %d"
                                        .formatted(at + 5)))
                .isZero();
        assertThat(database.value("SELECT up FROM t WHERE id = %d".formatted(at + 6)))
                .isEqualTo("NULL");
        assertThat(
                        database.value(
                                "SELECT t FROM \"Other\".\"Child\" WHERE id = %d"
                                        .formatted(at + 41)))
                .isEqualTo(Integer.toString(at + 5));
        assertThat(
                        database.number(
                                "SELECT count(*) FROM t WHERE a = %d AND b = a"
                                        .formatted(at + 100)))
                .isPositive();
    }

    private static void goAllWays(TestDatabase database, TableConfig wish) {
        create(database);
        List<List<@Nullable String>> before = database.rows(FOREIGN_KEYS);
        List<List<@Nullable String>> all = CatalogView.everything(database);
        Kalends kalends = Conversions.kalends(database.url());
        kalends.migrate(wish.table(), wish);
        kalends.abort(wish.table());
        assertThat(CatalogView.everything(database)).isEqualTo(all);

        kalends.migrate(wish.table(), wish);
        kalends.switchTables(wish.table());
        assertThat(
                        database.rows(
                                "SELECT conname, conrelid::regclass FROM pg_constraint WHERE contype = 'f' AND NOT convalidated AND conparentid = 0"))
                .isEmpty();
        work(database, 1);
        assertThat(kalends.validate(wish.table())).allMatch(Validator.Result::equal);
        kalends.rollback(wish.table());
        assertThat(
                        database.rows(FOREIGN_KEYS).stream()
                                .filter(row ->
                                        !String.valueOf(row.getFirst()).startsWith("kalends"))
                                .toList())
                .isEqualTo(before);
        work(database, 2);
        kalends.cleanup(wish.table(), Kalends.Backup.WAIVED);
        assertThat(CatalogView.everything(database)).isEqualTo(all);
        kalends.migrate(wish.table(), wish);
        kalends.switchTables(wish.table());
        kalends.cleanup(wish.table(), Kalends.Backup.WAIVED);
        work(database, 3);
    }

    @ServerTest
    void goAllWaysWithATableCutByItsId(TestDatabase database) {
        goAllWays(database, BY_ID);
    }

    @ServerTest
    void goAllWaysWithGuards(TestDatabase database) {
        goAllWays(database, BY_TIME);
    }

    @ServerTest
    void ofATableThatTheRoleDoesNotOwnAreRefusedWithTheGrant(TestDatabase database) {
        String owner = database.createRole("owner");
        String stranger = database.createRole("stranger");
        create(database);
        database.sql(
                "ALTER TABLE t OWNER TO \"" + owner + "\"",
                "ALTER TABLE \"Other\".\"Child\" OWNER TO \"" + stranger + "\"",
                "GRANT CREATE ON SCHEMA public TO \"" + owner + "\"",
                "GRANT USAGE ON SCHEMA \"Other\" TO \"" + owner + "\"",
                "GRANT REFERENCES ON outer1 TO \"" + owner + "\"",
                "GRANT CREATE ON DATABASE \"%s\" TO \"%s\"".formatted(database.name(), owner));
        assertThatThrownBy(() ->
                        Conversions.kalends(database.urlAs(owner))
                                .migrate(BY_TIME.table(), BY_TIME))
                .hasMessageContaining("\"Other\".\"Child\"")
                .hasMessageContaining("GRANT " + stranger + " TO " + owner);
    }

    @ServerTest
    void toATableThatIsSwitchedBackFirstAreNotLeftToItsGuard(TestDatabase database) {
        database.sql(
                "CREATE TABLE t (id int CONSTRAINT t_pkey PRIMARY KEY, kind int NOT NULL, at timestamp NOT NULL, UNIQUE (id, kind))",
                "INSERT INTO t SELECT i, 1, timestamp '2025-01-01' + i * interval '2 hours' FROM generate_series(1, 500) i",
                "CREATE TABLE child (id int PRIMARY KEY, t int NOT NULL CONSTRAINT child_t REFERENCES t ON DELETE CASCADE)",
                "INSERT INTO child SELECT i, i FROM generate_series(1, 500) i");
        TableConfig child =
                Conversions.wish(
                        "  - table: child\n    partition: {by: range, key: id, every: 1000, ahead: 1}\n");
        Kalends kalends = Conversions.kalends(database.url());
        kalends.migrate(BY_TIME.table(), BY_TIME);
        kalends.switchTables(BY_TIME.table());
        kalends.migrate(child.table(), child);
        kalends.switchTables(child.table());

        assertThatThrownBy(() -> kalends.rollback(BY_TIME.table()))
                .hasMessageContaining("public.child")
                .hasMessageContaining("kalends rollback child");

        kalends.rollback(child.table());
        kalends.cleanup(child.table(), Kalends.Backup.WAIVED);
        kalends.rollback(BY_TIME.table());
        database.sql(
                "INSERT INTO t VALUES (9000, 1, '2025-02-02')",
                "INSERT INTO child VALUES (900, 9000)");
        assertThat(
                        database.value(
                                "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'child_t'"))
                .isEqualTo("FOREIGN KEY (t) REFERENCES t(id) ON DELETE CASCADE");
    }
}
