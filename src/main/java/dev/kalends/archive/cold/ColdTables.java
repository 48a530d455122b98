package dev.kalends.archive.cold;

import dev.kalends.archive.cold.ColdFailures.Match;
import dev.kalends.sql.QualifiedName;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Which archived tables a query means.
final class ColdTables {
    private ColdTables() {}

    /// A name without a schema means schema public. DuckDB does not say whether a name was quoted,
    /// so the exact one is looked for first, then one that differs in case.
    ///
    /// @throws dev.kalends.failure.KalendsException ARCHIVE_NOT_FOUND, or REFUSED if two are alike
    static List<QualifiedName> of(
            Question question,
            Collection<QualifiedName> archived,
            Collection<QualifiedName> maintained) {
        List<QualifiedName> found = new ArrayList<>();
        for (List<String> name : question.tables()) {
            QualifiedName table = oneOrNull(name, archived);
            if (table == null && !question.mayBeOwn(name)) {
                throw ColdFailures.unknown(name, archived, maintained);
            }
            if (table != null && !found.contains(table)) {
                found.add(table);
            }
        }
        for (QualifiedName each : found) {
            for (QualifiedName other : found) {
                if (!each.equals(other) && means(parts(each), other, Match.ANY_CASE)) {
                    throw ColdFailures.alike(each.display() + " and " + other.display());
                }
            }
        }
        return found;
    }

    private static @Nullable QualifiedName oneOrNull(
            List<String> name, Collection<QualifiedName> archived) {
        for (Match match : Match.values()) {
            List<QualifiedName> all =
                    archived.stream().filter(each -> means(name, each, match)).toList();
            if (all.size() > 1) {
                throw ColdFailures.alike(
                        all.getFirst().display() + " and " + all.getLast().display());
            }
            if (!all.isEmpty()) {
                return all.getFirst();
            }
        }
        return null;
    }

    static boolean means(List<String> name, QualifiedName table, Match match) {
        return switch (name.size()) {
            case 1 -> means(List.of("public", name.getFirst()), table, match);
            case 2 ->
                    same(name.getFirst(), table.schema().value(), match)
                            && same(name.getLast(), table.name().value(), match);
            default -> false;
        };
    }

    private static boolean same(String one, String other, Match match) {
        return switch (match) {
            case EXACT -> one.equals(other);
            case ANY_CASE -> one.equalsIgnoreCase(other);
        };
    }

    private static List<String> parts(QualifiedName table) {
        return List.of(table.schema().value(), table.name().value());
    }
}
