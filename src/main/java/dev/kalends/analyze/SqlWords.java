package dev.kalends.analyze;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A statement's text cut into words, well enough to find out which columns its conditions name. It
/// is no parser: what it does not understand it passes over.
final class SqlWords {
    private static final Pattern WORD =
            Pattern.compile(
                    """
                    --[^\\n]*|/\\*.*?\\*/|"(?:[^"]|"")*"|'(?:[^']|'')*'|\\$\\d+|[\\p{L}_][\\p{L}\\p{N}_$]*|\\d+(?:\\.\\d+)?|<>|!=|<=|>=|::|[^\\s]\
                    """,
                    Pattern.DOTALL);

    /// The longest name that PostgreSQL keeps whole.
    private static final int BYTES_MAX = 63;

    /// Words that end a list of conditions or cannot be an alias.
    private static final Set<String> KEYWORDS =
            Set.of(
                    "as",
                    "on",
                    "where",
                    "set",
                    "values",
                    "using",
                    "join",
                    "inner",
                    "left",
                    "right",
                    "full",
                    "cross",
                    "natural",
                    "group",
                    "order",
                    "limit",
                    "offset",
                    "returning",
                    "union",
                    "having",
                    "for",
                    "select",
                    "from",
                    "and",
                    "or",
                    "not",
                    "default",
                    "conflict",
                    "do",
                    "window",
                    "fetch",
                    "lateral",
                    "tablesample",
                    "overriding");

    /// A word.
    ///
    /// @param text an identifier as the catalog has it, a keyword in small letters, or a sign
    record Word(String text, Kind kind) {
        boolean is(String keyword) {
            return kind == Kind.PLAIN && text.equals(keyword);
        }

        boolean isSign(String sign) {
            return kind == Kind.SIGN && text.equals(sign);
        }

        boolean isName() {
            boolean name = kind == Kind.QUOTED || (kind == Kind.PLAIN && !KEYWORDS.contains(text));
            return name
                    && !text.isEmpty()
                    && text.getBytes(StandardCharsets.UTF_8).length <= BYTES_MAX;
        }
    }

    enum Kind {
        PLAIN,
        QUOTED,
        VALUE,
        SIGN
    }

    private SqlWords() {}

    static List<Word> of(String sql) {
        List<Word> words = new ArrayList<>();
        Matcher matcher = WORD.matcher(sql);
        while (matcher.find()) {
            String word = matcher.group();
            char first = word.charAt(0);
            if (word.startsWith("--") || word.startsWith("/*")) {
                continue;
            }
            if (first == '"' && word.length() > 1) {
                words.add(
                        new Word(
                                word.substring(1, word.length() - 1).replace("\"\"", "\""),
                                Kind.QUOTED));
            } else if (Character.isLetter(first) || first == '_') {
                words.add(new Word(word.toLowerCase(Locale.ROOT), Kind.PLAIN));
            } else if (first == '\'' || first == '$' || Character.isDigit(first)) {
                words.add(new Word(word, Kind.VALUE));
            } else {
                words.add(new Word(word, Kind.SIGN));
            }
        }
        return words;
    }
}
