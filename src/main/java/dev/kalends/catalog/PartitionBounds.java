package dev.kalends.catalog;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Which rows a partition holds, as `pg_get_expr(relpartbound, oid)` prints it.
public sealed interface PartitionBounds {
    /// A range of a key of one column.
    ///
    /// @param from inclusive
    /// @param to exclusive
    record Range(End from, End to) implements PartitionBounds {}

    /// Rows whose key's hash leaves this remainder.
    record Remainder(int modulus, int remainder) implements PartitionBounds {}

    /// Rows with one of these keys.
    ///
    /// @param values as text; null for NULL
    record Values(List<@Nullable String> values) implements PartitionBounds {
        public Values {
            values = java.util.Collections.unmodifiableList(new ArrayList<>(values));
        }
    }

    /// The default partition.
    record Rest() implements PartitionBounds {}

    /// A range of a key of several columns.
    record Several(String text) implements PartitionBounds {}

    /// An end of a range.
    sealed interface End {
        /// Before every key.
        record Least() implements End {}

        /// After every key.
        record Greatest() implements End {}

        /// @param text the value as the server prints it, without quotes
        record At(String text) implements End {}
    }

    Pattern RANGE = Pattern.compile("FOR VALUES FROM \\((.*)\\) TO \\((.*)\\)", Pattern.DOTALL);
    Pattern HASH = Pattern.compile("FOR VALUES WITH \\(modulus (\\d+), remainder (\\d+)\\)");
    Pattern LIST = Pattern.compile("FOR VALUES IN \\((.*)\\)", Pattern.DOTALL);

    /// @throws IllegalArgumentException if it is no text that the server prints
    static PartitionBounds parse(String text) {
        if (text.equals("DEFAULT")) {
            return new Rest();
        }
        Matcher hash = HASH.matcher(text);
        if (hash.matches()) {
            return new Remainder(Integer.parseInt(hash.group(1)), Integer.parseInt(hash.group(2)));
        }
        Matcher list = LIST.matcher(text);
        if (list.matches()) {
            List<@Nullable String> values = new ArrayList<>();
            for (String word : BoundWords.of(list.group(1))) {
                values.add(word.equals("NULL") ? null : BoundWords.value(word));
            }
            return new Values(values);
        }
        Matcher range = RANGE.matcher(text);
        if (range.matches()) {
            // A literal may hold ") TO (" itself, so the place is looked for outside of quotes.
            int middle = BoundWords.middle(text);
            List<String> from = BoundWords.of(text.substring("FOR VALUES FROM (".length(), middle));
            List<String> to =
                    BoundWords.of(text.substring(middle + ") TO (".length(), text.length() - 1));
            return from.size() == 1 && to.size() == 1
                    ? new Range(end(from.getFirst()), end(to.getFirst()))
                    : new Several(text);
        }
        throw new IllegalArgumentException("Cannot read \"%s\" as bounds".formatted(text));
    }

    private static End end(String word) {
        return switch (word) {
            case "MINVALUE" -> new End.Least();
            case "MAXVALUE" -> new End.Greatest();
            default -> new End.At(BoundWords.value(word));
        };
    }
}
