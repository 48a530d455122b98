package dev.kalends.demo.messaging;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.Collectors;

/// Reads rows of "ConversationMessage" as text.
final class MessageReader {
    private final List<Column> columns;

    MessageReader(Variant variant) {
        this.columns = Column.of(variant);
    }

    /// The columns to select so that [#row] can read them.
    String selectList() {
        return columns.stream()
                .map(column -> column.quoted() + "::text")
                .collect(Collectors.joining(", "));
    }

    MessageRow row(ResultSet result) throws SQLException {
        MessageRow row = new MessageRow();
        for (int i = 0; i < columns.size(); i++) {
            row.put(columns.get(i), result.getString(i + 1));
        }
        return row;
    }
}
