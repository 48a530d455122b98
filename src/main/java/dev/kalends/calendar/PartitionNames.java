package dev.kalends.calendar;

import dev.kalends.sql.Identifier;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.text.Normalizer;
import java.time.LocalDateTime;
import java.time.temporal.IsoFields;
import java.util.HexFormat;
import java.util.Locale;
import java.util.regex.Pattern;

/// How partitions are named: the pattern with its slots filled.
///
/// Names are for people; bounds are never read from them. Two tables of one schema whose names
/// differ only in case, accents or signs get the same names, so whoever creates a partition has to
/// look whether its name is free.
///
/// @param pattern `{period}` once, `{table}` at most once, and up to 24 of a-z, 0-9 and _
public record PartitionNames(String pattern) {
    private static final String TABLE = "{table}";
    private static final String PERIOD = "{period}";

    /// Leaves 18 bytes for the table beside the longest period.
    private static final int FIXED_MAX = 24;

    private static final Pattern FIXED = Pattern.compile("[a-z0-9_]*");
    private static final Pattern MARKS = Pattern.compile("\\p{M}+");
    private static final Pattern WORD_START =
            Pattern.compile("(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])");
    private static final Pattern UNSAFE = Pattern.compile("[^a-z0-9]+");

    public PartitionNames {
        String withoutPeriod = without(PERIOD, pattern);
        if (withoutPeriod.equals(pattern)) {
            throw unusable(pattern, "it must contain {period}");
        }
        String fixed = without(TABLE, withoutPeriod);
        if (!FIXED.matcher(fixed).matches()) {
            throw unusable(
                    pattern,
                    "besides {period} once and {table} once it may hold a-z, 0-9 and _ only");
        }
        if (fixed.length() > FIXED_MAX) {
            throw unusable(
                    pattern,
                    "it has %d characters besides its slots, %d are allowed"
                            .formatted(fixed.length(), FIXED_MAX));
        }
    }

    /// `conversation_message_2024_01`
    public static PartitionNames standard() {
        return new PartitionNames("{table}_{period}");
    }

    /// Names the partition of one table that begins at one moment.
    ///
    /// The table's name is in snake case and of a-z, 0-9 and _ only. If the whole would be longer
    /// than PostgreSQL allows, the table's name is cut and ends with eight hexadecimal digits of
    /// its hash.
    ///
    /// @param from a start of this interval
    public Identifier name(String table, Interval interval, LocalDateTime from) {
        return filled(table, period(interval, from));
    }

    /// The same for a partition that is no period: `p0`, `20000000`, `north` or `default`.
    ///
    /// @param label what the partition is; made safe as the table's name is, and cut to 24
    public Identifier name(String table, String label) {
        String safe = snakeCase(label);
        String part = safe.isEmpty() || safe.length() > FIXED_MAX ? "v_" + hash(label) : safe;
        return filled(table, part);
    }

    private Identifier filled(String table, String period) {
        int room = Identifier.MAX_BYTES - without(TABLE, without(PERIOD, pattern)).length();
        String tablePart = tablePart(table, room - period.length());
        // Both values are of [a-z0-9_], so neither can bring in a slot.
        return new Identifier(pattern.replace(TABLE, tablePart).replace(PERIOD, period));
    }

    private static String tablePart(String table, int lengthMax) {
        String snake = snakeCase(table);
        if (snake.isEmpty()) {
            return "t_" + hash(table);
        }
        if (snake.length() <= lengthMax) {
            return snake;
        }
        return withoutTrailingUnderscore(snake.substring(0, lengthMax - 9)) + "_" + hash(table);
    }

    private static String snakeCase(String table) {
        String plain =
                MARKS.matcher(Normalizer.normalize(table, Normalizer.Form.NFKD)).replaceAll("");
        String words = WORD_START.matcher(plain).replaceAll("_").toLowerCase(Locale.ROOT);
        return withoutTrailingUnderscore(UNSAFE.matcher(words).replaceAll("_"));
    }

    private static String period(Interval interval, LocalDateTime from) {
        String year = year(from.getYear());
        return switch (interval) {
            case HOUR -> period(Interval.DAY, from) + "_" + digits(2, from.getHour());
            case DAY -> period(Interval.MONTH, from) + "_" + digits(2, from.getDayOfMonth());
            case WEEK ->
                    year(from.get(IsoFields.WEEK_BASED_YEAR))
                            + "_w"
                            + digits(2, from.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR));
            case MONTH -> year + "_" + digits(2, from.getMonthValue());
            case QUARTER -> year + "_q" + from.get(IsoFields.QUARTER_OF_YEAR);
            case YEAR -> year;
        };
    }

    /// @param year proleptic: 0 is the year 1 BC
    private static String year(int year) {
        return year > 0 ? digits(4, year) : digits(4, 1 - year) + "bc";
    }

    private static String digits(int lengthMin, int number) {
        String digits = Integer.toString(number);
        return "0".repeat(Math.max(0, lengthMin - digits.length())) + digits;
    }

    private static String withoutTrailingUnderscore(String text) {
        return text.endsWith("_") ? text.substring(0, text.length() - 1) : text;
    }

    private static String without(String slot, String text) {
        int at = text.indexOf(slot);
        return at < 0 ? text : text.substring(0, at) + text.substring(at + slot.length());
    }

    private static String hash(String table) {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            byte[] digest = sha256.digest(table.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, 4);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256", e);
        }
    }

    private static IllegalArgumentException unusable(String pattern, String why) {
        return new IllegalArgumentException(
                "Cannot use \"%s\" to name partitions: %s, for example {table}_{period}"
                        .formatted(pattern, why));
    }
}
