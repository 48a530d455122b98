package dev.kalends.wire;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a client asks for. Everything else is refused.
sealed interface Statement {
    record Empty() implements Statement {}

    /// @param value as it was written, without quotes
    record Set(String name, String value) implements Statement {}

    /// What changes nothing here.
    record Nothing(String tag) implements Statement {}

    record Begin(String tag) implements Statement {}

    record Commit() implements Statement {}

    record Rollback() implements Statement {}

    record Savepoint(String name) implements Statement {}

    record Release(String name) implements Statement {}

    record RollbackTo(String name) implements Statement {}

    record Declare(String cursor, Query query) implements Statement {}

    /// @param rows how many at most
    record Fetch(String cursor, long rows) implements Statement {}

    /// Back to the beginning.
    record Rewind(String cursor) implements Statement {}

    /// @param cursor null for all
    record Close(@Nullable String cursor) implements Statement {}

    /// @param name null for all
    record Deallocate(@Nullable String name) implements Statement {}

    record Explain(Query query) implements Statement {}

    record Select(Query query) implements Statement {}

    /// A question to which rows are the answer.
    sealed interface Query {
        /// Columns of a table.
        ///
        /// @param columns null stands for NULL
        /// @param limit how many rows at most
        record Columns(String schema, String table, List<@Nullable String> columns, long limit)
                implements Query {
            public Columns {
                columns = Collections.unmodifiableList(new ArrayList<>(columns));
            }
        }

        /// How many rows a table has.
        record Count(String schema, String table) implements Query {}

        /// What is answered with an error, and estimated as dearer than anything.
        record Other() implements Query {}

        /// The number 1, by which clients see that somebody answers.
        record One() implements Query {}
    }
}
