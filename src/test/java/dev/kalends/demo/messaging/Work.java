package dev.kalends.demo.messaging;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The statements of one transaction, and what they change.
///
/// @param steps a single one is run in autocommit mode
record Work(List<Step> steps, Changes changes) {
    sealed interface Step {
        /// A statement with bound values.
        ///
        /// @param count how many rows the server must report
        record Statement(String sql, List<@Nullable String> values, int count) implements Step {}

        /// COPY FROM STDIN of rows of one table.
        record Copy(WorldTable table, List<WorldRow> rows) implements Step {}
    }

    static Work of(Changes changes, Step... steps) {
        return new Work(List.of(steps), changes);
    }

    /// Inserts rows of one table with a single statement.
    static Step insert(List<WorldRow> rows) {
        WorldTable table = rows.getFirst().table();
        List<@Nullable String> values = new ArrayList<>();
        rows.forEach(row -> values.addAll(row.values()));
        return new Step.Statement(table.insert(rows.size()), values, rows.size());
    }
}
