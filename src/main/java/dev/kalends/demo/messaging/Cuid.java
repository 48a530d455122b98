package dev.kalends.demo.messaging;

/// Ids as `cuid()` makes them: "c", the time in milliseconds, a counter, a fingerprint of the
/// process, and chance, in 8, 4, 4 and 8 digits of base 36. Here the counter and the fingerprint
/// hold a number from which generated data is found again.
final class Cuid {
    /// What the id is of; a digit of base 36, the first of the fingerprint.
    enum Kind {
        ADMIN('a'),
        CONVERSATION('d'),
        CHURCH('g'),
        MEMBER('h'),
        MESSAGE('k'),
        BROADCAST('m'),
        REACTION('n'),
        RECIPIENT('q'),
        QUEUED('s'),
        /// Written by a client of the traffic.
        WRITTEN('w');

        private final char digit;

        Kind(char digit) {
            this.digit = digit;
        }
    }

    static final int LENGTH = 25;

    private static final int RADIX = 36;
    private static final int COUNTER = RADIX * RADIX * RADIX * RADIX;
    private static final int COUNTER_START = 9;
    private static final int FINGERPRINT_START = 13;
    private static final int CHANCE_START = 17;

    private Cuid() {}

    /// @param number below 36^7
    static String of(Kind kind, long millis, long number, long chance) {
        char[] id = new char[LENGTH];
        id[0] = 'c';
        digits(id, 1, COUNTER_START, millis);
        digits(id, COUNTER_START, FINGERPRINT_START, number % COUNTER);
        id[FINGERPRINT_START] = kind.digit;
        digits(id, FINGERPRINT_START + 1, CHANCE_START, number / COUNTER);
        digits(id, CHANCE_START, LENGTH, chance & Long.MAX_VALUE);
        return new String(id);
    }

    static boolean isOf(Kind kind, String id) {
        return id.length() == LENGTH && id.charAt(FINGERPRINT_START) == kind.digit;
    }

    /// @return the number the id was made with, or -1 if this is no such id
    static long number(String id) {
        if (id.length() != LENGTH) {
            return -1;
        }
        long counter = parse(id, COUNTER_START, FINGERPRINT_START);
        long rest = parse(id, FINGERPRINT_START + 1, CHANCE_START);
        return counter < 0 || rest < 0 ? -1 : rest * COUNTER + counter;
    }

    private static void digits(char[] id, int from, int to, long number) {
        long rest = number;
        for (int i = to - 1; i >= from; i--) {
            id[i] = Character.forDigit((int) (rest % RADIX), RADIX);
            rest /= RADIX;
        }
    }

    private static long parse(String id, int from, int to) {
        long number = 0;
        for (int i = from; i < to; i++) {
            int digit = Character.digit(id.charAt(i), RADIX);
            if (digit < 0) {
                return -1;
            }
            number = number * RADIX + digit;
        }
        return number;
    }
}
