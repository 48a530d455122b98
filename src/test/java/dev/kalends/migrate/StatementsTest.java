package dev.kalends.migrate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kalends.calendar.Interval;
import dev.kalends.catalog.Index;
import dev.kalends.catalog.TableFacts;
import dev.kalends.execute.LockRetry;
import dev.kalends.journal.Chunk;
import dev.kalends.plan.MigrationSpec;
import dev.kalends.plan.Partition;
import dev.kalends.sql.Identifier;
import dev.kalends.sql.Sql;
import dev.kalends.testing.TestTable;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The statements of a migration for a table whose every name needs care: odd characters, reserved
/// words, a primary key of two columns, a serial column and a generated one.
class StatementsTest {
    private static final MigrationSpec ODD =
            Planning.of(
                            new TestTable("Sales", "We\"ird Näme")
                                    .column("select", "text")
                                    .serial("Order", "seq of \"it\"")
                                    .column("{key}", "timestamp(3) without time zone")
                                    .nullable("to\\do", "text")
                                    .generated("sum", "integer")
                                    .primaryKey("We\"ird Näme_pkey", "select", "Order")
                                    .index("user", Index.Kind.PLAIN, "btree (\"to\\do\")", "to\\do")
                                    .foreignKey(
                                            "f k",
                                            "Member",
                                            "FOREIGN KEY (\"to\\do\") REFERENCES x(y)")
                                    .grant("PUBLIC", "SELECT", "")
                                    .grant("\"o'dd\"", "INSERT", " WITH GRANT OPTION")
                                    .storage("fillfactor=90")
                                    .storage("toast.autovacuum_enabled=false")
                                    .comment("it's {odd}"))
                    .by("{key}", Interval.MONTH, "to\\do")
                    .spec();
    private static final Partition MARCH = ODD.partitions().getFirst();
    private static final Index PRIMARY_KEY = ODD.primaryKey();
    private static final Index USER = ODD.source().indexes().getLast();

    @Test
    void makesTheTwinInASchemaOfItsOwn() {
        assertThat(texts(new TwinSql(ODD).root()))
                .filteredOn(text -> !text.startsWith("DO "))
                .containsExactly(
                        "CREATE SCHEMA \"kalends_twin_4711\"",
                        "GRANT USAGE, CREATE ON SCHEMA \"kalends_twin_4711\" TO \"app\"",
                        """
                        CREATE TABLE "kalends_twin_4711"."We""ird Näme" (LIKE "Sales"."We""ird Näme" INCLUDING DEFAULTS INCLUDING GENERATED INCLUDING STORAGE
                            INCLUDING COMPRESSION INCLUDING CONSTRAINTS INCLUDING COMMENTS)
                            PARTITION BY RANGE ("{key}")\
                        """,
                        "COMMENT ON TABLE \"kalends_twin_4711\".\"We\"\"ird Näme\" IS 'it''s {odd}'",
                        "ALTER TABLE \"kalends_twin_4711\".\"We\"\"ird Näme\" OWNER TO \"app\"",
                        "REVOKE ALL ON \"kalends_twin_4711\".\"We\"\"ird Näme\" FROM \"app\"",
                        "GRANT SELECT ON \"kalends_twin_4711\".\"We\"\"ird Näme\" TO PUBLIC",
                        "GRANT INSERT ON \"kalends_twin_4711\".\"We\"\"ird Näme\" TO \"o'dd\" WITH GRANT OPTION");
    }

    @Test
    void makesPartitionsWithTheTablesOptionsAndWithoutAutovacuum() {
        TwinSql sql = new TwinSql(ODD);

        assertThat(texts(sql.leaf(MARCH)))
                .filteredOn(text -> !text.startsWith("DO "))
                .containsExactly(
                        """
                        CREATE TABLE "Sales"."we_ird_name_2024_03" (LIKE "kalends_twin_4711"."We""ird Näme" INCLUDING DEFAULTS INCLUDING GENERATED INCLUDING STORAGE
                            INCLUDING COMPRESSION INCLUDING CONSTRAINTS) WITH ("fillfactor" = '90', "toast"."autovacuum_enabled" = 'false', "autovacuum_enabled" = 'false')\
                        """,
                        "ALTER TABLE \"Sales\".\"we_ird_name_2024_03\" OWNER TO \"app\"");
        assertThat(sql.attach(MARCH).render())
                .isEqualTo(
                        "ALTER TABLE \"kalends_twin_4711\".\"We\"\"ird Näme\" ATTACH PARTITION"
                                + " \"Sales\".\"we_ird_name_2024_03\" FOR VALUES FROM ('2024-03-01 00:00:00')"
                                + " TO ('2024-04-01 00:00:00')");
    }

    @Test
    void givesTheTablesOwnAutovacuumSettingBack() {
        MigrationSpec off =
                Planning.of(TestTable.event().storage("autovacuum_enabled=false")).spec();
        Partition partition = off.partitions().getFirst();

        assertThat(new TwinSql(ODD).autovacuumAsBefore(ODD.leaf(MARCH)).render())
                .isEqualTo(
                        "ALTER TABLE \"Sales\".\"we_ird_name_2024_03\" RESET (autovacuum_enabled)");
        assertThat(new TwinSql(off).autovacuumAsBefore(off.leaf(partition)).render())
                .isEqualTo(
                        "ALTER TABLE \"public\".\"event_2024_03\" SET (autovacuum_enabled = 'false')");
    }

    @Test
    void buildsIndexesOnPartitionsAndJoinsThem() {
        TwinSql sql = new TwinSql(ODD);

        assertThat(
                        texts(
                                List.of(
                                        sql.createLeafIndex(MARCH, PRIMARY_KEY),
                                        sql.createLeafIndex(MARCH, USER),
                                        sql.createRootIndex(PRIMARY_KEY),
                                        sql.createRootIndex(USER),
                                        sql.attachIndex(MARCH, USER))))
                .containsExactly(
                        "ALTER TABLE \"Sales\".\"we_ird_name_2024_03\" ADD CONSTRAINT \"we_ird_name_2024_03_pkey\""
                                + " PRIMARY KEY (\"select\", \"Order\", \"{key}\")",
                        "CREATE INDEX \"we_ird_name_2024_03_user\" ON \"Sales\".\"we_ird_name_2024_03\""
                                + " USING btree (\"to\\do\")",
                        "ALTER TABLE ONLY \"kalends_twin_4711\".\"We\"\"ird Näme\" ADD CONSTRAINT"
                                + " \"We\"\"ird Näme_pkey\" PRIMARY KEY (\"select\", \"Order\", \"{key}\")",
                        "CREATE INDEX \"user\" ON ONLY \"kalends_twin_4711\".\"We\"\"ird Näme\" USING btree (\"to\\do\")",
                        "ALTER INDEX \"kalends_twin_4711\".\"user\" ATTACH PARTITION"
                                + " \"Sales\".\"we_ird_name_2024_03_user\"");
    }

    @Test
    void namesIndexesOfALongTableWithinTheLimitAndDistinctly() {
        String table = "a".repeat(63);
        MigrationSpec spec =
                Planning.of(
                                new TestTable("public", table)
                                        .column("id", "bigint")
                                        .column("at", "timestamp without time zone")
                                        .primaryKey("a".repeat(58) + "_pkey", "id")
                                        .index(
                                                "i" + "x".repeat(61) + "1",
                                                Index.Kind.PLAIN,
                                                "btree (at)")
                                        .index(
                                                "i" + "x".repeat(61) + "2",
                                                Index.Kind.PLAIN,
                                                "btree (at)")
                                        .index("ä".repeat(31), Index.Kind.PLAIN, "btree (id)"))
                        .spec();

        List<String> names = TwinSql.namesInTableSchema(spec);

        assertThat(names).hasSize(4 * (1 + 4)).doesNotHaveDuplicates();
        assertThat(names)
                .allMatch(name ->
                        name.getBytes(StandardCharsets.UTF_8).length <= Identifier.MAX_BYTES);
    }

    @Test
    void copiesPagesInTheOrderAskedFor() {
        assertThat(Copier.copy(ODD, new Chunk(1, 0, 8)).render())
                .isEqualTo(
                        """
                        INSERT INTO "kalends_twin_4711"."We""ird Näme" ("select", "Order", "{key}", "to\\do")
                        SELECT "select", "Order", "{key}", "to\\do" FROM ONLY "Sales"."We""ird Näme" WHERE ctid >= '(0,0)'::tid AND ctid < '(8,0)'::tid ORDER BY "to\\do"\
                        """);
    }

    @Test
    void logsTheKeysWithTheTypesOfTheTable() {
        CaptureSql sql = new CaptureSql(ODD, ODD.migrationNames().captureLog());
        List<String> log = texts(sql.log());

        assertThat(log.getFirst())
                .startsWith(
                        "CREATE TABLE \"kalends\".\"capture_4711\" (n bigint GENERATED ALWAYS AS IDENTITY"
                                + " PRIMARY KEY, \"k1\" text, \"k2\" bigint, \"k3\" timestamp(3) without time zone)");
        assertThat(log.get(1))
                .startsWith(
                        "CREATE FUNCTION \"kalends\".\"capture_4711\"() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER\n"
                                + "    SET search_path = pg_catalog AS '")
                .contains(
                        "VALUES (\"old\".\"select\", \"old\".\"Order\", \"old\".\"{key}\")",
                        "VALUES (\"new\".\"select\", \"new\".\"Order\", \"new\".\"{key}\")");
        assertThat(log.getLast())
                .isEqualTo("REVOKE ALL ON FUNCTION \"kalends\".\"capture_4711\"() FROM PUBLIC");
    }

    @Test
    void capturesInEverySessionAndRefusesTruncate() {
        CaptureSql sql = new CaptureSql(ODD, ODD.migrationNames().captureLog());

        assertThat(texts(sql.triggers(ODD.table())))
                .containsExactly(
                        """
                        CREATE TRIGGER "kalends_capture" AFTER INSERT OR UPDATE OR DELETE ON "Sales"."We""ird Näme"
                            FOR EACH ROW EXECUTE FUNCTION "kalends"."capture_4711"()\
                        """,
                        """
                        CREATE TRIGGER "kalends_truncate" BEFORE TRUNCATE ON "Sales"."We""ird Näme"
                            FOR EACH STATEMENT EXECUTE FUNCTION "kalends"."refuse_truncate"()\
                        """,
                        "ALTER TABLE \"Sales\".\"We\"\"ird Näme\" ENABLE ALWAYS TRIGGER \"kalends_capture\"",
                        "ALTER TABLE \"Sales\".\"We\"\"ird Näme\" ENABLE ALWAYS TRIGGER \"kalends_truncate\"");
    }

    @Test
    void replaysInOneStatementThatDeletesTheLogRowsItReads() {
        assertThat(new ReplaySql(ODD).forward(2000).render())
                .startsWith(
                        """
                        WITH picked AS (
                            DELETE FROM "kalends"."capture_4711" WHERE n IN (SELECT n FROM "kalends"."capture_4711" WHERE n > ? ORDER BY n LIMIT 2000)
                            RETURNING n, "k1", "k2", "k3"),
                        k AS MATERIALIZED (SELECT DISTINCT "k1", "k2", "k3" FROM picked),
                        """)
                .contains(
                        "DELETE FROM \"kalends_twin_4711\".\"We\"\"ird Näme\" o USING k",
                        "NOT EXISTS (SELECT FROM ONLY \"Sales\".\"We\"\"ird Näme\" s WHERE",
                        "SELECT \"s\".\"select\", \"s\".\"Order\", \"s\".\"{key}\", \"s\".\"to\\do\" FROM k JOIN ONLY",
                        "ON CONFLICT (\"select\", \"Order\", \"{key}\") DO UPDATE SET \"to\\do\" = excluded.\"to\\do\"");
    }

    @Test
    void replaysBackByTheNarrowerKey() {
        String reverse = new ReplaySql(ODD).reverse(2000).render();

        assertThat(reverse)
                .contains("DELETE FROM \"kalends\".\"reverse_4711\"")
                .contains("INSERT INTO \"kalends_old_4711\".\"We\"\"ird Näme\"")
                .contains(
                        "ON CONFLICT (\"select\", \"Order\") DO UPDATE SET \"{key}\" = excluded.\"{key}\"");
    }

    @Test
    void doesNothingToARowThatIsAllKey() {
        MigrationSpec spec = Planning.of(TestTable.event()).spec();

        assertThat(new ReplaySql(spec).forward(1).render())
                .contains("ON CONFLICT (\"id\", \"at\") DO NOTHING");
    }

    @Test
    void switchesBySchemaAndLeavesTheSequenceWhereItIs() {
        assertThat(texts(new SwitchSql(ODD).swap()))
                .containsExactly(
                        "ALTER SEQUENCE \"Sales\".\"seq of \"\"it\"\"\" OWNED BY NONE",
                        "ALTER TABLE \"Sales\".\"We\"\"ird Näme\" SET SCHEMA \"kalends_old_4711\"",
                        "ALTER TABLE \"kalends_twin_4711\".\"We\"\"ird Näme\" SET SCHEMA \"Sales\"",
                        "ALTER SEQUENCE \"Sales\".\"seq of \"\"it\"\"\" OWNED BY \"Sales\".\"We\"\"ird Näme\".\"Order\"");
    }

    @Test
    void switchesBackTheSameWay() {
        assertThat(texts(new SwitchSql(ODD).swapBack()))
                .containsSubsequence(
                        "ALTER TABLE \"Sales\".\"We\"\"ird Näme\" SET SCHEMA \"kalends_twin_4711\"",
                        "ALTER TABLE \"kalends_old_4711\".\"We\"\"ird Näme\" SET SCHEMA \"Sales\"");
    }

    @Test
    void addsForeignKeysToEachPartitionAndValidatesThemLater() {
        References references = new References(ODD);

        assertThat(texts(references.add(ODD.partitions())))
                .hasSize(ODD.partitions().size())
                .contains(
                        "ALTER TABLE \"Sales\".\"we_ird_name_2024_03\" ADD CONSTRAINT \"f k\" FOREIGN KEY (\"to\\do\") REFERENCES \"Sales\".\"Member\"(y) NOT VALID");
        assertThat(texts(references.addBack()))
                .containsExactly(
                        "ALTER TABLE \"Sales\".\"We\"\"ird Näme\" ADD CONSTRAINT \"f k\" FOREIGN KEY (\"to\\do\") REFERENCES \"Sales\".\"Member\"(y) NOT VALID");
        assertThat(references.joining().getFirst().add().render())
                .endsWith("REFERENCES \"Sales\".\"Member\"(y)");
    }

    @Test
    void locksTheTableFirstAndLastInTurns() {
        SwitchSql sql = new SwitchSql(ODD);
        List<LockRetry.Wanted> others = sql.references().locks();

        assertThat(others).hasSize(1);
        assertThat(SwitchSql.locks(List.of(ODD.table()), 1, others).getFirst().table())
                .isEqualTo(ODD.table());
        assertThat(SwitchSql.locks(List.of(ODD.table()), 2, others).getLast().table())
                .isEqualTo(ODD.table());
        assertThat(SwitchSql.locks(List.of(ODD.table()), 2, others))
                .containsExactlyInAnyOrderElementsOf(
                        SwitchSql.locks(List.of(ODD.table()), 1, others));
    }

    @Test
    void dropsNothingWithCascade() {
        assertThat(texts(new SwitchSql(ODD).dropOld()))
                .containsExactly(
                        "DROP TABLE IF EXISTS \"kalends_old_4711\".\"We\"\"ird Näme\"",
                        "DROP SCHEMA IF EXISTS \"kalends_old_4711\"",
                        "DROP SCHEMA IF EXISTS \"kalends_twin_4711\"");
    }

    @Test
    void comparesRowsOfBothSidesWithoutThoseThatWait() {
        String sums =
                Validator.sums(
                                ODD,
                                ODD.table(),
                                ODD.migrationNames().captureLog(),
                                List.of(MARCH),
                                List.of(),
                                Validator.Depth.CONTENT)
                        .render();

        assertThat(sums)
                .isEqualTo(
                        """
                        SELECT width_bucket("s"."{key}", ARRAY['2024-03-01 00:00:00']::timestamp[]), count(*), sum(hashtextextended(ROW("s"."select", "s"."Order", "s"."{key}", "s"."to\\do", "s"."sum")::text, 0)::numeric)
                          FROM "Sales"."We""ird Näme" s
                         WHERE "s"."{key}" >= '2024-03-01 00:00:00' AND "s"."{key}" < '2024-04-01 00:00:00' AND NOT EXISTS (SELECT FROM "kalends"."capture_4711" k WHERE "s"."select" = "k"."k1" AND "s"."Order" = "k"."k2")
                         GROUP BY 1\
                        """);
    }

    @Test
    void cutsChunksByTheirBytesWithOutOfLineValues() {
        MigrationSpec spec = Planning.of(TestTable.event()).spec();
        TableFacts facts = spec.source();

        assertThat(facts.heapBytes()).isEqualTo(100 * 8192);
        assertThat(Preparation.pagesPerChunk(spec, 100)).isEqualTo((64 << 20) / 8192);
        assertThat(Preparation.pagesPerChunk(spec, 0)).isEqualTo((64 << 20) / TestTable.HEAP_BYTES);
        assertThat(Preparation.pagesPerChunk(spec, 1)).isEqualTo((64 << 20) / TestTable.HEAP_BYTES);
    }

    private static List<String> texts(List<Sql> statements) {
        return statements.stream().map(Sql::render).toList();
    }
}
