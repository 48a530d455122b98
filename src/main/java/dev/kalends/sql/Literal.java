package dev.kalends.sql;

/// A text constant, for statements that take no bind values (all DDL: the server answers 42P02).
///
/// @param text any text without the character NUL, which PostgreSQL cannot store
public record Literal(String text) implements SqlPart {
    public Literal {
        if (text.indexOf('\0') >= 0) {
            throw new IllegalArgumentException(
                    "Cannot use a literal that contains the character NUL");
        }
    }

    public static Literal of(String text) {
        return new Literal(text);
    }

    /// A number needs no quotes.
    public static SqlPart of(long number) {
        return ServerText.number(number);
    }

    @Override
    public String render() {
        String quoted = "'" + text.replace("'", "''") + "'";
        // The E form means the same whatever standard_conforming_strings says.
        return text.indexOf('\\') < 0 ? quoted : "E" + quoted.replace("\\", "\\\\");
    }
}
