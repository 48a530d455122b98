package dev.kalends.demo.messaging;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.YearMonth;
import java.time.ZoneOffset;

/// The time that the data spans, in which the traffic has tripled steadily.
///
/// @param startMillis first day of the first month, UTC
/// @param endMillis exclusive
record Timeline(long startMillis, long endMillis) {
    private static final int MILLIS_PER_SECOND = 1000;

    /// @param months the month of `end` counts as one
    static Timeline ending(Instant end, int months) {
        YearMonth first = YearMonth.from(end.atOffset(ZoneOffset.UTC)).minusMonths(months - 1L);
        return new Timeline(
                first.atDay(1).atStartOfDay(ZoneOffset.UTC).toInstant().toEpochMilli(),
                end.toEpochMilli());
    }

    /// @param share how much of all rows came before, 0 to 1
    long at(double share) {
        // With a density of 1 + 2t the share that came before t is (t + t²) / 2.
        double t = (Math.sqrt(1 + 8 * share) - 1) / 2;
        return startMillis + (long) (t * (endMillis - startMillis));
    }

    /// A time as PostgreSQL writes a timestamp(3): a fraction without trailing zeros.
    static String text(long millis) {
        LocalDateTime time =
                LocalDateTime.ofEpochSecond(
                        Math.floorDiv(millis, MILLIS_PER_SECOND), 0, ZoneOffset.UTC);
        StringBuilder text = new StringBuilder(23);
        text.append(time.getYear());
        two(text.append('-'), time.getMonthValue());
        two(text.append('-'), time.getDayOfMonth());
        two(text.append(' '), time.getHour());
        two(text.append(':'), time.getMinute());
        two(text.append(':'), time.getSecond());
        int fraction = Math.floorMod(millis, MILLIS_PER_SECOND);
        if (fraction > 0) {
            text.append('.');
            for (int unit = MILLIS_PER_SECOND / 10, rest = fraction; rest > 0; unit /= 10) {
                text.append((char) ('0' + rest / unit));
                rest %= unit;
            }
        }
        return text.toString();
    }

    /// The reverse of [#text].
    static long millis(String text) {
        return LocalDateTime.parse(text.replace(' ', 'T')).toInstant(ZoneOffset.UTC).toEpochMilli();
    }

    private static void two(StringBuilder text, int number) {
        text.append((char) ('0' + number / 10)).append((char) ('0' + number % 10));
    }
}
