package dev.kalends.archive.cold;

import dev.kalends.archive.duckdb.QueryFailure;
import dev.kalends.failure.FailureCode;
import dev.kalends.failure.KalendsException;
import dev.kalends.sql.QualifiedName;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What can go wrong with a query, in words.
final class ColdFailures {
    static final String UNCHANGED = "Nothing was changed, and nothing was printed.";

    private ColdFailures() {}

    static KalendsException of(QueryFailure failure) {
        return switch (failure.kind()) {
            case MEMORY ->
                    limit(
                            "The query needs more memory, or more room for temporary files, than it may have: "
                                    + failure.text().lines().findFirst().orElse(""),
                            "Give it more with --memory, or ask for less at once.",
                            failure);
            case CANCELLED ->
                    new KalendsException(
                            FailureCode.STOPPED,
                            "The query was stopped.",
                            UNCHANGED,
                            "Run the same command again.",
                            failure);
            case QUERY, OTHER -> query(failure.text(), failure);
        };
    }

    static KalendsException query(String text, @Nullable Throwable cause) {
        return new KalendsException(
                FailureCode.QUERY_FAILED,
                "DuckDB says: " + text,
                UNCHANGED,
                "Correct the query. It is DuckDB's SQL, with the archived tables under their names.",
                cause);
    }

    static KalendsException limit(String what, String next, @Nullable Throwable cause) {
        return new KalendsException(FailureCode.QUERY_LIMIT, what, UNCHANGED, next, cause);
    }

    static KalendsException unknown(
            List<String> name,
            Collection<QualifiedName> archived,
            Collection<QualifiedName> maintained) {
        String shown = String.join(".", name);
        boolean empty =
                maintained.stream().anyMatch(each -> ColdTables.means(name, each, Match.ANY_CASE));
        return new KalendsException(
                FailureCode.ARCHIVE_NOT_FOUND,
                (empty
                                ? "Nothing of %s is in the archive. Archived tables: %s."
                                : "There is no archived table %s. Archived are: %s.")
                        .formatted(
                                shown,
                                archived.isEmpty()
                                        ? "none"
                                        : archived.stream()
                                                .map(QualifiedName::display)
                                                .sorted()
                                                .collect(Collectors.joining(", "))),
                UNCHANGED,
                "kalends archive list shows what is there. A name without a schema means schema public.");
    }

    static KalendsException alike(String what) {
        return new KalendsException(
                FailureCode.REFUSED,
                what + " differ in case only, which DuckDB cannot tell apart.",
                UNCHANGED,
                "Restore the partitions with kalends restore --into, and ask PostgreSQL.");
    }

    /// How strictly names are compared.
    enum Match {
        EXACT,
        ANY_CASE
    }
}
