package dev.kalends.archive;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;

/// Floating-point numbers as PostgreSQL prints them with `extra_float_digits = 1`.
///
/// Source: PostgreSQL's `src/common/d2s.c` and `f2s.c`: the fewest digits that read back as the
/// same number, lying strictly between the halves to its neighbours; fixed-point from 1e-4 up to
/// 1e15 (`real`: 1e6).
final class FloatText {
    private static final int DOUBLE_FIXED = 15;
    private static final int FLOAT_FIXED = 6;
    // Below these, halves between neighbours have more digits than a number is printed with.
    private static final double DOUBLE_HALVES = 0x1p50;
    private static final float FLOAT_HALVES = 0x1p20f;
    private static final int DOUBLE_DIGITS = 17;
    private static final int FLOAT_DIGITS = 9;

    private FloatText() {}

    static String of(double value) {
        if (!Double.isFinite(value)) {
            return special(value);
        }
        if (value == 0) {
            return zero(Double.doubleToRawLongBits(value) < 0 ? Sign.MINUS : Sign.NONE);
        }
        double size = Math.abs(value);
        BigDecimal digits = new BigDecimal(Double.toString(size)).stripTrailingZeros();
        if (digits.precision() == 2) {
            digits = shorter(digits, each -> each.doubleValue() == size);
        }
        if (size >= DOUBLE_HALVES) {
            BigDecimal exact = new BigDecimal(size);
            BigDecimal up =
                    Double.isInfinite(Math.nextUp(size))
                            ? exact.add(exact.subtract(new BigDecimal(Math.nextDown(size))))
                            : new BigDecimal(Math.nextUp(size));
            digits = between(digits, new BigDecimal(Math.nextDown(size)), exact, up, DOUBLE_DIGITS);
        }
        return written(value < 0 ? Sign.MINUS : Sign.NONE, digits, DOUBLE_FIXED);
    }

    static String of(float value) {
        if (!Float.isFinite(value)) {
            return special(value);
        }
        if (value == 0) {
            return zero(Float.floatToRawIntBits(value) < 0 ? Sign.MINUS : Sign.NONE);
        }
        float size = Math.abs(value);
        BigDecimal digits = new BigDecimal(Float.toString(size)).stripTrailingZeros();
        if (digits.precision() == 2) {
            digits = shorter(digits, each -> each.floatValue() == size);
        }
        if (size >= FLOAT_HALVES) {
            BigDecimal exact = new BigDecimal(size);
            BigDecimal up =
                    Float.isInfinite(Math.nextUp(size))
                            ? exact.add(exact.subtract(new BigDecimal(Math.nextDown(size))))
                            : new BigDecimal(Math.nextUp(size));
            digits = between(digits, new BigDecimal(Math.nextDown(size)), exact, up, FLOAT_DIGITS);
        }
        return written(value < 0 ? Sign.MINUS : Sign.NONE, digits, FLOAT_FIXED);
    }

    private enum Sign {
        MINUS,
        NONE
    }

    private static String special(double value) {
        return Double.isNaN(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity";
    }

    private static String zero(Sign sign) {
        return sign == Sign.MINUS ? "-0" : "0";
    }

    private interface Same {
        boolean number(BigDecimal digits);
    }

    /// Java prints two digits where one is enough.
    private static BigDecimal shorter(BigDecimal digits, Same same) {
        for (RoundingMode mode :
                new RoundingMode[] {RoundingMode.HALF_UP, RoundingMode.DOWN, RoundingMode.UP}) {
            BigDecimal one = digits.round(new MathContext(1, mode));
            if (same.number(one)) {
                return one.stripTrailingZeros();
            }
        }
        return digits;
    }

    /// Java accepts a number half-way to a neighbour, where reading rounds to even; PostgreSQL
    /// prints more digits then.
    private static BigDecimal between(
            BigDecimal digits, BigDecimal down, BigDecimal exact, BigDecimal up, int digitsMax) {
        BigDecimal two = BigDecimal.TWO;
        BigDecimal twice = digits.multiply(two);
        if (twice.compareTo(exact.add(down)) > 0 && twice.compareTo(exact.add(up)) < 0) {
            return digits;
        }
        for (int precision = digits.precision(); precision <= digitsMax; precision++) {
            BigDecimal nearer = exact.round(new MathContext(precision, RoundingMode.HALF_EVEN));
            BigDecimal doubled = nearer.multiply(two);
            if (doubled.compareTo(exact.add(down)) > 0 && doubled.compareTo(exact.add(up)) < 0) {
                return nearer.stripTrailingZeros();
            }
        }
        return digits;
    }

    private static String written(Sign sign, BigDecimal number, int fixed) {
        String digits = number.unscaledValue().toString();
        int exponent = digits.length() - 1 - number.scale();
        StringBuilder text = new StringBuilder(sign == Sign.MINUS ? "-" : "");
        if (exponent >= -4 && exponent < fixed) {
            return text.append(number.toPlainString()).toString();
        }
        text.append(digits.charAt(0));
        if (digits.length() > 1) {
            text.append('.').append(digits, 1, digits.length());
        }
        text.append('e').append(exponent < 0 ? '-' : '+');
        if (Math.abs(exponent) < 10) {
            text.append('0');
        }
        return text.append(Math.abs(exponent)).toString();
    }
}
