package dev.kalends.wire;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// The words of SQL text, to be taken one after another.
final class Tokens {
    private final List<Token> tokens;
    private int next;

    private Tokens(List<Token> tokens) {
        this.tokens = tokens;
    }

    enum Kind {
        /// Folded to small letters, unless it was quoted.
        WORD,
        QUOTED,
        NUMBER,
        STRING,
        SIGN,
        END
    }

    record Token(Kind kind, String text) {
        boolean isWord(String word) {
            return kind == Kind.WORD && text.equals(word);
        }

        boolean isSign(String sign) {
            return kind == Kind.SIGN && text.equals(sign);
        }
    }

    private static final Token END = new Token(Kind.END, "the end");

    /// @throws WireException if a quote is not closed
    static Tokens of(String sql) {
        List<Token> tokens = new ArrayList<>();
        int at = 0;
        while (at < sql.length()) {
            char c = sql.charAt(at);
            if (Character.isWhitespace(c)) {
                at++;
            } else if (sql.startsWith("--", at)) {
                int end = sql.indexOf('\n', at);
                at = end < 0 ? sql.length() : end;
            } else if (c == '"' || c == '\'') {
                int end = closing(sql, at);
                String quote = String.valueOf(c);
                tokens.add(
                        new Token(
                                c == '"' ? Kind.QUOTED : Kind.STRING,
                                sql.substring(at + 1, end).replace(quote + quote, quote)));
                at = end + 1;
            } else {
                int end = at + 1;
                Kind kind = kind(c);
                while (kind != Kind.SIGN && end < sql.length() && continues(sql.charAt(end))) {
                    end++;
                }
                String text = sql.substring(at, end);
                tokens.add(
                        new Token(kind, kind == Kind.WORD ? text.toLowerCase(Locale.ROOT) : text));
                at = end;
            }
        }
        return new Tokens(tokens);
    }

    private static Kind kind(char c) {
        if (Character.isLetter(c) || c == '_') {
            return Kind.WORD;
        }
        return c >= '0' && c <= '9' ? Kind.NUMBER : Kind.SIGN;
    }

    private static boolean continues(char c) {
        return Character.isLetterOrDigit(c) || c == '_' || c == '$';
    }

    private static int closing(String sql, int from) {
        char quote = sql.charAt(from);
        for (int i = from + 1; i < sql.length(); i++) {
            if (sql.charAt(i) == quote) {
                if (i + 1 < sql.length() && sql.charAt(i + 1) == quote) {
                    i++;
                } else {
                    return i;
                }
            }
        }
        throw new WireException(WireException.SYNTAX, "unterminated quoted string");
    }

    Token peek() {
        return next < tokens.size() ? tokens.get(next) : END;
    }

    Token take() {
        Token token = peek();
        next++;
        return token;
    }

    boolean ended() {
        return peek().kind() == Kind.END;
    }

    /// Whether this is where a statement ends.
    boolean atEnd() {
        return ended() || peek().isSign(";");
    }

    /// Takes these words if they come next.
    boolean takeWords(String... words) {
        for (int i = 0; i < words.length; i++) {
            int at = next + i;
            if (at >= tokens.size() || !tokens.get(at).isWord(words[i])) {
                return false;
            }
        }
        next += words.length;
        return true;
    }

    boolean takeSign(String sign) {
        if (peek().isSign(sign)) {
            next++;
            return true;
        }
        return false;
    }

    /// @throws WireException if it is none
    String takeName() {
        Token token = take();
        if (token.kind() == Kind.WORD || token.kind() == Kind.QUOTED) {
            return token.text();
        }
        throw unexpected(token);
    }

    WireException unexpected(Token token) {
        return new WireException(
                WireException.SYNTAX, "syntax error at or near \"%s\"".formatted(token.text()));
    }
}
