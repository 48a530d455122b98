package dev.kalends.catalog;

import java.util.ArrayList;
import java.util.List;

/// The words of a bound: numbers, names, and literals in quotes, between commas.
final class BoundWords {
    private static final String MIDDLE = ") TO (";

    private BoundWords() {}

    static List<String> of(String list) {
        List<String> words = new ArrayList<>();
        int begin = 0;
        boolean quoted = false;
        for (int i = 0; i < list.length(); i++) {
            char c = list.charAt(i);
            if (c == '\\' && quoted && isEscaped(list, begin)) {
                i++;
            } else if (c == '\'') {
                // A doubled quote closes and opens again, which comes to the same.
                quoted = !quoted;
            } else if (c == ',' && !quoted) {
                words.add(list.substring(begin, i).strip());
                begin = i + 1;
            }
        }
        words.add(list.substring(begin).strip());
        return words;
    }

    private static boolean isEscaped(String list, int begin) {
        return list.substring(begin).stripLeading().startsWith("E'");
    }

    /// Where `) TO (` stands outside of quotes.
    static int middle(String text) {
        boolean quoted = false;
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) == '\'') {
                quoted = !quoted;
            } else if (!quoted && text.startsWith(MIDDLE, i)) {
                return i;
            }
        }
        throw new IllegalArgumentException("Cannot read \"%s\" as bounds".formatted(text));
    }

    /// A word without its quotes.
    static String value(String word) {
        if (word.startsWith("E'")) {
            return inner(word.substring(1)).replace("\\\\", "\\");
        }
        return word.startsWith("'") ? inner(word) : word;
    }

    private static String inner(String quoted) {
        return quoted.substring(1, quoted.length() - 1).replace("''", "'");
    }
}
