package dev.kalends.key;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.kalends.sql.Identifier;
import dev.kalends.sql.Literal;
import dev.kalends.sql.ServerText;
import dev.kalends.sql.Sql;
import dev.kalends.sql.SqlList;
import dev.kalends.sql.SqlPart;
import dev.kalends.testing.ServerTest;
import dev.kalends.testing.TestDatabase;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

class KeyCodecIT {
    private static final ZoneId UTC = ZoneId.of("UTC");
    private static final Identifier KEY = Identifier.of("K y");
    private static final LocalDateTime FROM = LocalDateTime.parse("2024-01-01T00:00");
    private static final LocalDateTime TO = LocalDateTime.parse("2024-02-01T00:00");

    private static final String MAKE =
            """
            CREATE TABLE public.sample ("K y" {type}) PARTITION BY RANGE ("K y");
            CREATE TABLE public.january PARTITION OF public.sample
                FOR VALUES FROM (CAST ({from} AS {cast})) TO (CAST ({to} AS {cast}));
            CREATE TABLE public.others PARTITION OF public.sample DEFAULT;
            CREATE INDEX ON public.january (({time})) WHERE {wellFormed};
            INSERT INTO public.sample VALUES {values}
            """;
    private static final String LOOK =
            """
            SELECT "K y", {wellFormed}, CAST ({time} AS text), tableoid = 'public.january'::regclass,
                   coalesce("K y" >= CAST ({from} AS {cast}) AND "K y" < CAST ({to} AS {cast}), false)
            FROM public.sample
            """;

    private final long seed = new Random().nextLong();
    private final Random random = new Random(seed);

    @ServerTest
    void theServerReadsEveryKeyAsJavaDoes(TestDatabase db) {
        SampleKeys.all().forEach(keys -> compare(db, keys));
    }

    private void compare(TestDatabase db, SampleKeys keys) {
        KeyCodec codec = keys.codec();
        List<@Nullable String> values = new ArrayList<>(junk(keys));
        values.add(null);
        int junk = values.size();
        for (int i = 0; i < 200; i++) {
            values.add(keys.at(keys.anyTime(random), random));
        }
        Instant january = FROM.atZone(UTC).toInstant();
        Instant february = TO.atZone(UTC).toInstant();
        for (Instant at :
                List.of(
                        keys.first(),
                        keys.last(),
                        january.minus(keys.unit()),
                        january,
                        february.minus(keys.unit()),
                        february)) {
            values.add(keys.at(at, random));
        }
        db.sql(make(codec, keys.columnType(), values));
        int wellFormed = 0;
        List<List<@Nullable String>> rows = db.rows(look(codec));
        assertThat(rows).hasSameSizeAs(values);
        for (List<@Nullable String> row : rows) {
            String key = row.getFirst();
            String where = "%s of %s, seed %d".formatted(key, codec.code(), seed);
            assertThat(row.get(4)).as(where).isEqualTo(row.get(3));
            if ("t".equals(row.get(1)) && key != null) {
                wellFormed++;
                LocalDateTime at = codec.read(key, UTC);
                assertThat(row.get(2)).as(where).isEqualTo(serverText(at));
                assertThat("t".equals(row.get(3)))
                        .as(where)
                        .isEqualTo(!at.isBefore(FROM) && at.isBefore(TO));
            } else {
                assertThat(row.get(1)).as(where).isEqualTo("f");
                assertThat(row.get(2)).as(where).isNull();
                if (key != null) {
                    assertThatIllegalArgumentException()
                            .as(where)
                            .isThrownBy(() -> codec.read(key, UTC))
                            .withMessageStartingWith("Cannot read \"" + key + "\"");
                }
            }
        }
        assertThat(wellFormed)
                .as("%s, seed %d", codec.code(), seed)
                .isEqualTo(values.size() - junk);
        db.sql("DROP TABLE public.sample");
    }

    /// What is no key of this format, but a value of the column.
    private static List<String> junk(SampleKeys keys) {
        String type = keys.columnType();
        if (type.equals("uuid")) {
            return SampleKeys.junk().stream()
                    .filter(each -> each.matches("[0-9a-f-]{36}"))
                    .toList();
        }
        if (type.equals("bigint") || type.equals("integer")) {
            List<String> numbers = new ArrayList<>(List.of("-1", "-2147483648", "2147"));
            if (type.equals("bigint")) {
                numbers.addAll(List.of("-9223372036854775808", "-1704067200000"));
            }
            if (keys.code().startsWith("epoch")) {
                numbers.add("0");
                numbers.add("631151999");
            }
            if (keys.code().startsWith("epoch") && type.equals("bigint")) {
                numbers.addAll(List.of("4102444800000000", "9223372036854775807"));
            }
            if (keys.code().equals("epoch-s")) {
                numbers.add("4102444800");
            }
            return numbers.stream()
                    .filter(each -> !keys.code().startsWith("snowflake") || each.startsWith("-"))
                    .toList();
        }
        int lengthMax = type.matches(".*\\d.*") ? Integer.parseInt(type.replaceAll("\\D", "")) : 99;
        return SampleKeys.junk().stream()
                .filter(each -> each.codePointCount(0, each.length()) <= lengthMax)
                .toList();
    }

    @ServerTest
    void theServerTellsTheTimeOfTypes(TestDatabase db) {
        db.sql(
                """
                CREATE TABLE public.sample (d date, t timestamp, z timestamptz);
                INSERT INTO public.sample VALUES
                    ('2024-01-31', '2024-01-31 13:14:15.123456', '2024-01-31 13:14:15.5+05:30'),
                    ('infinity', '-infinity', 'infinity'),
                    ('5874897-12-31', '294276-12-31', '4713-11-24 00:00+00 BC'),
                    (NULL, NULL, NULL)
                """);

        assertThat(seen(db, KeyType.DATE, "d"))
                .containsExactly(
                        List.of("t", "2024-01-31 00:00:00"),
                        List.of("f", "NULL"),
                        List.of("t", "NULL"),
                        List.of("f", "NULL"));
        assertThat(seen(db, KeyType.TIMESTAMP, "t"))
                .containsExactly(
                        List.of("t", "2024-01-31 13:14:15.123456"),
                        List.of("f", "NULL"),
                        List.of("t", "294276-12-31 00:00:00"),
                        List.of("f", "NULL"));
        assertThat(seen(db, KeyType.TIMESTAMPTZ, "z"))
                .containsExactly(
                        List.of("t", "2024-01-31 07:44:15.5"),
                        List.of("f", "NULL"),
                        List.of("t", "4713-11-24 00:00:00 BC"),
                        List.of("f", "NULL"));
    }

    private static List<List<@Nullable String>> seen(TestDatabase db, KeyType type, String column) {
        Identifier name = Identifier.of(column);
        return db.rows(
                Sql.text(
                                "SELECT {wellFormed}, coalesce(CAST ({time} AS text), 'NULL') FROM public.sample ORDER BY ctid")
                        .put("wellFormed", type.wellFormed(name))
                        .put("time", type.time(name))
                        .build()
                        .render());
    }

    private static String make(KeyCodec codec, String columnType, List<@Nullable String> values) {
        List<SqlPart> rows = new ArrayList<>();
        for (String value : values) {
            rows.add(
                    value == null
                            ? Sql.of("(NULL)")
                            : Sql.text("({value})").put("value", Literal.of(value)).build());
        }
        return Sql.text(MAKE)
                .put("type", ServerText.of(columnType))
                .put("cast", ServerText.of(codec.castName()))
                .put("from", codec.bound(FROM, UTC))
                .put("to", codec.bound(TO, UTC))
                .put("time", codec.time(KEY))
                .put("wellFormed", codec.wellFormed(KEY))
                .put("values", SqlList.of(rows))
                .build()
                .render();
    }

    private static String look(KeyCodec codec) {
        return Sql.text(LOOK)
                .put("cast", ServerText.of(codec.castName()))
                .put("from", codec.bound(FROM, UTC))
                .put("to", codec.bound(TO, UTC))
                .put("time", codec.time(KEY))
                .put("wellFormed", codec.wellFormed(KEY))
                .build()
                .render();
    }

    /// PostgreSQL leaves out zeros at the end of a fraction.
    private static String serverText(LocalDateTime at) {
        String text = IsoText.timestamp(at);
        return text.contains(".") ? text.replaceAll("0+$", "") : text;
    }
}
