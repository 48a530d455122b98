package dev.kalends.sql;

import com.google.errorprone.annotations.CompileTimeConstant;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// One statement, or a piece of one, ready to be sent. Its words are compile-time constants; names,
/// literals and lists entered only through types that quote.
public final class Sql implements SqlPart {
    private static final Pattern SLOT = Pattern.compile("\\{([a-zA-Z]+)\\}");

    private final String rendered;

    private Sql(String rendered) {
        this.rendered = rendered;
    }

    /// A statement without slots.
    public static Sql of(@CompileTimeConstant final String text) {
        return new Template(text).build();
    }

    /// A statement with slots written `{slot}`.
    public static Template text(@CompileTimeConstant final String text) {
        return new Template(text);
    }

    @Override
    public String render() {
        return rendered;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Sql sql && sql.rendered.equals(rendered);
    }

    @Override
    public int hashCode() {
        return rendered.hashCode();
    }

    @Override
    public String toString() {
        return rendered;
    }

    /// Collects what fills the slots of one text.
    public static final class Template {
        private final String text;
        private final Map<String, SqlPart> parts = new HashMap<>();

        private Template(String text) {
            this.text = text.strip();
        }

        /// @throws IllegalArgumentException if the slot was filled before
        public Template put(String slot, SqlPart part) {
            if (parts.putIfAbsent(slot, part) != null) {
                throw new IllegalArgumentException("Slot {" + slot + "} is filled twice");
            }
            return this;
        }

        /// Fills all slots in one pass, so that a table named `{partition}` stays a name.
        ///
        /// @throws IllegalStateException if a slot is open, or a part has no slot
        public Sql build() {
            Map<String, SqlPart> unused = new HashMap<>(parts);
            StringBuilder filled = new StringBuilder();
            Matcher matcher = SLOT.matcher(text);
            while (matcher.find()) {
                SqlPart part = parts.get(matcher.group(1));
                if (part == null) {
                    throw new IllegalStateException(
                            "Slot {" + matcher.group(1) + "} is open in: " + text);
                }
                unused.remove(matcher.group(1));
                matcher.appendReplacement(filled, Matcher.quoteReplacement(part.render()));
            }
            matcher.appendTail(filled);
            if (!unused.isEmpty()) {
                throw new IllegalStateException("No slot for " + unused.keySet() + " in: " + text);
            }
            return new Sql(filled.toString());
        }
    }
}
