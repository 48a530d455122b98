package dev.kalends.app;

import dev.kalends.catalog.Relation;
import dev.kalends.failure.FailureCode;
import dev.kalends.failure.KalendsException;
import dev.kalends.pg.catalog.CatalogReader;
import dev.kalends.sql.QualifiedName;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/// Finds the table a user named, or says what was probably meant.
final class TableLookup {
    private static final String UNCHANGED = "Nothing was changed.";

    private TableLookup() {}

    /// @throws KalendsException TABLE_NOT_FOUND or NOT_A_PLAIN_TABLE
    static Relation plainTable(CatalogReader reader, QualifiedName name) {
        Relation relation = reader.relation(name);
        if (relation == null) {
            throw new KalendsException(
                    FailureCode.TABLE_NOT_FOUND,
                    "There is no table %s in this database.".formatted(name),
                    UNCHANGED,
                    suggestion(name, reader.tableNames()));
        }
        if (relation.kind() != Relation.Kind.TABLE) {
            throw new KalendsException(
                    FailureCode.NOT_A_PLAIN_TABLE,
                    "%s is a %s; only an ordinary table can be converted."
                            .formatted(name, relation.kind().words()),
                    UNCHANGED,
                    relation.kind() == Relation.Kind.PARTITIONED_TABLE
                            ? "It is partitioned already."
                            : "Name the table itself.");
        }
        return relation;
    }

    private static String suggestion(QualifiedName wanted, List<QualifiedName> known) {
        if (known.isEmpty()) {
            return "The role sees no table at all; check the database and its schemas.";
        }
        String text = wanted.name().value().toLowerCase(Locale.ROOT);
        return "The nearest names are: "
                + known.stream()
                        .sorted(
                                Comparator.comparingInt(each ->
                                        distance(
                                                text,
                                                each.name().value().toLowerCase(Locale.ROOT))))
                        .limit(3)
                        .map(QualifiedName::display)
                        .collect(Collectors.joining(", "))
                + ". Case counts, and schema public is meant when none is given.";
    }

    /// Levenshtein's distance.
    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[b.length()];
    }
}
