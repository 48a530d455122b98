package dev.kalends.migrate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.kalends.app.Kalends;
import dev.kalends.config.TableConfig;
import dev.kalends.execute.ProgressEvent;
import dev.kalends.sql.QualifiedName;
import dev.kalends.testing.Conversions;
import dev.kalends.testing.Moments;
import dev.kalends.testing.ServerTest;
import dev.kalends.testing.TestDatabase;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a table carries is on the partitioned table too, and gone without a trace after the way
/// back.
class CarryIT {
    private static final TableConfig WISH = Conversions.monthly("Orders", "placed at");
    private static final QualifiedName TABLE = WISH.table();

    /// A table with everything that is carried over, under names that need quotes.
    private static void create(TestDatabase database) {
        String reader = database.createRole("reader");
        String owner = database.createRole("owner");
        database.sql(
                "CREATE TABLE public.customers (id bigint PRIMARY KEY)",
                "CREATE TABLE public.sellers (id bigint PRIMARY KEY, UNIQUE (id))",
                "CREATE TABLE public.lists (id bigint PRIMARY KEY)",
                "INSERT INTO public.customers SELECT generate_series(1, 50)",
                "INSERT INTO public.sellers SELECT generate_series(1, 50)",
                "INSERT INTO public.lists SELECT generate_series(1, 50)",
                """
                CREATE TABLE public."Orders" (
                    gone int,
                    id bigserial,
                    "placed at" timestamptz(3) NOT NULL DEFAULT now(),
                    customer bigint NOT NULL,
                    seller bigint,
                    list bigint DEFAULT 1,
                    "what's it" text COLLATE "C" DEFAULT 'it''s' CONSTRAINT "what is" CHECK (length("what's it") < 100),
                    price numeric(10, 2) NOT NULL CHECK (price >= 0),
                    gross numeric GENERATED ALWAYS AS (price * 1.19) STORED,
                    tags text[] NOT NULL DEFAULT '{}',
                    note text,
                    CONSTRAINT "Orders key" PRIMARY KEY (id),
                    CONSTRAINT priced CHECK (price > 0 OR note IS NOT NULL),
                    CONSTRAINT "of customer" FOREIGN KEY (customer) REFERENCES public.customers ON DELETE CASCADE,
                    CONSTRAINT of_seller FOREIGN KEY (seller) REFERENCES public.sellers ON DELETE SET NULL ON UPDATE CASCADE,
                    CONSTRAINT of_list FOREIGN KEY (list) REFERENCES public.lists DEFERRABLE INITIALLY DEFERRED
                ) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05, toast.autovacuum_vacuum_threshold = 1000)
                """,
                "ALTER TABLE public.\"Orders\" DROP COLUMN gone",
                "ALTER TABLE public.\"Orders\" ALTER COLUMN note SET STORAGE EXTERNAL",
                "CREATE INDEX \"Orders_placed\" ON public.\"Orders\" USING brin (\"placed at\") WITH (pages_per_range = 16)",
                "CREATE INDEX by_customer ON public.\"Orders\" (customer, \"placed at\" DESC NULLS LAST) INCLUDE (price) WITH (fillfactor = 70)",
                "CREATE INDEX by_tag ON public.\"Orders\" USING gin (tags)",
                "CREATE INDEX by_text ON public.\"Orders\" (lower(\"what's it\") text_pattern_ops) WHERE note IS NULL",
                "COMMENT ON TABLE public.\"Orders\" IS 'Orders, it''s all'",
                "COMMENT ON COLUMN public.\"Orders\".\"what's it\" IS 'a {column}'",
                "COMMENT ON CONSTRAINT priced ON public.\"Orders\" IS 'a check'",
                "GRANT SELECT, INSERT ON public.\"Orders\" TO \"" + reader + "\" WITH GRANT OPTION",
                "GRANT SELECT ON public.\"Orders\" TO PUBLIC",
                "ALTER TABLE public.\"Orders\" OWNER TO \"" + owner + "\"",
                "GRANT REFERENCES ON public.customers, public.sellers, public.lists TO \""
                        + owner
                        + "\"",
                "GRANT CREATE ON SCHEMA public TO \"" + owner + "\"",
                """
                INSERT INTO public."Orders" ("placed at", customer, seller, list, price, note)
                SELECT timestamptz '2026-04-01' + i * interval '1 hour', 1 + i % 50, 1 + i % 50, 1 + i % 50, i, repeat('n', i % 4000)
                  FROM generate_series(1, 3000) i
                """);
    }

    @ServerTest
    void thePartitionedTableCarriesWhatTheTableHad(TestDatabase database) {
        create(database);
        List<List<@Nullable String>> before = carried(database);
        Kalends kalends = Conversions.kalends(database.url());
        kalends.migrate(TABLE, WISH);
        kalends.switchTables(TABLE);

        assertThat(carried(database)).containsExactlyElementsOf(before);
        assertThat(
                        database.value(
                                "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'Orders key' AND conrelid = 'public.\"Orders\"'::regclass"))
                .isEqualTo("PRIMARY KEY (id, \"placed at\")");
        assertThat(
                        database.value(
                                "SELECT count(*) FROM pg_index x JOIN pg_inherits h ON h.inhrelid = x.indrelid WHERE NOT indisvalid"))
                .isEqualTo("0");
        assertThat(
                        database.rows(
                                """
                                SELECT DISTINCT array_to_string(ARRAY(SELECT unnest(c.reloptions) ORDER BY 1), ','), c.relowner = p.relowner,
                                       (SELECT array_to_string(reloptions, ',') FROM pg_class WHERE oid = c.reltoastrelid)
                                  FROM pg_inherits h JOIN pg_class c ON c.oid = h.inhrelid JOIN pg_class p ON p.oid = h.inhparent
                                 WHERE p.oid = 'public."Orders"'::regclass
                                """))
                .containsExactly(
                        List.of(
                                "autovacuum_vacuum_scale_factor=0.05,fillfactor=80",
                                "t",
                                "autovacuum_vacuum_threshold=1000"));

        assertThat(database.value("SELECT pg_get_serial_sequence('public.\"Orders\"', 'id')"))
                .isEqualTo("public.\"Orders_id_seq\"");
        assertNextId(database, 3001);
        kalends.rollback(TABLE);
        assertThat(carried(database)).containsExactlyElementsOf(before);
        assertNextId(database, 3002);
        kalends.cleanup(TABLE, Kalends.Backup.WAIVED);
        assertNextId(database, 3003);
        kalends.migrate(TABLE, WISH);
        kalends.switchTables(TABLE);
        kalends.cleanup(TABLE, Kalends.Backup.WAIVED);
        assertThat(carried(database)).containsExactlyElementsOf(before);
        assertNextId(database, 3004);
        assertThat(database.value("SELECT count(*) FROM public.\"Orders\"")).isEqualTo("3004");
    }

    private static void assertNextId(TestDatabase database, long expected) {
        assertThat(
                        database.value(
                                "INSERT INTO public.\"Orders\" (customer, price) VALUES (1, 1) RETURNING id"))
                .isEqualTo(Long.toString(expected));
    }

    /// All that must be the same on the table and on its successor.
    private static List<List<@Nullable String>> carried(TestDatabase database) {
        return database.rows(
                """
                WITH t AS (SELECT 'public."Orders"'::regclass::oid AS oid)
                SELECT 'column', row_number() OVER (ORDER BY a.attnum)::text, concat_ws(' ', a.attname, format_type(a.atttypid, a.atttypmod),
                       a.attcollation::regcollation, a.attnotnull, a.attgenerated, a.attstorage, pg_get_expr(d.adbin, d.adrelid),
                       col_description(a.attrelid, a.attnum))
                  FROM t JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
                  LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
                UNION ALL
                SELECT 'constraint', c.conname, concat_ws(' ', c.contype, CASE WHEN c.contype <> 'p' THEN pg_get_constraintdef(c.oid) END,
                       c.convalidated, c.condeferrable, c.condeferred, CASE WHEN c.contype = 'c' THEN obj_description(c.oid, 'pg_constraint') END)
                  FROM t JOIN pg_constraint c ON c.conrelid = t.oid
                UNION ALL
                SELECT 'index', i.relname, CASE WHEN x.indisprimary THEN 'primary' ELSE replace(pg_get_indexdef(i.oid), ' ON ONLY ', ' ON ') END
                  FROM t JOIN pg_index x ON x.indrelid = t.oid AND x.indisvalid JOIN pg_class i ON i.oid = x.indexrelid
                UNION ALL
                SELECT 'grant', g.grantee::text, concat_ws(' ', g.privilege_type, g.is_grantable)
                  FROM t JOIN pg_class c ON c.oid = t.oid, aclexplode(c.relacl) g
                UNION ALL
                SELECT 'table', pg_get_userbyid(c.relowner), concat_ws(' ', c.relpersistence, obj_description(c.oid, 'pg_class'))
                  FROM t JOIN pg_class c ON c.oid = t.oid
                ORDER BY 1, 2, 3
                """);
    }

    private static void assertRefused(TestDatabase database, String state, String sql) {
        Throwable refused = catchThrowable(() -> database.sql(sql));
        assertThat(refused).as(sql).hasRootCauseInstanceOf(SQLException.class);
        assertThat(refused.getCause())
                .isInstanceOfSatisfying(
                        SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo(state));
    }

    @ServerTest
    void foreignKeysWorkBothWaysAfterTheSwitchAndAfterTheWayBack(TestDatabase database) {
        create(database);
        Kalends kalends = Conversions.kalends(database.url());
        kalends.migrate(TABLE, WISH);
        kalends.switchTables(TABLE);
        assertForeignKeysWork(database, 1);
        kalends.rollback(TABLE);
        assertForeignKeysWork(database, 11);
        kalends.cleanup(TABLE, Kalends.Backup.WAIVED);
        assertForeignKeysWork(database, 21);
        kalends.migrate(TABLE, WISH);
        kalends.switchTables(TABLE);
        kalends.cleanup(TABLE, Kalends.Backup.WAIVED);
        assertForeignKeysWork(database, 31);
    }

    private static void assertForeignKeysWork(TestDatabase database, int parent) {
        String insert =
                "INSERT INTO public.\"Orders\" (customer, seller, list, price) VALUES (%s, %s, %s, 1)";
        assertRefused(database, "23503", insert.formatted("9999", "50", "50"));
        assertRefused(database, "23503", insert.formatted("50", "9999", "50"));
        // At the end of the transaction only.
        assertRefused(database, "23503", insert.formatted("50", "50", "9999"));
        assertRefused(
                database,
                "23503",
                "UPDATE public.\"Orders\" SET customer = 9999 WHERE customer = 50");
        assertRefused(database, "23503", "DELETE FROM public.lists WHERE id = " + parent);
        String orders = "SELECT count(*) FROM public.\"Orders\" WHERE ";
        assertThat(database.value(orders + "customer = " + parent)).isNotEqualTo("0");
        database.sql("DELETE FROM public.customers WHERE id = " + parent);
        assertThat(database.value(orders + "customer = " + parent)).isEqualTo("0");
        assertThat(database.value(orders + "seller = " + (parent + 1))).isNotEqualTo("0");
        database.sql("DELETE FROM public.sellers WHERE id = " + (parent + 1));
        assertThat(database.value(orders + "seller = " + (parent + 1))).isEqualTo("0");
        database.sql("UPDATE public.sellers SET id = id + 5000 WHERE id = " + (parent + 2));
        assertThat(database.value(orders + "seller = " + (parent + 5002))).isNotEqualTo("0");
        // A deferred check lets the child come before its parent, and go after it.
        database.sql(
                "BEGIN; "
                        + insert.formatted("50", "50", parent + 7000)
                        + "; INSERT INTO public.lists VALUES (%d); COMMIT"
                                .formatted(parent + 7000));
        database.sql(
                "BEGIN; DELETE FROM public.lists WHERE id = %1$d; DELETE FROM public.\"Orders\" WHERE list = %1$d; COMMIT"
                        .formatted(parent + 7000));
    }

    @ServerTest
    void aParentCanGoWhenOnlyTheOldTableStillRefersToIt(TestDatabase database) {
        create(database);
        Kalends kalends = Conversions.kalends(database.url());
        kalends.migrate(TABLE, WISH);
        kalends.switchTables(TABLE);

        database.sql(
                "UPDATE public.\"Orders\" SET list = 2 WHERE list = 3",
                "DELETE FROM public.lists WHERE id = 3",
                "DELETE FROM public.customers WHERE id = 4");

        assertThat(database.value("SELECT count(*) FROM public.\"Orders\" WHERE list = 2"))
                .isNotEqualTo("0");
        kalends.rollback(TABLE);
        assertThat(database.value("SELECT count(*) FROM public.\"Orders\" WHERE customer = 4"))
                .isEqualTo("0");
        assertThat(database.value("SELECT count(*) FROM public.\"Orders\" WHERE list = 3"))
                .isEqualTo("0");
    }

    @ServerTest
    void writesBetweenTheSwitchAndItsForeignKeysAreChecked(TestDatabase database) {
        create(database);
        Moments moments = new Moments();
        moments.when(
                ProgressEvent.Tried.class::isInstance,
                () -> {
                    assertRefused(
                            database,
                            "23503",
                            "INSERT INTO public.\"Orders\" (customer, price) VALUES (9999, 1)");
                    database.sql("DELETE FROM public.customers WHERE id = 5");
                });
        Kalends kalends = Conversions.kalends(database.url());
        kalends.migrate(TABLE, WISH);
        Conversions.kalends(database.url(), moments).switchTables(TABLE);

        assertThat(database.value("SELECT count(*) FROM public.\"Orders\" WHERE customer = 5"))
                .isEqualTo("0");
        assertThat(database.value("SELECT count(*) FROM public.\"Orders\"")).isEqualTo("2940");
        kalends.rollback(TABLE);
        assertThat(database.value("SELECT count(*) FROM public.\"Orders\"")).isEqualTo("2940");
    }

    @ServerTest
    void abortAndTheWayBackLeaveNoTrace(TestDatabase database) {
        create(database);
        List<List<@Nullable String>> before = everything(database);
        Kalends kalends = Conversions.kalends(database.url());
        kalends.migrate(TABLE, WISH);
        assertThat(kalends.abort(TABLE)).isTrue();
        assertThat(everything(database)).containsExactlyElementsOf(before);

        kalends.migrate(TABLE, WISH);
        kalends.switchTables(TABLE);
        kalends.rollback(TABLE);
        kalends.cleanup(TABLE, Kalends.Backup.WAIVED);
        assertThat(everything(database)).containsExactlyElementsOf(before);
    }

    /// All that the catalog has outside the journal, by name.
    private static List<List<@Nullable String>> everything(TestDatabase database) {
        return database.rows(
                """
                WITH n AS (SELECT oid, nspname FROM pg_namespace
                            WHERE nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast', 'kalends'))
                SELECT 'schema', nspname::text, NULL FROM n
                UNION ALL
                SELECT 'class', nspname || '.' || relname, concat_ws(' ', relkind, relowner::regrole, relacl, reloptions, relhastriggers,
                       relrowsecurity, obj_description(c.oid, 'pg_class'))
                  FROM n JOIN pg_class c ON c.relnamespace = n.oid
                UNION ALL
                SELECT 'attribute', nspname || '.' || relname || '.' || attname, concat_ws(' ', format_type(atttypid, atttypmod), attnotnull,
                       pg_get_expr(adbin, adrelid), attstorage, attacl)
                  FROM n JOIN pg_class c ON c.relnamespace = n.oid JOIN pg_attribute a ON a.attrelid = c.oid AND NOT attisdropped
                  LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
                UNION ALL
                SELECT 'constraint', conrelid::regclass || ' ' || conname, pg_get_constraintdef(c.oid) || ' ' || convalidated
                  FROM n JOIN pg_constraint c ON c.connamespace = n.oid
                UNION ALL
                SELECT 'index', indexrelid::regclass::text, concat_ws(' ', pg_get_indexdef(indexrelid), indisvalid, indisclustered, indisreplident)
                  FROM n JOIN pg_class c ON c.relnamespace = n.oid JOIN pg_index x ON x.indexrelid = c.oid
                UNION ALL
                SELECT 'trigger', tgrelid::regclass || ' ' || CASE WHEN tgisinternal THEN 'internal' ELSE tgname::text END,
                       concat_ws(' ', tgfoid::regproc, tgenabled, tgtype)
                  FROM n JOIN pg_class c ON c.relnamespace = n.oid JOIN pg_trigger g ON g.tgrelid = c.oid
                UNION ALL
                SELECT 'function', p.oid::regprocedure::text, NULL FROM n JOIN pg_proc p ON p.pronamespace = n.oid
                UNION ALL
                SELECT 'sequence', d.objid::regclass::text, concat_ws(' ', d.refobjid::regclass, d.refobjsubid, d.deptype)
                  FROM n JOIN pg_class c ON c.relnamespace = n.oid AND c.relkind = 'S'
                  JOIN pg_depend d ON d.objid = c.oid AND d.refclassid = 'pg_class'::regclass
                ORDER BY 1, 2, 3
                """);
    }
}
