package dev.kalends.archive;

import dev.kalends.testing.TestDatabase;

/// A table with a column of every type PostgreSQL has, and of types that users make of them.
public final class EveryType {
    /// What an archive must bring back: each column with its worst values.
    private static final String[] TYPES = {
        "CREATE TYPE public.\"Mood \"\"x\"\" y\" AS ENUM ('sad', 'o,k', 'ha\"ppy', '')",
        "CREATE TYPE public.pair AS (a int, b text)",
        "CREATE TYPE public.nest AS (p public.pair, l public.pair[], t timestamptz)",
        "CREATE DOMAIN public.short AS varchar(10) CHECK (VALUE <> 'no')",
        "CREATE DOMAIN public.shorter AS public.short",
        "CREATE DOMAIN public.money2 AS numeric(10,2)",
        "CREATE TYPE public.spans AS RANGE (subtype = float8)"
    };

    public static final String COLUMNS =
            """
            id bigint NOT NULL, b boolean, i2 smallint, i4 integer, i8 bigint, f4 real, f8 double precision,
            n numeric, n102 numeric(10,2), n3838 numeric(38,38), n380 numeric(38), n5010 numeric(50,10), cash money, t text, vc varchar(20), c char(8), nm name,
            "char" "char", by bytea, d date, ts timestamp, ts3 timestamp(3), tz timestamptz, tz0 timestamptz(0), ti time, titz timetz, iv interval,
            u uuid, js json, jsb jsonb, x xml, bi bit(5), vb varbit, ip inet, ci cidr, ma macaddr, ma8 macaddr8,
            po point, li line, ls lseg, bo box, pa path, pg polygon, cr circle, tv tsvector, tq tsquery,
            ia integer[], ta text[], taa text[][], ja jsonb[], tza timestamptz[], ra int4range, nr numrange, tr tstzrange, dr daterange,
            mr int4multirange, tmr tstzmultirange, e public."Mood ""x"" y", ea public."Mood ""x"" y"[], p public.pair, pn public.nest,
            dom public.shorter, dm public.money2, sp public.spans, oi oid, rc regclass, lsn pg_lsn, xid8 xid8, snap pg_snapshot, jp jsonpath, o oidvector,
            g bigint GENERATED ALWAYS AS (i4 * 2::bigint) STORED, "We""ird Näme" text, "select" integer DEFAULT 7
            """;

    private EveryType() {}

    public static void create(TestDatabase database, String table) {
        database.sql(TYPES);
        database.sql("CREATE TABLE " + table + " (" + COLUMNS + ")");
    }

    /// The same in a partition for one month, in the order of the rows.
    public static void createPartitioned(TestDatabase database) {
        database.sql(TYPES);
        database.sql(
                "CREATE SEQUENCE every_at",
                "CREATE TABLE every (at timestamp(3) NOT NULL DEFAULT timestamp '2026-01-01' + nextval('every_at') * interval '1 s', "
                        + COLUMNS
                        + ", PRIMARY KEY (id, at)) PARTITION BY RANGE (at)",
                "CREATE TABLE every_2026_01 PARTITION OF every FOR VALUES FROM ('2026-01-01') TO ('2026-02-01')",
                "CREATE INDEX ON every USING gin (jsb)",
                "COMMENT ON COLUMN every_2026_01.t IS 'of one partition'");
    }

    private static final String NAMES =
            """
            id, b, i2, i4, i8, f4, f8, n, n102, n3838, n380, n5010, cash, t, vc, c, nm, "char", by, d, ts, ts3, tz, tz0, ti, titz, iv, u, js, jsb, x, bi, vb,
            ip, ci, ma, ma8, po, li, ls, bo, pa, pg, cr, tv, tq, ia, ta, taa, ja, tza, ra, nr, tr, dr, mr, tmr, e, ea, p, pn, dom, dm, sp, oi, rc, lsn,
            xid8, snap, jp, o, "We""ird Näme", "select"
            """;

    /// Rows with ordinary values, with extremes, with empty ones, and with nothing but nulls.
    public static void fill(TestDatabase database, String table) {
        String big = "9".repeat(1000) + "." + "1".repeat(1000);
        database.sql(
                "INSERT INTO "
                        + table
                        + " ("
                        + NAMES
                        + ") VALUES (1, true, -32768, -1073741824, -9223372036854775808, 'NaN', '-Infinity', "
                        + big
                        + ", -99999999.99, 0."
                        + "9".repeat(38)
                        + ", "
                        + "9".repeat(38)
                        + ", -0.0000000001, '-92233720368547758.08',"
                        + " E'tab\\tnew\\nline\\r\\\\back\"quote''s,(x)', 'ünïcödé 🎉', 'pad', 'select', 'x', '\\x00ff0a5c', 'infinity', '-infinity', '0044-03-15 12:00:00.001 BC',"
                        + " 'infinity', '4713-01-01 00:00:00+00 BC', '24:00:00', '23:59:59.999999+15:59', '-178000000 years 11 mons -3 days +04:05:06.789', '00000000-0000-0000-0000-000000000000',"
                        + " '{\"b\" : 1,  \"a\": [null, \"\\u00e4\"], \"b\": 2}', '{\"b\": 1, \"a\": 1.0000}', '<a b=\"c\">x &amp; y</a>', '10101', '', '::1/64', '10.0.0.0/8',"
                        + " '08:00:2b:01:02:03', '08:00:2b:01:02:03:04:05', '(1.5,-0)', '{1,-1,0}', '[(0,0),(1,1)]', '(1,1),(0,0)', '[(0,0),(1,1e300)]', '((0,0),(1,1),(1,0))', '<(0,0),1e-300>',"
                        + " 'a:1A ''b c'':2', 'a & !(b | ''c d'')', '{1,NULL,3}', '{\"\",NULL,\"NULL\",\"a,b\",\"q\\\"\"}', '{{a,b},{c,\"d e\"}}', ARRAY['{\"k\": [1, \"x,y\"]}'::jsonb, NULL],"
                        + " '{infinity,\"2024-02-29 23:59:59.999999+00\",NULL}', '(,5]', '[1.10,)', '[-infinity,infinity)', 'empty', '{[1,3),[5,7)}', '{}', 'ha\"ppy', '{\"o,k\",\"\"}', ROW(NULL, ''),"
                        + " ROW(ROW(1, 'a \"b\" (c), \\d'), ARRAY[ROW(NULL, NULL)::public.pair, NULL], 'infinity'), 'yes', 12345678.90, '[1.5,NaN]', 4294967295, 'pg_class', 'FFFFFFFF/FFFFFFFF',"
                        + " '18446744073709551615', '10:20:10,14,15', '$.a[*] ? (@ > 1)', '1 2 3', 'naïve', NULL)",
                "INSERT INTO "
                        + table
                        + " ("
                        + NAMES
                        + ") VALUES (2, false, 32767, 1073741823, 9223372036854775807, '-0', '5e-324', 'NaN', 0, 0, 0, 0, '0', '', '', '', '', '', '', '-infinity',"
                        + " '294276-12-31 23:59:59.999999', '9999-12-31 23:59:59.999', '-infinity', '2038-01-19 03:14:07+00', '00:00', '00:00-15:59', '0', 'ffffffff-ffff-ffff-ffff-ffffffffffff', 'null', 'null', '',"
                        + " '00000', '1', '0.0.0.0', '::/0', '00:00:00:00:00:00', 'ff:ff:ff:ff:ff:ff:ff:ff', '(0,0)', '{0,1,0}', '[(0,0),(0,0)]', '(0,0),(0,0)', '((0,0))', '((0,0))', '<(0,0),0>', '', '',"
                        + " '{}', '{}', '{}', '{}', '{}', 'empty', 'empty', 'empty', '[-infinity,infinity]', '{}', '{}', '', '{}', ROW(1, NULL), ROW(NULL, '{}', NULL), '', 0, 'empty', 0, '-', '0/0', '0', '1:1:', '$', '', '', 0)",
                "INSERT INTO " + table + " (id) VALUES (3)",
                "INSERT INTO "
                        + table
                        + " (id, f4, f8, n, n102, d, ts, tz) VALUES (4, '3.4028235e38', '1.7976931348623157e308', 'Infinity', 'NaN', '5874897-12-31', '4714-11-24 00:00:00 BC', '294247-01-10 04:00:54.775806+00')",
                "INSERT INTO "
                        + table
                        + " (id, f4, f8, n, n102, d, ts, tz) VALUES (5, '1e-45', '2e23', '-Infinity', 0.05, '4714-11-24 BC', '0001-12-31 23:59:59.9 BC', '0001-01-01 00:00:00.5+00 BC')",
                "INSERT INTO "
                        + table
                        + " (id, f8, f4, t, ts, d, n102, b, by) SELECT 10 + g, CASE g % 3 WHEN 0 THEN -0.0 WHEN 1 THEN 0.0 ELSE g / 7.0 END, CASE g % 3 WHEN 0 THEN '-0'::real WHEN 1 THEN 0 ELSE g / 7.0 END,"
                        + " repeat(chr(97 + g % 26), g % 50), timestamp '1900-01-01' + g * interval '17 hours 3.000007 s', date '1500-01-01' + g, g / 100.0, g % 2 = 0,"
                        + " decode(lpad(to_hex(g), 8, '0'), 'hex') FROM generate_series(1, 30000) g");
    }
}
