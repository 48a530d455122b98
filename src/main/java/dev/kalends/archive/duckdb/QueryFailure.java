package dev.kalends.archive.duckdb;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/// DuckDB refused or ended a statement.
public final class QueryFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /// What a mistake in the query itself looks like, whatever the files hold.
    private static final Set<String> OF_THE_QUERY =
            Set.of(
                    "Binder Error",
                    "Catalog Error",
                    "Conversion Error",
                    "Mismatch Type Error",
                    "Not implemented Error",
                    "Out of Range Error",
                    "Parser Error",
                    "Permission Error",
                    "Syntax Error");

    private final Kind kind;
    private final String text;

    /// Who is to blame.
    public enum Kind {
        /// The query, as it is written.
        QUERY,
        /// The limits of memory, or of the files that spill it.
        MEMORY,
        /// It was cancelled.
        CANCELLED,
        /// Possibly the files.
        OTHER
    }

    QueryFailure(@Nullable String message, @Nullable Throwable cause) {
        super(message, cause);
        this.text = message == null ? "no message" : message.strip();
        String head = text.substring(0, Math.max(text.indexOf(':'), 0));
        if (head.equals("Out of Memory Error")) {
            kind = Kind.MEMORY;
        } else if (head.equals("INTERRUPT Error")) {
            kind = Kind.CANCELLED;
        } else if (OF_THE_QUERY.contains(head)) {
            kind = Kind.QUERY;
        } else {
            kind = Kind.OTHER;
        }
    }

    static QueryFailure cancelled() {
        return new QueryFailure("INTERRUPT Error: Interrupted!", null);
    }

    public Kind kind() {
        return kind;
    }

    /// What DuckDB says, possibly in several lines.
    public String text() {
        return text;
    }
}
