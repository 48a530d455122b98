package dev.kalends.key;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.kalends.calendar.Interval;
import java.math.BigInteger;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class KeyCodecTest {
    private static final ZoneId UTC = ZoneId.of("UTC");
    private static final List<ZoneId> ZONES =
            List.of(UTC, ZoneId.of("Europe/Berlin"), ZoneId.of("America/New_York"));
    private static final int TIMES = 2_000;

    private final long seed = new Random().nextLong();
    private final Random random = new Random(seed);

    static Stream<SampleKeys> keys() {
        return SampleKeys.all();
    }

    @ParameterizedTest
    @MethodSource("keys")
    void cutsBetweenTheLastKeyBeforeABoundaryAndTheFirstAtIt(SampleKeys keys) {
        KeyCodec codec = keys.codec();
        for (ZoneId zone : ZONES) {
            for (LocalDateTime at : boundaries(keys, zone)) {
                // None of these boundaries is in skipped or in repeated time.
                Instant boundary = at.atZone(zone).toInstant();
                String bound = codec.bound(at, zone).text();
                String where = "%s in %s, seed %d".formatted(at, zone, seed);
                String before = keys.at(boundary.minus(keys.unit()), random);
                String after = keys.at(boundary, random);

                assertThat(keys.order().compare(before, bound)).as(where).isNegative();
                assertThat(keys.order().compare(after, bound)).as(where).isNotNegative();
                assertThat(codec.read(before, zone)).as(where).isBefore(at);
                assertThat(codec.read(after, zone)).as(where).isEqualTo(at);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("keys")
    void keepsTheOrderOfTimesAndReadsThem(SampleKeys keys) {
        KeyCodec codec = keys.codec();
        List<Instant> times = new ArrayList<>(List.of(keys.first(), keys.last()));
        for (int i = 0; i < TIMES; i++) {
            times.add(keys.anyTime(random));
        }
        times.sort(null);
        String previous = "";
        for (Instant time : times) {
            String key = keys.at(time, random);
            String where = "%s of %s, seed %d".formatted(key, time, seed);

            assertThat(codec.read(key, UTC))
                    .as(where)
                    .isEqualTo(LocalDateTime.ofInstant(time, UTC));
            for (ZoneId zone : ZONES) {
                assertThat(codec.read(key, zone))
                        .as(where)
                        .isEqualTo(LocalDateTime.ofInstant(time, zone));
            }
            if (!previous.isEmpty() && !codec.read(previous, UTC).equals(codec.read(key, UTC))) {
                assertThat(keys.order().compare(previous, key)).as(where).isNegative();
            }
            previous = key;
        }
    }

    @ParameterizedTest
    @MethodSource("keys")
    void putsEveryKeyOnTheSideOfABoundThatItsTimeIsOn(SampleKeys keys) {
        KeyCodec codec = keys.codec();
        for (int i = 0; i < TIMES; i++) {
            Instant time = keys.anyTime(random);
            // Between two ticks of the format, too.
            Instant cut = time.plusNanos(random.nextLong(-3, 4) * 250_000);
            if (cut.isAfter(keys.last())) {
                continue;
            }
            String key = keys.at(time, random);
            String bound = codec.bound(LocalDateTime.ofInstant(cut, UTC), UTC).text();

            assertThat(keys.order().compare(key, bound) >= 0)
                    .as("%s of %s at %s, seed %d", key, time, cut, seed)
                    .isEqualTo(!time.isBefore(cut));
        }
    }

    @ParameterizedTest
    @MethodSource("keys")
    void boundsTheFirstAndTheLastTimeItHolds(SampleKeys keys) {
        KeyCodec codec = keys.codec();
        String first = codec.bound(LocalDateTime.ofInstant(keys.first(), UTC), UTC).text();
        String last = codec.bound(LocalDateTime.ofInstant(keys.last(), UTC), UTC).text();

        assertThat(keys.order().compare(keys.at(keys.first(), random), first)).isNotNegative();
        assertThat(keys.order().compare(keys.at(keys.last(), random), last)).isNotNegative();
        assertThat(keys.order().compare(keys.at(keys.last().minus(keys.unit()), random), last))
                .isNegative();
    }

    @ParameterizedTest
    @MethodSource("keys")
    void isMadeAgainFromItsCode(SampleKeys keys) {
        KeyCodec codec = keys.codec();

        assertThat(codec.code()).isEqualTo(keys.code());
        assertThat(KeyCodec.of(codec.code())).isEqualTo(codec);
    }

    @ParameterizedTest
    @ValueSource(strings = {"date", "timestamp", "timestamptz"})
    void makesTypesFromTheirNames(String code) {
        assertThat(KeyCodec.of(code)).isInstanceOf(KeyType.class);
        assertThat(KeyCodec.of(code).code()).isEqualTo(code);
    }

    /// From the specifications and projects that define the formats.
    @ParameterizedTest
    @CsvSource({
        "cuid, cjld2cjxh0000qzrmn831i7rn, 2018-08-28T01:59:12.101",
        "ulid, 01ARZ3NDEKTSV4RRFFQ69G5FAV, 2016-07-30T23:54:10.259",
        "uuidv7, 017f22e2-79b0-7cc3-98c4-dc0c0c07398f, 2022-02-22T19:22:22",
        "uuidv6, 1ec9414c-232a-6b00-b3c8-9f6bdeced846, 2022-02-22T19:22:22",
        "ksuid, 0ujtsYcgvSTl8PAuAdqWYSMnLOv, 2017-10-10T04:00:47",
        "objectid, 507f1f77bcf86cd799439011, 2012-10-17T21:13:27",
        "snowflake, 1541815603606036480, 2022-06-28T16:07:40.105",
        "'snowflake(1420070400000, 22)', 175928847299117063, 2016-04-30T11:18:25.796"
    })
    void readsPublishedExamples(String format, String key, LocalDateTime at) {
        assertThat(KeyCodec.of(format).read(key, UTC)).isEqualTo(at);
    }

    @ParameterizedTest
    @CsvSource({
        "cuid, text, clqu5m2o0",
        "cuid-char, bpchar, clqu5m2o0",
        "ulid, text, 01HK153X00",
        "ulid-lower, text, 01hk153x00",
        "uuidv7, uuid, 018cc251-f400-7000-8000-000000000000",
        "uuidv6, uuid, 1eea838b-4cc8-6000-8000-000000000000",
        "ksuid, text, 2aKVLJsgFDYVPFpxqUcVnfna1tQ",
        "objectid, text, 65920080",
        "epoch-s, bigint, 1704067200",
        "epoch-s-integer, integer, 1704067200",
        "epoch-ms, bigint, 1704067200000",
        "epoch-us, bigint, 1704067200000000",
        "'snowflake(1288834974657, 22)', bigint, 1741610183685046272"
    })
    void writesTheBoundOfANewYear(String code, String castName, String bound) {
        KeyCodec codec = KeyCodec.of(code);

        assertThat(codec.castName()).isEqualTo(castName);
        assertThat(codec.bound(LocalDateTime.parse("2024-01-01T00:00"), UTC).text())
                .isEqualTo(bound);
    }

    @ParameterizedTest
    @CsvSource({
        "ksuid, 2014-05-01T00:00, 000000000000000000000000000",
        "snowflake, 2010-11-01T00:00, 0",
        "epoch-s, 1969-12-01T00:00, 0",
        "cuid, 1969-12-01T00:00, c00000000"
    })
    void boundsATimeBeforeItsFirstByItsFirst(String format, LocalDateTime at, String bound) {
        assertThat(KeyCodec.of(format).bound(at, UTC).text()).isEqualTo(bound);
    }

    @ParameterizedTest
    @CsvSource({
        "epoch-s-integer, 2038-02-01T00:00, 2038-01-19T03:14:07Z",
        "cuid, 2059-06-01T00:00, 2059-05-25T17:38:27.455Z",
        "objectid, 2106-03-01T00:00, 2106-02-07T06:28:15Z",
        "ksuid, 2150-07-01T00:00, 2150-06-19T23:21:35Z",
        "'snowflake(1288834974657, 22)', 2081-01-01T00:00, 2080-07-10T17:30:30.208Z",
        "ulid, 10890-01-01T00:00, +10889-08-02T05:31:50.655Z",
        "epoch-us, +10000-01-01T00:00, 9999-12-31T23:59:59.999999Z"
    })
    void refusesABoundAfterItsLastTime(String code, String at, String last) {
        LocalDateTime bound = LocalDateTime.parse(at.startsWith("10890") ? "+" + at : at);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> KeyCodec.of(code).bound(bound, UTC))
                .withMessage(
                        "Cannot use %s as a bound of %s: its last time is %s", bound, code, last);
    }

    @ParameterizedTest
    @CsvSource({
        "cuid, it is not c and 24 of 0-9 and a-z",
        "ulid, 'it is not 26 of 0-9 and A-Z without I, L, O and U, the first up to 7'",
        "uuidv7, it is not a UUID of version 7 in small letters with hyphens",
        "uuidv6, it is not a UUID of version 6 in small letters with hyphens",
        "ksuid, 'it is not 27 of 0-9, A-Z and a-z'",
        "objectid, it is not 24 of 0-9 and a-f",
        "epoch-ms, it is no number of a time in the years 1990 to 2099",
        "'snowflake(1288834974657, 22)', it is no number of 63 bits"
    })
    void refusesTextOfAnotherShape(String code, String why) {
        for (String text :
                List.of(
                        "",
                        "order-17",
                        "C0000000000000000000000aa",
                        "-1",
                        "99999999999999999999")) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> KeyCodec.of(code).read(text, UTC))
                    .withMessage("Cannot read \"%s\" as %s: %s", text, code, why);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "cuid, c00000000000000000000000a, 1970-01-01T00:00:00Z",
        "objectid, ffffffffffffffffffffffff, 2106-02-07T06:28:15Z",
        "uuidv7, ffffffff-ffff-7fff-bfff-ffffffffffff, +10889-08-02T05:31:50.655Z",
        "uuidv6, 00000000-0000-6000-8000-000000000000, 1582-10-15T00:00:00Z"
    })
    void refusesATimeNobodyMadeIdsAt(String code, String id, String time) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> KeyCodec.of(code).read(id, UTC))
                .withMessage(
                        "Cannot read \"%s\" as %s: its time, %s, is not in the years 1990 to 2099",
                        id, code, time);
    }

    @Test
    void refusesNumbersThatALongCannotHold() {
        BigInteger tooLarge = BigInteger.valueOf(Long.MAX_VALUE).add(BigInteger.ONE);

        for (String code : List.of("epoch-us", "snowflake(1288834974657, 22)")) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> KeyCodec.of(code).read(tooLarge.toString(), UTC))
                    .withMessageStartingWith("Cannot read \"9223372036854775808\" as " + code);
        }
    }

    @Test
    void readsTheLastSnowflake() {
        assertThat(KeyCodec.of("snowflake").read(Long.toString(Long.MAX_VALUE), UTC))
                .isEqualTo(LocalDateTime.parse("2080-07-10T17:30:30.208"));
    }

    @Test
    void readsWhatTheServerFilledWithBlanks() {
        assertThat(KeyCodec.of("objectid-char").read("507f1f77bcf86cd799439011      ", UTC))
                .isEqualTo(LocalDateTime.parse("2012-10-17T21:13:27"));
    }

    @Test
    void refusesUnknownFormats() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> KeyCodec.of("cuid2"))
                .withMessage(
                        "Cannot use \"cuid2\" as the format of a key; known: date, timestamp,"
                                + " timestamptz, epoch-s, epoch-ms, epoch-us, epoch-s-integer, cuid,"
                                + " cuid-char, ulid, ulid-char, ulid-lower, ulid-lower-char, uuidv7,"
                                + " uuidv7-text, uuidv7-char, uuidv6, uuidv6-text, uuidv6-char,"
                                + " ksuid, ksuid-char, objectid, objectid-char,"
                                + " snowflake(epoch in ms, low bits)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> KeyCodec.of("snowflake(0, 32)"))
                .withMessage("Cannot use 32 low bits: a snowflake has 1 to 31");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> KeyCodec.of("snowflake(4102444800000, 22)"))
                .withMessage(
                        "Cannot count milliseconds from 4102444800000: an epoch is in the years"
                                + " 1970 to 2099");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "cuid | text | cuid",
                "cuid | character varying(25) | cuid",
                "cuid | character(25) | cuid-char",
                "ksuid | bpchar | ksuid-char",
                "uuidv7 | uuid | uuidv7",
                "uuidv7 | text | uuidv7-text",
                "uuidv6-text | uuid | uuidv6",
                "epoch-s | integer | epoch-s-integer",
                "epoch-s | bigint | epoch-s",
                "snowflake | bigint | snowflake(1288834974657, 22)",
                "timestamp | timestamp(3) without time zone | timestamp"
            })
    void takesTheFormForAColumn(String format, String formatType, String code) {
        KeyCodec codec = KeyCodec.of(format, formatType);

        assertThat(codec.code()).isEqualTo(code);
        assertThat(codec.holds(formatType)).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "cuid, uuid",
        "cuid, character varying(24)",
        "ulid, character(25)",
        "cuid, bigint",
        "epoch-ms, integer",
        "epoch-s, numeric",
        "snowflake, integer",
        "timestamp, timestamp with time zone",
        "uuidv7, public.my_uuid"
    })
    void refusesAColumnThatCannotHoldTheFormat(String format, String formatType) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> KeyCodec.of(format, formatType))
                .withMessage("Cannot read a column of type %s as %s", formatType, format);
    }

    @ParameterizedTest
    @MethodSource("keys")
    void guessesWhatCanBeSeen(SampleKeys keys) {
        Instant from = Instant.parse("2014-06-01T00:00:00Z");
        List<String> sample = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            sample.add(keys.at(from.plusSeconds(random.nextInt(600_000_000)), random));
        }
        String formatType = keys.columnType().replace(" COLLATE \"C\"", "");
        KeyCodec guessed = KeyCodec.guess(formatType, sample);

        if (keys.code().startsWith("snowflake")) {
            // It could be one of any epoch.
            assertThat(guessed).isNull();
        } else {
            assertThat(guessed).as("seed %d", seed).isEqualTo(keys.codec());
            sample.add(keys.code().startsWith("epoch") ? "17" : "order-17");
            assertThat(KeyCodec.guess(formatType, sample)).isNull();
        }
    }

    @Test
    void guessesNoFormatWhereNothingShowsIt() {
        assertThat(KeyCodec.guess("text", List.of())).isNull();
        assertThat(KeyCodec.guess("bigint", List.of("1", "2", "3"))).isNull();
        // The year 2000 in seconds: more likely a serial number.
        assertThat(KeyCodec.guess("integer", List.of("950000000"))).isNull();
        assertThat(KeyCodec.guess("bigint", List.of("1704067200", "1704067200000"))).isNull();
        assertThat(KeyCodec.guess("date", List.of())).isEqualTo(KeyType.DATE);
    }

    @Test
    void cutsNoHoursWhereClocksChange() {
        assertThat(KeyCodec.of("cuid").problem(Interval.HOUR, UTC)).isNull();
        assertThat(KeyCodec.of("cuid").problem(Interval.HOUR, ZONES.getLast()))
                .startsWith("hours repeat and vanish when clocks change in America/New_York");
        assertThat(KeyCodec.of("epoch-s").problem(Interval.DAY, ZoneId.of("Pacific/Apia")))
                .startsWith("Pacific/Apia once skipped a whole day");
        assertThat(KeyCodec.of("snowflake").problem(Interval.MONTH, ZONES.getLast())).isNull();
    }

    @ParameterizedTest
    @MethodSource("keys")
    void wantsByteOrderWhereCapitalsAndSmallLettersMix(SampleKeys keys) {
        assertThat(keys.codec().needsByteOrder()).isEqualTo(keys.code().equals("ksuid"));
    }

    /// Starts of random months, days and, in UTC, hours, and of all days around changes of clocks.
    private List<LocalDateTime> boundaries(SampleKeys keys, ZoneId zone) {
        List<LocalDateTime> all = new ArrayList<>();
        for (int i = 0; i < TIMES / 4; i++) {
            LocalDateTime at = LocalDateTime.ofInstant(keys.anyTime(random), zone);
            all.add(Interval.MONTH.floor(at));
            all.add(Interval.DAY.floor(at));
            all.add(Interval.WEEK.floor(at));
            if (zone.equals(UTC)) {
                all.add(Interval.HOUR.floor(at));
            }
        }
        for (LocalDate day : List.of(LocalDate.of(2024, 3, 8), LocalDate.of(2024, 3, 29))) {
            for (int i = 0; i < 5; i++) {
                all.add(day.plusDays(i).atStartOfDay());
                all.add(day.plusDays(i).plusMonths(7).minusDays(4).atStartOfDay());
                all.add(day.plusDays(i).plusMonths(8).minusDays(6).atStartOfDay());
            }
        }
        // The unit before the first boundary has to be a time of the format, too.
        all.removeIf(at ->
                at.atZone(zone).toInstant().minus(keys.unit()).isBefore(keys.first())
                        || at.atZone(ZoneOffset.UTC)
                                .toInstant()
                                .isAfter(keys.last().minusSeconds(86_400)));
        return all;
    }
}
