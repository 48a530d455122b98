package dev.kalends.archive;

import java.time.LocalDate;

/// Dates and timestamps as PostgreSQL prints them with `DateStyle = ISO` in UTC.
final class TimeText {
    private static final long DAY_MICROS = 86_400_000_000L;
    private static final long SECOND_MICROS = 1_000_000L;

    private TimeText() {}

    /// @param days since 1970; the extremes are infinite
    static void date(int days, Bytes into) {
        if (days == Integer.MAX_VALUE || days == Integer.MIN_VALUE) {
            into.addAscii(days > 0 ? "infinity" : "-infinity");
            return;
        }
        LocalDate date = LocalDate.ofEpochDay(days);
        day(date, into);
        era(date, into);
    }

    /// @param micros since 1970; the extremes are infinite
    /// @param zone what follows the time
    static void timestamp(long micros, String zone, Bytes into) {
        if (micros == Long.MAX_VALUE || micros == Long.MIN_VALUE) {
            into.addAscii(micros > 0 ? "infinity" : "-infinity");
            return;
        }
        LocalDate date = LocalDate.ofEpochDay(Math.floorDiv(micros, DAY_MICROS));
        day(date, into);
        long time = Math.floorMod(micros, DAY_MICROS);
        long seconds = time / SECOND_MICROS;
        into.add(' ');
        two((int) (seconds / 3600), into);
        into.add(':');
        two((int) (seconds / 60 % 60), into);
        into.add(':');
        two((int) (seconds % 60), into);
        int fraction = (int) (time % SECOND_MICROS);
        if (fraction > 0) {
            into.add('.');
            for (int unit = 100_000; fraction > 0; unit /= 10) {
                into.add('0' + fraction / unit);
                fraction %= unit;
            }
        }
        into.addAscii(zone);
        era(date, into);
    }

    /// There is no year 0: the year before 1 is 1 BC.
    private static void day(LocalDate date, Bytes into) {
        int year = date.getYear() > 0 ? date.getYear() : 1 - date.getYear();
        if (year < 10_000) {
            two(year / 100, into);
            two(year % 100, into);
        } else {
            into.addAscii(Integer.toString(year));
        }
        into.add('-');
        two(date.getMonthValue(), into);
        into.add('-');
        two(date.getDayOfMonth(), into);
    }

    private static void era(LocalDate date, Bytes into) {
        if (date.getYear() <= 0) {
            into.addAscii(" BC");
        }
    }

    private static void two(int number, Bytes into) {
        into.add('0' + number / 10);
        into.add('0' + number % 10);
    }
}
