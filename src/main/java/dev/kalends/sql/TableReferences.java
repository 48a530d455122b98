package dev.kalends.sql;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Finds a table in SQL that the server rendered, where it stands as a qualified name: not in
/// strings, and not where the same words are a function's name.
public final class TableReferences {
    private final String text;
    private int at;

    private TableReferences(String text) {
        this.text = text;
    }

    /// The text with one table in the place of another.
    public static String renamed(String text, QualifiedName from, QualifiedName to) {
        List<Token> tokens = new TableReferences(text).tokens();
        StringBuilder renamed = new StringBuilder();
        int copied = 0;
        for (int i = 0; i + 2 < tokens.size(); i++) {
            boolean named =
                    tokens.get(i).is(from.schema())
                            && tokens.get(i + 1).kind() == Kind.DOT
                            && tokens.get(i + 2).is(from.name());
            boolean inside = i > 0 && tokens.get(i - 1).kind() == Kind.DOT;
            boolean called = i + 3 < tokens.size() && tokens.get(i + 3).kind() == Kind.OPEN;
            if (named && !inside && !called) {
                renamed.append(text, copied, tokens.get(i).from()).append(to.render());
                copied = tokens.get(i + 2).to();
            }
        }
        return renamed.append(text, copied, text.length()).toString();
    }

    private enum Kind {
        NAME,
        DOT,
        OPEN,
        OTHER
    }

    /// @param value a name as the catalog holds it; empty for other tokens
    private record Token(Kind kind, String value, int from, int to) {
        boolean is(Identifier name) {
            return kind == Kind.NAME && value.equals(name.value());
        }
    }

    private List<Token> tokens() {
        List<Token> tokens = new ArrayList<>();
        while (at < text.length()) {
            char next = text.charAt(at);
            if (Character.isWhitespace(next)) {
                at++;
            } else {
                tokens.add(token(next));
            }
        }
        return tokens;
    }

    private Token token(char next) {
        int from = at;
        if (next == '"') {
            String quoted = quoted();
            return new Token(Kind.NAME, quoted, from, at);
        }
        if (next == '\'') {
            string(Escapes.NONE);
            return new Token(Kind.OTHER, "", from, at);
        }
        if (next == '$') {
            dollarQuoted();
            return new Token(Kind.OTHER, "", from, at);
        }
        if (Character.isLetter(next) || next == '_') {
            return word(from);
        }
        at++;
        return new Token(
                next == '.' ? Kind.DOT : next == '(' ? Kind.OPEN : Kind.OTHER, "", from, at);
    }

    private Token word(int from) {
        while (at < text.length() && isPartOfName(text.charAt(at))) {
            at++;
        }
        String word = text.substring(from, at);
        if (at < text.length() && text.charAt(at) == '\'') {
            string(word.equalsIgnoreCase("e") ? Escapes.BACKSLASH : Escapes.NONE);
            return new Token(Kind.OTHER, "", from, at);
        }
        return new Token(Kind.NAME, word.toLowerCase(Locale.ROOT), from, at);
    }

    private static boolean isPartOfName(char next) {
        return Character.isLetterOrDigit(next) || next == '_' || next == '$';
    }

    /// Whether a backslash in a string takes the next character along.
    private enum Escapes {
        NONE,
        BACKSLASH
    }

    private void string(Escapes escapes) {
        at++;
        while (at < text.length()) {
            char next = text.charAt(at);
            at++;
            if (next == '\\' && escapes == Escapes.BACKSLASH) {
                at++;
            } else if (next == '\'') {
                if (at == text.length() || text.charAt(at) != '\'') {
                    return;
                }
                at++;
            }
        }
    }

    private String quoted() {
        StringBuilder name = new StringBuilder();
        at++;
        while (at < text.length()) {
            char next = text.charAt(at);
            at++;
            if (next == '"') {
                if (at == text.length() || text.charAt(at) != '"') {
                    break;
                }
                at++;
            }
            name.append(next);
        }
        return name.toString();
    }

    private void dollarQuoted() {
        int end = at + 1;
        while (end < text.length() && isPartOfName(text.charAt(end)) && text.charAt(end) != '$') {
            end++;
        }
        if (end == text.length() || text.charAt(end) != '$') {
            // A parameter such as $1.
            at++;
            return;
        }
        String tag = text.substring(at, end + 1);
        int close = text.indexOf(tag, end + 1);
        at = close < 0 ? text.length() : close + tag.length();
    }
}
