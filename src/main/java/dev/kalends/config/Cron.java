package dev.kalends.config;

import java.time.Month;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// When something is due, in the five fields of UNIX's cron: minute, hour, day of the month, month
/// and day of the week. Where both kinds of days are restricted, a day of either kind counts.
///
/// @param expression fields with one space between them, and names of months and days as numbers
public record Cron(String expression) {
    private static final List<Field> FIELDS =
            List.of(
                    new Field("minute", 0, 59, 0, List.of()),
                    new Field("hour", 0, 23, 0, List.of()),
                    new Field("day of the month", 1, 31, 1, List.of()),
                    new Field(
                            "month",
                            1,
                            12,
                            1,
                            List.of(
                                    "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP",
                                    "OCT", "NOV", "DEC")),
                    // Both 0 and 7 are Sunday.
                    new Field(
                            "day of the week",
                            0,
                            7,
                            0,
                            List.of("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")));
    private static final int DAY_OF_MONTH = 2;
    private static final int MONTH = 3;
    private static final int DAY_OF_WEEK = 4;

    public Cron {
        expression = checked(expression);
    }

    /// Reads "*/10 * * * *", or "30 2 * * MON-FRI".
    ///
    /// @throws IllegalArgumentException if the text is no such expression, or names days that never
    ///   come
    public static Cron parse(String text) {
        return new Cron(text);
    }

    private static String checked(String text) {
        String[] fields = text.strip().split("\\s+", -1);
        if (fields.length != FIELDS.size()) {
            throw unreadable(
                    text,
                    "it needs five fields (minute, hour, day of the month, month, day of the week), as in */10 * * * *");
        }
        List<String> written = new ArrayList<>();
        List<SortedSet<Integer>> values = new ArrayList<>();
        for (int i = 0; i < FIELDS.size(); i++) {
            SortedSet<Integer> ofField = new TreeSet<>();
            written.add(FIELDS.get(i).read(fields[i], ofField, text));
            values.add(ofField);
        }
        boolean anyWeekday = written.get(DAY_OF_WEEK).equals("*");
        if (anyWeekday && !comes(values.get(DAY_OF_MONTH), values.get(MONTH))) {
            throw unreadable(text, "no such day ever comes");
        }
        return String.join(" ", written);
    }

    private static boolean comes(SortedSet<Integer> days, SortedSet<Integer> months) {
        return months.stream().anyMatch(month -> days.first() <= Month.of(month).maxLength());
    }

    private static IllegalArgumentException unreadable(String text, String reason) {
        return new IllegalArgumentException(
                "Cannot read \"%s\" as a time of cron: %s".formatted(text, reason));
    }

    /// @param nameOffset the number of the first name
    private record Field(String word, int min, int max, int nameOffset, List<String> names) {
        private static final Pattern ITEM =
                Pattern.compile("(?:\\*|(\\w+)(?:-(\\w+))?)(?:/(\\d{1,2}))?");

        /// @param into what the field allows
        /// @return the field in numbers
        String read(String field, SortedSet<Integer> into, String text) {
            List<String> items = new ArrayList<>();
            for (String item : field.split(",", -1)) {
                items.add(item(item, into, text));
            }
            return String.join(",", items);
        }

        private String item(String item, SortedSet<Integer> into, String text) {
            Matcher form = ITEM.matcher(item);
            if (!form.matches()) {
                throw unreadable(
                        text,
                        "\"%s\" is no %s; write *, 5, 1-5, */10 or a list with commas"
                                .formatted(item, word));
            }
            String begin = form.group(1);
            String end = form.group(2);
            String step = form.group(3);
            if (step != null && begin != null && end == null) {
                throw unreadable(
                        text,
                        "\"%s\" has a step without a range; write */%s or %s-%d/%s"
                                .formatted(item, step, begin, max, step));
            }
            int from = begin == null ? min : value(begin, text);
            int to = to(begin, end, text);
            int by = step == null ? 1 : Integer.parseInt(step);
            if (from > to) {
                throw unreadable(text, "\"%s\" ends before it begins".formatted(item));
            }
            if (by < 1 || by > max) {
                throw unreadable(
                        text,
                        "\"%s\" has a step that is not 1 to %d of the %s"
                                .formatted(item, max, word));
            }
            for (int value = from; value <= to; value += by) {
                into.add(value);
            }
            String range =
                    begin == null ? "*" : end == null ? String.valueOf(from) : from + "-" + to;
            return step == null ? range : range + "/" + by;
        }

        private int to(@Nullable String begin, @Nullable String end, String text) {
            if (begin == null) {
                return max;
            }
            return value(end == null ? begin : end, text);
        }

        private int value(String word, String text) {
            int named = names.indexOf(word.toUpperCase(Locale.ROOT));
            if (named >= 0) {
                return named + nameOffset;
            }
            if (word.matches("\\d{1,2}")) {
                int number = Integer.parseInt(word);
                if (number >= min && number <= max) {
                    return number;
                }
            }
            throw unreadable(
                    text,
                    "\"%s\" is no %s; use %d to %d%s"
                            .formatted(
                                    word,
                                    this.word,
                                    min,
                                    max,
                                    names.isEmpty()
                                            ? ""
                                            : " or %s to %s"
                                                    .formatted(names.getFirst(), names.getLast())));
        }
    }
}
