package dev.kalends.key;

import dev.kalends.sql.Literal;
import dev.kalends.sql.Sql;
import dev.kalends.sql.SqlPart;
import java.math.BigInteger;

/// The digits of a number system, from 0 up, in the order of their bytes: then numbers of one
/// length are in the order of their texts.
record Alphabet(String digits) {
    static final Alphabet HEX = new Alphabet("0123456789abcdef");
    static final Alphabet BASE36 = new Alphabet("0123456789abcdefghijklmnopqrstuvwxyz");
    static final Alphabet BASE62 =
            new Alphabet("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    /// Crockford's base 32, which leaves out I, L, O and U.
    static final Alphabet CROCKFORD = new Alphabet("0123456789ABCDEFGHJKMNPQRSTVWXYZ");

    static final Alphabet CROCKFORD_LOWER = new Alphabet("0123456789abcdefghjkmnpqrstvwxyz");

    private static final String NEXT_DIGIT =
            "({number} * {radix} + strpos({digits}, substr({text}, {position}, 1)) - 1)";

    /// @param number not negative, and of no more digits than `length`
    String text(BigInteger number, int length) {
        BigInteger radix = BigInteger.valueOf(digits.length());
        StringBuilder text = new StringBuilder();
        BigInteger rest = number;
        for (int i = 0; i < length; i++) {
            BigInteger[] parts = rest.divideAndRemainder(radix);
            text.append(digits.charAt(parts[1].intValue()));
            rest = parts[0];
        }
        return text.reverse().toString();
    }

    String text(long number, int length) {
        return text(BigInteger.valueOf(number), length);
    }

    /// @param text of these digits only
    BigInteger number(String text) {
        BigInteger radix = BigInteger.valueOf(digits.length());
        BigInteger number = BigInteger.ZERO;
        for (int i = 0; i < text.length(); i++) {
            number = number.multiply(radix).add(BigInteger.valueOf(digits.indexOf(text.charAt(i))));
        }
        return number;
    }

    /// SQL of type `bigint`.
    ///
    /// @param text SQL of type `text`, of these digits only where they are read
    /// @param from position of the first digit, counted from 1
    /// @param count how many digits; their number is below 2^63
    Sql number(SqlPart text, int from, int count) {
        Sql number = Sql.of("CAST (0 AS bigint)");
        for (int i = from; i < from + count; i++) {
            number =
                    Sql.text(NEXT_DIGIT)
                            .put("number", number)
                            .put("radix", Literal.of(digits.length()))
                            .put("digits", Literal.of(digits))
                            .put("text", text)
                            .put("position", Literal.of(i))
                            .build();
        }
        return number;
    }
}
