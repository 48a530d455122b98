package dev.kalends.config;

import java.util.Collection;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Guesses which word was meant by a misspelt one.
public final class NearestWord {
    private NearestWord() {}

    /// The word with the fewest letters inserted, left out, replaced or exchanged, if they are at
    /// most a third; letter case does not count.
    public static @Nullable String of(String misspelt, Collection<String> words) {
        String nearest = null;
        int fewest = Math.max(1, misspelt.length() / 3) + 1;
        for (String word : words) {
            int edits = edits(misspelt.toLowerCase(Locale.ROOT), word.toLowerCase(Locale.ROOT));
            if (edits < fewest) {
                nearest = word;
                fewest = edits;
            }
        }
        return nearest;
    }

    /// The "optimal string alignment" distance.
    private static int edits(String a, String b) {
        int[][] edits = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                edits[i][j] = i == 0 ? j : j == 0 ? i : cheapest(edits, a, b, i, j);
            }
        }
        return edits[a.length()][b.length()];
    }

    private static int cheapest(int[][] edits, String a, String b, int i, int j) {
        int replaced = edits[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        int fewest = Math.min(replaced, 1 + Math.min(edits[i - 1][j], edits[i][j - 1]));
        boolean exchanged =
                i > 1
                        && j > 1
                        && a.charAt(i - 1) == b.charAt(j - 2)
                        && a.charAt(i - 2) == b.charAt(j - 1);
        return exchanged ? Math.min(fewest, 1 + edits[i - 2][j - 2]) : fewest;
    }
}
