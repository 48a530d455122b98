package dev.kalends.analyze;

import dev.kalends.analyze.SqlWords.Word;
import dev.kalends.sql.Identifier;
import dev.kalends.sql.QualifiedName;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// How one statement uses one table.
///
/// @param kind its first word of effect: select, insert, update, delete
/// @param conditions columns of the table that its conditions compare with something
/// @param assigned columns that it sets
/// @param conflict the columns of `ON CONFLICT (…)`; null if it has none, empty if it names none
/// @param constraint of `ON CONFLICT ON CONSTRAINT`; null if there is none
record StatementUse(
        StatementStatistics statement,
        String kind,
        Set<Identifier> conditions,
        Set<Identifier> assigned,
        @Nullable Set<Identifier> conflict,
        @Nullable String constraint) {
    private static final Set<String> KINDS = Set.of("select", "insert", "update", "delete");
    private static final Set<String> COMPARISONS = Set.of("=", "<", ">", "<=", ">=");
    private static final Set<String> COMPARING_WORDS = Set.of("in", "between", "any", "is");
    private static final Set<String> ENDS =
            Set.of("group", "order", "limit", "offset", "returning", "union", "window", "fetch");

    StatementUse {
        conditions = Set.copyOf(conditions);
        assigned = Set.copyOf(assigned);
        conflict = conflict == null ? null : Set.copyOf(conflict);
    }

    /// Null if the statement does not use the table, or is none that matters.
    static @Nullable StatementUse of(StatementStatistics statement, QualifiedName table) {
        List<Word> words = SqlWords.of(statement.text());
        String kind =
                words.stream()
                        .filter(word -> word.kind() == SqlWords.Kind.PLAIN)
                        .map(Word::text)
                        .filter(KINDS::contains)
                        .findFirst()
                        .orElse("");
        boolean utility =
                words.isEmpty()
                        || !(KINDS.contains(words.getFirst().text())
                                || words.getFirst().is("with"));
        int at = utility ? -1 : position(words, table);
        if (at < 0) {
            return null;
        }
        Set<String> names = names(words, at, table);
        return new StatementUse(
                statement,
                kind,
                conditions(words, names),
                kind.equals("update") ? assigned(words) : Set.of(),
                conflict(words),
                constraint(words));
    }

    private static int position(List<Word> words, QualifiedName table) {
        for (int i = 1; i < words.size(); i++) {
            Word before = words.get(i - 1);
            boolean qualified = before.isSign(".") && i >= 2;
            boolean inSchema = qualified && words.get(i - 2).text().equals(table.schema().value());
            boolean afterKeyword =
                    before.is("from")
                            || before.is("into")
                            || before.is("update")
                            || before.is("join")
                            || before.is("only")
                            || before.isSign(",");
            if (words.get(i).isName()
                    && words.get(i).text().equals(table.name().value())
                    && (qualified ? inSchema : afterKeyword)) {
                return i;
            }
        }
        return -1;
    }

    /// By which names the table's columns may be qualified.
    private static Set<String> names(List<Word> words, int at, QualifiedName table) {
        Set<String> names = new HashSet<>(Set.of(table.name().value()));
        int next = at + 1;
        if (next < words.size() && words.get(next).is("as")) {
            next++;
        }
        if (next < words.size() && words.get(next).isName()) {
            names.add(words.get(next).text());
        }
        return names;
    }

    private static Set<Identifier> conditions(List<Word> words, Set<String> names) {
        Set<Identifier> columns = new HashSet<>();
        boolean within = false;
        for (int i = 0; i < words.size(); i++) {
            Word word = words.get(i);
            if (word.is("where")
                    || (word.is("on") && !nextIs(words, i, "conflict"))
                    || word.is("having")) {
                within = true;
            } else if ((word.kind() == SqlWords.Kind.PLAIN && ENDS.contains(word.text()))
                    || word.is("set")
                    || word.is("select")) {
                within = false;
            } else if (within && word.isName() && compares(words, i) && belongs(words, i, names)) {
                columns.add(Identifier.of(word.text()));
            }
        }
        return columns;
    }

    private static boolean nextIs(List<Word> words, int at, String keyword) {
        return at + 1 < words.size() && words.get(at + 1).is(keyword);
    }

    /// Unqualified columns are taken for the table's own.
    private static boolean belongs(List<Word> words, int at, Set<String> names) {
        return at < 2 || !words.get(at - 1).isSign(".") || names.contains(words.get(at - 2).text());
    }

    private static boolean compares(List<Word> words, int at) {
        Word next = at + 1 < words.size() ? words.get(at + 1) : null;
        boolean qualifiesOrCalls = next != null && (next.isSign(".") || next.isSign("("));
        if (qualifiesOrCalls) {
            return false;
        }
        Word beforeName = before(words, at);
        boolean right =
                next != null
                        && ((next.kind() == SqlWords.Kind.SIGN && COMPARISONS.contains(next.text()))
                                || (next.kind() == SqlWords.Kind.PLAIN
                                        && COMPARING_WORDS.contains(next.text())));
        boolean left =
                beforeName != null
                        && beforeName.kind() == SqlWords.Kind.SIGN
                        && COMPARISONS.contains(beforeName.text());
        return right || left;
    }

    /// What stands before a name and what qualifies it.
    private static @Nullable Word before(List<Word> words, int at) {
        int first = at;
        while (first >= 2 && words.get(first - 1).isSign(".")) {
            first -= 2;
        }
        return first == 0 ? null : words.get(first - 1);
    }

    private static Set<Identifier> assigned(List<Word> words) {
        Set<Identifier> columns = new HashSet<>();
        boolean within = false;
        for (int i = 0; i < words.size(); i++) {
            Word word = words.get(i);
            if (word.is("set")) {
                within = true;
            } else if (word.is("where") || word.is("from") || word.is("returning")) {
                within = false;
            } else if (within
                    && word.isName()
                    && i + 1 < words.size()
                    && words.get(i + 1).isSign("=")) {
                columns.add(Identifier.of(word.text()));
            }
        }
        return columns;
    }

    private static @Nullable Set<Identifier> conflict(List<Word> words) {
        int at = conflictAt(words);
        if (at < 0) {
            return null;
        }
        List<Identifier> columns = new ArrayList<>();
        if (at < words.size() && words.get(at).isSign("(")) {
            for (int i = at + 1; i < words.size() && !words.get(i).isSign(")"); i++) {
                if (words.get(i).isName()) {
                    columns.add(Identifier.of(words.get(i).text()));
                }
            }
        }
        return new HashSet<>(columns);
    }

    private static @Nullable String constraint(List<Word> words) {
        int at = conflictAt(words);
        return at >= 0 && at + 2 < words.size() && words.get(at).is("on")
                ? words.get(at + 2).text()
                : null;
    }

    /// The place behind `ON CONFLICT`; -1 if it is not there.
    private static int conflictAt(List<Word> words) {
        for (int i = 1; i < words.size(); i++) {
            if (words.get(i).is("conflict") && words.get(i - 1).is("on")) {
                return i + 1;
            }
        }
        return -1;
    }

    /// In one line, cut where it is long.
    String shortText() {
        String line = statement.text().replaceAll("\\s+", " ").strip();
        return line.length() <= 120 ? line : line.substring(0, 119) + "…";
    }
}
