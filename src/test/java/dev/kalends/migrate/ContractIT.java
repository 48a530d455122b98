package dev.kalends.migrate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kalends.app.Kalends;
import dev.kalends.calendar.Interval;
import dev.kalends.config.ContractConfig;
import dev.kalends.config.LayoutConfig;
import dev.kalends.config.PartitionConfig;
import dev.kalends.config.TableConfig;
import dev.kalends.config.TableNames;
import dev.kalends.plan.Phase;
import dev.kalends.sql.Identifier;
import dev.kalends.testing.Conversions;
import dev.kalends.testing.Mirror;
import dev.kalends.testing.Moments;
import dev.kalends.testing.ServerTest;
import dev.kalends.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Unique keys and foreign keys, from and to the table, through the switch and back.
class ContractIT {
    private static final String[] SCHEMA = {
        "CREATE TABLE church (id text PRIMARY KEY)",
        "INSERT INTO church VALUES ('c1'), ('c2')",
        """
        CREATE TABLE "Message" (id text, "churchId" text NOT NULL REFERENCES church ON DELETE CASCADE,
            "createdAt" timestamp(3) NOT NULL, "replyToId" text, code text,
            CONSTRAINT "Message_pkey" PRIMARY KEY (id),
            CONSTRAINT "Message_replyToId_fkey" FOREIGN KEY ("replyToId") REFERENCES "Message" ON DELETE SET NULL ON UPDATE CASCADE)
        """,
        "CREATE UNIQUE INDEX \"Message_churchId_code_key\" ON \"Message\" (\"churchId\", code)",
        """
        INSERT INTO "Message" SELECT 'm' || i, 'c' || 1 + i % 2, timestamp '2024-01-01' + i * interval '3 hours',
               CASE WHEN i % 10 = 0 AND i > 10 THEN 'm' || i - 10 END, CASE WHEN i % 3 > 0 THEN 'k' || i END
          FROM generate_series(1, 2000) i
        """,
        """
        CREATE TABLE reaction (id int PRIMARY KEY, "messageId" text NOT NULL,
            CONSTRAINT "reaction_messageId_fkey" FOREIGN KEY ("messageId") REFERENCES "Message" ON DELETE CASCADE ON UPDATE CASCADE)
        """,
        "INSERT INTO reaction SELECT i, 'm' || i FROM generate_series(1, 2000, 2) i"
    };

    private static TableConfig guarded() {
        return new TableConfig(
                TableNames.parse("Message"),
                PartitionConfig.of(Identifier.of("createdAt"), Interval.MONTH),
                new ContractConfig(
                        Map.of(
                                Set.of(Identifier.of("id")),
                                ContractConfig.Unique.GUARD,
                                Set.of(Identifier.of("churchId"), Identifier.of("code")),
                                ContractConfig.Unique.GUARD),
                        ContractConfig.References.GUARD,
                        ContractConfig.Keyless.REFUSED),
                LayoutConfig.defaults());
    }

    @ServerTest
    void guardsKeepKeysUniqueAndAreWhatForeignKeysPointAt(TestDatabase database)
            throws SQLException {
        database.sql(SCHEMA);
        Mirror mirror = Mirror.of(database, "public.\"Message\"");
        Moments moments = new Moments();
        moments.whenBegins(
                Phase.COPYING,
                () ->
                        mirror.write(
                                "UPDATE {t} SET \"createdAt\" = \"createdAt\" + interval '45 days' WHERE id IN ('m7', 'm8', 'm100')",
                                "UPDATE {t} SET code = NULL WHERE id = 'm1'",
                                "UPDATE {t} SET code = 'k1' WHERE id = 'm5'"));
        moments.whenBegins(
                Phase.CATCHING_UP,
                () ->
                        mirror.write(
                                "DELETE FROM {t} WHERE id IN ('m19', 'm23')",
                                "INSERT INTO {t} VALUES ('m19', 'c2', '2024-05-05', NULL, 'k19')",
                                "UPDATE {t} SET code = 'x' WHERE id = 'm11'",
                                "UPDATE {t} SET code = 'k11' WHERE id = 'm13'",
                                "UPDATE {t} SET code = 'k13' WHERE id = 'm11'",
                                "UPDATE {t} SET \"createdAt\" = \"createdAt\" - interval '60 days' WHERE id = 'm1999'"));
        Kalends kalends = Conversions.kalends(database.url(), moments);
        TableConfig wish = guarded();
        kalends.migrate(wish.table(), wish);
        kalends.switchTables(wish.table());

        assertThat(mirror.differences()).isEmpty();
        assertGuardsEqual(database);
        mirror.write(
                "INSERT INTO {t} VALUES ('n1', 'c1', '2024-02-02', 'm2', 'new')",
                "UPDATE {t} SET id = 'n2' WHERE id = 'm2'",
                "UPDATE {t} SET \"createdAt\" = \"createdAt\" + interval '70 days' WHERE id = 'm3'",
                "UPDATE {t} SET \"createdAt\" = \"createdAt\" + interval '1 day', code = 'm4' WHERE id = 'm4'");
        database.sql(
                "UPDATE \"Message_mirror\" SET \"replyToId\" = 'n2' WHERE \"replyToId\" = 'm2'");
        assertGuardsEqual(database);
        assertThat(database.value("SELECT count(*) FROM reaction WHERE \"messageId\" = 'm3'"))
                .isEqualTo("1");
        assertThatThrownBy(() ->
                        run(database, "INSERT INTO \"Message\" VALUES ('m3', 'c1', '2026-01-01')"))
                .hasMessageContaining("Message_pkey")
                .hasMessageContaining("Key (id)=(m3) already exists");
        assertThatThrownBy(() ->
                        run(
                                database,
                                "INSERT INTO \"Message\" VALUES ('z', 'c1', '2024-03-09', NULL, 'new')"))
                .hasMessageContaining("Message_churchId_code_key");
        assertThatThrownBy(() -> run(database, "INSERT INTO reaction VALUES (-1, 'nobody')"))
                .hasMessageContaining("reaction_messageId_fkey");
        mirror.write("DELETE FROM {t} WHERE id = 'm5'");
        assertThat(database.value("SELECT count(*) FROM reaction WHERE \"messageId\" = 'm5'"))
                .isEqualTo("0");
        assertThat(mirror.differences()).isEmpty();
        assertThat(constraints(database)).isEqualTo(0);

        kalends.rollback(wish.table());
        assertThat(mirror.differences()).isEmpty();
        assertThat(constraints(database)).isEqualTo(0);
        mirror.write("DELETE FROM {t} WHERE id = 'm7'");
        assertThat(database.value("SELECT count(*) FROM reaction WHERE \"messageId\" = 'm7'"))
                .isEqualTo("0");
        kalends.cleanup(wish.table(), Kalends.Backup.WAIVED);
        assertThat(
                        database.value(
                                "SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'kalends\\_%'"))
                .isEqualTo("0");
    }

    @ServerTest
    void asksWhatBecomesOfUniqueKeysAndReferences(TestDatabase database) {
        database.sql(SCHEMA);
        TableConfig wish = Conversions.monthly("Message", "createdAt");

        assertThatThrownBy(() -> Conversions.kalends(database.url()).plan(wish))
                .hasMessageContaining("unique key \"Message_churchId_code_key\"")
                .hasMessageContaining("foreign key \"reaction_messageId_fkey\"")
                .hasMessageContaining("foreign key \"Message_replyToId_fkey\"");
    }

    private static void assertGuardsEqual(TestDatabase database) {
        String schema =
                database.value(
                        "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'kalends\\_guard%'");
        for (String[] guard :
                List.of(
                        new String[] {"\"Message\"", "id, \"createdAt\"", "true"},
                        new String[] {
                            "\"Message_churchId_code_key_guard\"",
                            "\"churchId\", code, \"createdAt\"",
                            "code IS NOT NULL"
                        })) {
            assertThat(
                            database.rows(
                                    """
                                    (SELECT %1$s FROM "Message" WHERE %2$s EXCEPT ALL SELECT %1$s FROM %3$s.%4$s)
                                    UNION ALL (SELECT %1$s FROM %3$s.%4$s EXCEPT ALL SELECT %1$s FROM "Message" WHERE %2$s)
                                    """
                                            .formatted(guard[1], guard[2], schema, guard[0])))
                    .isEmpty();
        }
    }

    /// Foreign keys that are not valid.
    private static int constraints(TestDatabase database) {
        return Integer.parseInt(
                database.value(
                        "SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND NOT convalidated AND conparentid = 0"));
    }

    private static void run(TestDatabase database, String sql) throws SQLException {
        try (Connection connection = database.connect()) {
            connection.createStatement().execute(sql);
        }
    }

    @ServerTest
    void pairsTablesThatArePartitionedAlikeAndSwitchesThemTogether(TestDatabase database)
            throws SQLException {
        database.sql(
                SchemesIT.CUID,
                "CREATE TABLE parent (id text PRIMARY KEY, \"createdAt\" timestamp NOT NULL)",
                "INSERT INTO parent SELECT cuid(t, i), t FROM generate_series(1, 900) i, LATERAL (SELECT timestamp '2024-01-01' + i * interval '5 hours' AS t) x",
                "CREATE TABLE child (id int PRIMARY KEY, \"parentId\" text NOT NULL, state text, UNIQUE (\"parentId\", state),"
                        + " CONSTRAINT \"child_parentId_fkey\" FOREIGN KEY (\"parentId\") REFERENCES parent ON DELETE CASCADE ON UPDATE CASCADE)",
                "INSERT INTO child SELECT row_number() OVER (), id, s FROM parent, unnest(ARRAY['a', 'b']) s WHERE id < cuid('2024-05-01', 1)");
        Mirror parents = Mirror.of(database, "public.parent");
        Mirror children = Mirror.of(database, "public.child");
        Moments moments = new Moments();
        moments.whenBegins(
                Phase.CATCHING_UP,
                () -> {
                    parents.write("INSERT INTO {t} VALUES (cuid('2027-08-01', 1), '2027-08-01')");
                    children.write("INSERT INTO {t} VALUES (-1, cuid('2027-08-01', 1), 'a')");
                    parents.write(
                            "DELETE FROM {t} WHERE \"createdAt\" BETWEEN '2024-01-09' AND '2024-01-10'");
                    database.sql(
                            "DELETE FROM child_mirror WHERE \"parentId\" NOT IN (SELECT id FROM parent)");
                });
        Kalends kalends = Conversions.kalends(database.url(), moments);
        TableConfig parent =
                new TableConfig(
                        TableNames.parse("parent"),
                        PartitionConfig.of(Identifier.of("id"), Interval.MONTH),
                        LayoutConfig.defaults());
        TableConfig child =
                new TableConfig(
                        TableNames.parse("child"),
                        PartitionConfig.of(Identifier.of("parentId"), Interval.MONTH),
                        new ContractConfig(
                                Map.of(),
                                ContractConfig.References.PAIRED,
                                ContractConfig.Keyless.REFUSED),
                        LayoutConfig.defaults());

        assertThatThrownBy(() -> kalends.plan(child))
                .hasMessageContaining("kalends migrate public.parent public.child");
        kalends.migrate(List.of(parent.table(), child.table()), List.of(parent, child));
        kalends.switchTables(child.table());

        assertThat(parents.differences()).isEmpty();
        assertThat(children.differences()).isEmpty();
        assertThat(
                        database.value(
                                "SELECT string_agg(DISTINCT relkind::text, '') FROM pg_class WHERE relname IN ('parent', 'child') AND relnamespace = 'public'::regnamespace"))
                .isEqualTo("p");
        assertThat(constraints(database)).isEqualTo(0);
        assertThatThrownBy(() ->
                        run(database, "INSERT INTO child VALUES (-5, cuid('2024-02-01', 77), 'a')"))
                .hasMessageContaining("child_parentId_fkey");
        assertThatThrownBy(() ->
                        run(
                                database,
                                "UPDATE parent SET id = cuid('2024-09-01', 5) WHERE id = (SELECT min(id) FROM parent)"))
                .hasMessageContaining("cannot move a row");
        parents.write("DELETE FROM {t} WHERE \"createdAt\" BETWEEN '2024-02-09' AND '2024-02-10'");
        database.sql("DELETE FROM child_mirror WHERE \"parentId\" NOT IN (SELECT id FROM parent)");
        assertThat(children.differences()).isEmpty();

        kalends.rollback(parent.table());
        assertThat(parents.differences()).isEmpty();
        assertThat(children.differences()).isEmpty();
        assertThat(constraints(database)).isEqualTo(0);
        assertThat(
                        database.value(
                                "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'child_parentId_fkey' AND conrelid = 'public.child'::regclass"))
                .isEqualTo(
                        "FOREIGN KEY (\"parentId\") REFERENCES parent(id) ON UPDATE CASCADE ON DELETE CASCADE");
    }

    @ServerTest
    void switchesATableTogetherWithTheOneWhoseGuardItPointsAt(TestDatabase database)
            throws SQLException {
        database.sql(SCHEMA);
        database.sql("ALTER TABLE reaction ADD COLUMN at timestamp NOT NULL DEFAULT '2024-03-03'");
        Mirror messages = Mirror.of(database, "public.\"Message\"");
        Mirror reactions = Mirror.of(database, "public.reaction");
        TableConfig reaction = Conversions.monthly("reaction", "at");
        TableConfig message = guarded();
        Kalends kalends = Conversions.kalends(database.url());
        kalends.migrate(List.of(reaction.table(), message.table()), List.of(reaction, message));
        kalends.switchTables(reaction.table());

        assertThat(constraints(database)).isEqualTo(0);
        assertThatThrownBy(() -> run(database, "INSERT INTO reaction VALUES (-1, 'nobody')"))
                .hasMessageContaining("reaction_messageId_fkey");
        database.sql(
                "UPDATE \"Message\" SET \"createdAt\" = \"createdAt\" + interval '80 days' WHERE id = 'm9'",
                "UPDATE \"Message_mirror\" SET \"createdAt\" = \"createdAt\" + interval '80 days' WHERE id = 'm9'");
        messages.write("DELETE FROM {t} WHERE id = 'm11'");
        database.sql("DELETE FROM reaction_mirror WHERE \"messageId\" = 'm11'");
        assertThat(messages.differences()).isEmpty();
        assertThat(reactions.differences()).isEmpty();

        kalends.rollback(message.table());
        assertThat(messages.differences()).isEmpty();
        assertThat(reactions.differences()).isEmpty();
        assertThat(constraints(database)).isEqualTo(0);
        assertThatThrownBy(() -> run(database, "INSERT INTO reaction VALUES (-1, 'nobody')"))
                .hasMessageContaining("reaction_messageId_fkey");
    }
}
