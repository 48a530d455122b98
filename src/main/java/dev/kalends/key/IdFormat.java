package dev.kalends.key;

import dev.kalends.sql.Literal;
import dev.kalends.sql.Sql;
import dev.kalends.sql.SqlPart;
import java.math.BigInteger;
import java.time.Instant;
import java.util.regex.Pattern;

/// Ids that are the time they were made and something else after it, in texts of one length. The
/// order of their bytes is the order of their times.
public enum IdFormat {
    /// Version 1: `c`, milliseconds in 8 digits of base 36, then counter, fingerprint and chance.
    CUID(
            "cuid",
            25,
            "c[0-9a-z]{24}",
            "c and 24 of 0-9 and a-z",
            TimeScale.millis(2_821_109_907_455L)),
    /// Milliseconds in 48 bits, 80 bits of chance, in Crockford's base 32.
    ULID(
            "ulid",
            26,
            "[0-7][0-9A-HJKMNP-TV-Z]{25}",
            "26 of 0-9 and A-Z without I, L, O and U, the first up to 7",
            TimeScale.millis((1L << 48) - 1)),
    ULID_LOWER(
            "ulid-lower",
            26,
            "[0-7][0-9a-hjkmnp-tv-z]{25}",
            "26 of 0-9 and a-z without i, l, o and u, the first up to 7",
            TimeScale.millis((1L << 48) - 1)),
    /// RFC 9562: milliseconds in 48 bits.
    UUIDV7(
            "uuidv7",
            36,
            "[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}",
            "a UUID of version 7 in small letters with hyphens",
            TimeScale.millis((1L << 48) - 1)),
    /// RFC 9562: tenths of a microsecond since the Gregorian reform in 60 bits.
    UUIDV6(
            "uuidv6",
            36,
            "[0-9a-f]{8}-[0-9a-f]{4}-6[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}",
            "a UUID of version 6 in small letters with hyphens",
            new TimeScale(10_000_000, Instant.parse("1582-10-15T00:00:00Z"), (1L << 60) - 1)),
    /// Seconds since 2014-05-13 in 32 bits, 128 bits of chance, in base 62.
    KSUID(
            "ksuid",
            27,
            "[0-9A-Za-z]{27}",
            "27 of 0-9, A-Z and a-z",
            new TimeScale(1, Instant.ofEpochSecond(1_400_000_000), (1L << 32) - 1)),
    /// Of MongoDB: seconds in 32 bits, 64 bits of chance and counter, in hexadecimal digits.
    OBJECTID(
            "objectid", 24, "[0-9a-f]{24}", "24 of 0-9 and a-f", TimeScale.seconds((1L << 32) - 1));

    private static final int KSUID_CHANCE_BITS = 128;

    /// After every digit and letter in byte order.
    private static final String PAST_ALL = "~";

    private static final String SHAPED =
            "coalesce({text} ~ {shape} AND {text} >= {from} AND {text} < {to}, false)";
    private static final String HEX_8 =
            "CAST (CAST ('x' || substr({text}, 1, 8) AS bit(32)) AS bigint)";
    private static final String HEX_12 =
            """
            CAST (CAST ('x' || substr({text}, 1, 8) || substr({text}, 10, 4) AS bit(48)) AS bigint)
            """;
    private static final String HEX_15 =
            """
            CAST (CAST ('x' || substr({text}, 1, 8) || substr({text}, 10, 4)
                            || substr({text}, 16, 3) AS bit(60)) AS bigint)
            """;

    /// 62^9, then 2^128.
    private static final String BASE62_SECONDS =
            """
            CAST (div((CAST ({high} AS numeric) * 13537086546263552 + {middle}) * 13537086546263552 + {low},
                      340282366920938463463374607431768211456) AS bigint)
            """;

    private final String code;
    private final int length;
    private final String shape;
    private final Pattern pattern;
    private final String words;
    private final TimeScale scale;

    IdFormat(String code, int length, String shape, String words, TimeScale scale) {
        this.code = code;
        this.length = length;
        this.shape = shape;
        this.pattern = Pattern.compile(shape);
        this.words = words;
        this.scale = scale;
    }

    String code() {
        return code;
    }

    /// In characters, which are bytes.
    int length() {
        return length;
    }

    TimeScale scale() {
        return scale;
    }

    /// What an id looks like, for messages.
    String words() {
        return words;
    }

    boolean isShapeOf(String id) {
        return pattern.matcher(id).matches();
    }

    /// Whether a text begins as [#least] does, so that [#instant] can read it.
    boolean isShapeOfBound(String bound) {
        String least = least(0);
        return bound.length() >= least.length()
                && isShapeOf(bound + filler().substring(Math.min(bound.length(), length)));
    }

    /// The lowest id, with which a beginning is filled up.
    private String filler() {
        String least = least(0);
        return least + "0".repeat(length - least.length());
    }

    /// What all ids from this tick on sort at or after, and all earlier ones before.
    String least(long ticks) {
        return switch (this) {
            case CUID -> "c" + Alphabet.BASE36.text(ticks, 8);
            case ULID -> Alphabet.CROCKFORD.text(ticks, 10);
            case ULID_LOWER -> Alphabet.CROCKFORD_LOWER.text(ticks, 10);
            case OBJECTID -> Alphabet.HEX.text(ticks, 8);
            case UUIDV7 -> {
                String hex = Alphabet.HEX.text(ticks, 12);
                yield hex.substring(0, 8) + "-" + hex.substring(8) + "-7000-8000-000000000000";
            }
            case UUIDV6 -> {
                String hex = Alphabet.HEX.text(ticks, 15);
                yield hex.substring(0, 8)
                        + "-"
                        + hex.substring(8, 12)
                        + "-6"
                        + hex.substring(12)
                        + "-8000-000000000000";
            }
            // No digit of base 62 begins where the seconds end.
            case KSUID ->
                    Alphabet.BASE62.text(
                            BigInteger.valueOf(ticks).shiftLeft(KSUID_CHANCE_BITS), length);
        };
    }

    /// @param id of this shape
    Instant instant(String id) {
        BigInteger ticks =
                switch (this) {
                    case CUID -> Alphabet.BASE36.number(id.substring(1, 9));
                    case ULID -> Alphabet.CROCKFORD.number(id.substring(0, 10));
                    case ULID_LOWER -> Alphabet.CROCKFORD_LOWER.number(id.substring(0, 10));
                    case OBJECTID -> Alphabet.HEX.number(id.substring(0, 8));
                    case UUIDV7 -> Alphabet.HEX.number(id.substring(0, 8) + id.substring(9, 13));
                    case UUIDV6 ->
                            Alphabet.HEX.number(
                                    id.substring(0, 8)
                                            + id.substring(9, 13)
                                            + id.substring(15, 18));
                    case KSUID -> Alphabet.BASE62.number(id).shiftRight(KSUID_CHANCE_BITS);
                };
        return scale.instant(ticks.longValueExact());
    }

    /// SQL of type `bigint`.
    ///
    /// @param text SQL of type `text`; the result is an error where it has not this shape
    Sql ticks(SqlPart text) {
        return switch (this) {
            case CUID -> Alphabet.BASE36.number(text, 2, 8);
            case ULID -> Alphabet.CROCKFORD.number(text, 1, 10);
            case ULID_LOWER -> Alphabet.CROCKFORD_LOWER.number(text, 1, 10);
            case OBJECTID -> Sql.text(HEX_8).put("text", text).build();
            case UUIDV7 -> Sql.text(HEX_12).put("text", text).build();
            case UUIDV6 -> Sql.text(HEX_15).put("text", text).build();
            case KSUID ->
                    Sql.text(BASE62_SECONDS)
                            .put("high", Alphabet.BASE62.number(text, 1, 9))
                            .put("middle", Alphabet.BASE62.number(text, 10, 9))
                            .put("low", Alphabet.BASE62.number(text, 19, 9))
                            .build();
        };
    }

    /// SQL of type `boolean`, without NULL and without errors: the shape, and a sane time.
    ///
    /// @param text SQL of type `text` under byte order
    Sql wellFormed(SqlPart text) {
        return Sql.text(SHAPED)
                .put("text", text)
                .put("shape", Literal.of("^" + shape + "$"))
                .put("from", Literal.of(least(scale.firstTick(TimeScale.SANE_FROM))))
                .put(
                        "to",
                        Literal.of(
                                scale.reaches(TimeScale.SANE_TO)
                                        ? least(scale.firstTick(TimeScale.SANE_TO))
                                        : PAST_ALL))
                .build();
    }
}
