package dev.kalends.unit;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// An amount of data. Units are PostgreSQL's: 1 kB is 1024 bytes.
///
/// @param bytes 0 or more
public record ByteSize(long bytes) implements Comparable<ByteSize> {
    private static final List<String> UNITS = List.of("B", "kB", "MB", "GB", "TB", "PB");
    private static final BigDecimal STEP = BigDecimal.valueOf(1024);
    private static final Pattern FORM =
            Pattern.compile("(\\d{1,19}(?:\\.\\d{1,9})?)\\s*([A-Za-z]{1,2})");

    public ByteSize {
        if (bytes < 0) {
            throw new IllegalArgumentException(
                    "Cannot use %d bytes as a size: it must not be negative".formatted(bytes));
        }
    }

    public static ByteSize ofMegabytes(long megabytes) {
        return new ByteSize(Math.multiplyExact(megabytes, 1024L * 1024L));
    }

    /// Reads "64MB", "1.5 GB" or "512 kB". Units may be written in either case, as `pg_size_bytes`
    /// allows; a number without a unit is refused. Parts of a byte are dropped.
    ///
    /// @throws IllegalArgumentException if the text is no size, or more than 2^63 - 1 bytes
    public static ByteSize parse(String text) {
        Matcher form = FORM.matcher(text.strip());
        if (!form.matches()) {
            throw unreadable(text, "write a number and B, kB, MB, GB, TB or PB");
        }
        int power = power(form.group(2));
        if (power < 0) {
            throw unreadable(text, "the units are B, kB, MB, GB, TB and PB");
        }
        BigDecimal bytes = new BigDecimal(form.group(1)).multiply(STEP.pow(power));
        if (bytes.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0) {
            throw unreadable(text, "it is more than " + new ByteSize(Long.MAX_VALUE).display());
        }
        return new ByteSize(bytes.longValue());
    }

    /// For people: the largest unit that leaves at least 1, with one decimal place below 100. It
    /// may be rounded.
    public String display() {
        BigDecimal amount = BigDecimal.valueOf(bytes);
        int unit = 0;
        BigDecimal shown = rounded(amount);
        // Compares what is shown, so that 1023.99 MB is shown as 1 GB and not as 1024 MB.
        while (shown.compareTo(STEP) >= 0 && unit < UNITS.size() - 1) {
            amount = amount.divide(STEP);
            shown = rounded(amount);
            unit++;
        }
        return shown.stripTrailingZeros().toPlainString() + " " + UNITS.get(unit);
    }

    @Override
    public int compareTo(ByteSize other) {
        return Long.compare(bytes, other.bytes);
    }

    @Override
    public String toString() {
        return display();
    }

    private static int power(String unit) {
        for (int power = 0; power < UNITS.size(); power++) {
            if (UNITS.get(power).equalsIgnoreCase(unit)) {
                return power;
            }
        }
        return -1;
    }

    private static BigDecimal rounded(BigDecimal amount) {
        int places = amount.compareTo(BigDecimal.valueOf(100)) < 0 ? 1 : 0;
        return amount.setScale(places, RoundingMode.HALF_UP);
    }

    private static IllegalArgumentException unreadable(String text, String why) {
        return new IllegalArgumentException(
                "Cannot read \"%s\" as a size: %s, for example 64MB, 1.5 GB or 512 kB"
                        .formatted(text, why));
    }
}
