package dev.kalends.key;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Stream;

/// Keys of one format as other programs make them, written after the formats' own specifications.
///
/// @param columnType as CREATE TABLE takes it
/// @param unit of the format's time, or a microsecond where that is longer
/// @param first the first whole time of the format that is a sane one
/// @param last the same, the last
record SampleKeys(
        String code,
        String columnType,
        Duration unit,
        Instant first,
        Instant last,
        Comparator<String> order,
        Maker maker) {
    interface Maker {
        /// A key made at `at`, with random bits after its time.
        String at(Instant at, Random random);
    }

    private static final Instant YEAR_1990 = Instant.parse("1990-01-01T00:00:00Z");
    private static final Instant YEAR_2100 = Instant.parse("2100-01-01T00:00:00Z");
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration MILLI = Duration.ofMillis(1);
    private static final Duration MICRO = Duration.ofNanos(1_000);

    private static final Comparator<String> BYTES =
            Comparator.comparing(
                    key -> key.getBytes(StandardCharsets.US_ASCII), Arrays::compareUnsigned);
    private static final Comparator<String> NUMBERS = Comparator.comparing(BigInteger::new);

    private static final String CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    private static final String BASE62 =
            "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    static Stream<SampleKeys> all() {
        return Stream.of(
                text("cuid", "text", MILLI, SampleKeys::cuid)
                        .between(YEAR_1990, Instant.parse("2059-05-25T17:38:27.455Z")),
                text("cuid-char", "character(30)", MILLI, SampleKeys::cuid)
                        .between(YEAR_1990, Instant.parse("2059-05-25T17:38:27.455Z")),
                text("ulid", "character varying(26)", MILLI, SampleKeys::ulid),
                text(
                        "ulid-lower",
                        "text",
                        MILLI,
                        (at, random) -> ulid(at, random).toLowerCase(Locale.ROOT)),
                text("uuidv7", "uuid", MILLI, SampleKeys::uuidv7),
                text("uuidv7-text", "text", MILLI, SampleKeys::uuidv7),
                text("uuidv6", "uuid", MICRO, SampleKeys::uuidv6),
                text("uuidv6-char", "character(36)", MICRO, SampleKeys::uuidv6),
                text("ksuid", "text COLLATE \"C\"", SECOND, SampleKeys::ksuid)
                        .between(Instant.ofEpochSecond(1_400_000_000), YEAR_2100.minus(SECOND)),
                text("objectid", "character varying", SECOND, SampleKeys::objectid),
                number("epoch-s", "bigint", SECOND, (at, random) -> "" + at.getEpochSecond()),
                number(
                                "epoch-s-integer",
                                "integer",
                                SECOND,
                                (at, random) -> "" + at.getEpochSecond())
                        .between(YEAR_1990, Instant.ofEpochSecond(Integer.MAX_VALUE)),
                number("epoch-ms", "bigint", MILLI, (at, random) -> "" + at.toEpochMilli()),
                number("epoch-us", "bigint", MICRO, SampleKeys::micros),
                snowflake(1_288_834_974_657L, 22),
                snowflake(1_577_836_800_000L, 16));
    }

    private static SampleKeys text(String code, String columnType, Duration unit, Maker maker) {
        return new SampleKeys(
                code, columnType, unit, YEAR_1990, YEAR_2100.minus(unit), BYTES, maker);
    }

    private static SampleKeys number(String code, String columnType, Duration unit, Maker maker) {
        return new SampleKeys(
                code, columnType, unit, YEAR_1990, YEAR_2100.minus(unit), NUMBERS, maker);
    }

    private static SampleKeys snowflake(long epochMillis, int lowBits) {
        Instant end = Instant.ofEpochMilli(epochMillis + (Long.MAX_VALUE >> lowBits));
        Instant last = end.isBefore(YEAR_2100) ? end : YEAR_2100.minus(MILLI);
        return number(
                        "snowflake(%d, %d)".formatted(epochMillis, lowBits),
                        "bigint",
                        MILLI,
                        (at, random) ->
                                BigInteger.valueOf(at.toEpochMilli() - epochMillis)
                                        .shiftLeft(lowBits)
                                        .add(new BigInteger(lowBits, random))
                                        .toString())
                .between(Instant.ofEpochMilli(epochMillis), last);
    }

    private SampleKeys between(Instant first, Instant last) {
        return new SampleKeys(code, columnType, unit, first, last, order, maker);
    }

    String at(Instant at, Random random) {
        return maker.at(at, random);
    }

    KeyCodec codec() {
        return KeyCodec.of(code);
    }

    /// A time of the format.
    Instant anyTime(Random random) {
        Instant at = first.plusSeconds(random.nextLong(Duration.between(first, last).toSeconds()));
        return floor(at.plusNanos(random.nextInt(1_000_000_000)));
    }

    private Instant floor(Instant at) {
        if (unit.equals(SECOND)) {
            return at.truncatedTo(ChronoUnit.SECONDS);
        }
        return at.truncatedTo(unit.equals(MILLI) ? ChronoUnit.MILLIS : ChronoUnit.MICROS);
    }

    /// Texts that are none of these keys, of which a column of text can hold all.
    static List<String> junk() {
        return List.of(
                "",
                " ",
                "c",
                "cjld2cjxh0000qzrmn831i7r",
                "cjld2cjxh0000qzrmn831i7rnn",
                "Cjld2cjxh0000qzrmn831i7rn",
                "cjld2cjxh0000qzrmn831i7rN",
                "cjld2cjxh0000qzrmn831i7r\n",
                "\ncjld2cjxh0000qzrmn831i7r",
                "cjld2cjxh0000qzrmn831i7rü",
                "cjld２cjxh0000qzrmn831i7rn",
                "c00000000000000000000000a",
                "81ARZ3NDEKTSV4RRFFQ69G5FAV",
                "01ARZ3NDEKTSV4RRFFQ69G5FAU",
                "01ARZ3NDEKTSV4RRFFQ69G5FaV",
                "7ZZZZZZZZZZZZZZZZZZZZZZZZZ",
                "00000000000000000000000000",
                "017f22e2-79b0-4cc3-98c4-dc0c0c07398f",
                "017f22e2-79b0-7cc3-08c4-dc0c0c07398f",
                "017f22e2-79b0-8cc3-98c4-dc0c0c07398f",
                "ffffffff-ffff-7fff-bfff-ffffffffffff",
                "ffffffff-ffff-6fff-bfff-ffffffffffff",
                "00000000-0000-7000-8000-000000000000",
                "00000000-0000-0000-0000-000000000000",
                "zzzzzzzzzzzzzzzzzzzzzzzzzzz",
                "aWgEPTl1tmebfsQzFP4bxwgy80V",
                "0ujtsYcgvSTl8PAuAdqWYSMnLO-",
                "000000000000000000000000",
                "ffffffffffffffffffffffff",
                "507F1F77BCF86CD799439011",
                "507f1f77bcf86cd79943901g",
                "1704067200",
                "🦆🦆🦆🦆🦆🦆🦆🦆🦆🦆🦆🦆🦆🦆🦆🦆🦆🦆🦆🦆🦆🦆🦆🦆🦆");
    }

    private static String cuid(Instant at, Random random) {
        String time = Long.toString(at.toEpochMilli(), 36);
        StringBuilder id = new StringBuilder("c" + "0".repeat(8 - time.length()) + time);
        for (int i = 0; i < 16; i++) {
            id.append(Character.forDigit(random.nextInt(36), 36));
        }
        return id.toString();
    }

    private static String ulid(Instant at, Random random) {
        BigInteger bits =
                BigInteger.valueOf(at.toEpochMilli()).shiftLeft(80).or(new BigInteger(80, random));
        StringBuilder id = new StringBuilder();
        for (int shift = 125; shift >= 0; shift -= 5) {
            id.append(CROCKFORD.charAt(bits.shiftRight(shift).intValue() & 31));
        }
        return id.toString();
    }

    private static String uuidv7(Instant at, Random random) {
        long high = (at.toEpochMilli() << 16) | (7L << 12) | random.nextInt(1 << 12);
        return new UUID(high, variant(random)).toString();
    }

    /// The unit is a tenth of a microsecond; the last digit is random here.
    private static String uuidv6(Instant at, Random random) {
        Duration since = Duration.between(Instant.parse("1582-10-15T00:00:00Z"), at);
        long ticks =
                since.getSeconds() * 10_000_000
                        + since.getNano() / 1_000 * 10L
                        + random.nextInt(10);
        long high = ((ticks >>> 12) << 16) | (6L << 12) | (ticks & 0xfff);
        return new UUID(high, variant(random)).toString();
    }

    private static long variant(Random random) {
        return (random.nextLong() >>> 2) | (1L << 63);
    }

    private static String ksuid(Instant at, Random random) {
        byte[] chance = new byte[16];
        random.nextBytes(chance);
        BigInteger rest =
                BigInteger.valueOf(at.getEpochSecond() - 1_400_000_000)
                        .shiftLeft(128)
                        .or(new BigInteger(1, chance));
        char[] id = new char[27];
        for (int i = 26; i >= 0; i--) {
            id[i] = BASE62.charAt(rest.mod(BigInteger.valueOf(62)).intValue());
            rest = rest.divide(BigInteger.valueOf(62));
        }
        return new String(id);
    }

    private static String objectid(Instant at, Random random) {
        return "%08x%016x".formatted(at.getEpochSecond(), random.nextLong());
    }

    private static String micros(Instant at, Random random) {
        return Long.toString(at.getEpochSecond() * 1_000_000 + at.getNano() / 1_000);
    }

    @Override
    public String toString() {
        return code;
    }
}
