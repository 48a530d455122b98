package dev.kalends.demo.messaging;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;

/// The application's tables, each after those it refers to. A column is written "name" if it holds
/// text, else "name TYPE".
enum WorldTable {
    CHURCH("Church", "id", "name", "createdAt TIMESTAMP(3)"),
    ADMIN("Admin", "id", "churchId", "email", "createdAt TIMESTAMP(3)"),
    MEMBER(
            "Member",
            "id",
            "churchId",
            "phone",
            "name",
            "createdAt TIMESTAMP(3)",
            "updatedAt TIMESTAMP(3)"),
    CONVERSATION(
            "Conversation",
            "id",
            "churchId",
            "memberId",
            "status",
            "lastMessageAt TIMESTAMP(3)",
            "createdAt TIMESTAMP(3)",
            "updatedAt TIMESTAMP(3)"),
    MESSAGE(
            "Message",
            "id",
            "churchId",
            "content",
            "status",
            "createdAt TIMESTAMP(3)",
            "updatedAt TIMESTAMP(3)"),
    MESSAGE_RECIPIENT(
            "MessageRecipient",
            "id",
            "messageId",
            "memberId",
            "status",
            "attempts INTEGER",
            "deliveredAt TIMESTAMP(3)"),
    MESSAGE_QUEUE(
            "MessageQueue",
            "id",
            "messageId",
            "status",
            "nextRetryAt TIMESTAMP(3)",
            "createdAt TIMESTAMP(3)"),
    CONVERSATION_MESSAGE(
            "ConversationMessage",
            Column.of(Variant.CURRENT).stream()
                    .map(column -> new Field(bare(column.quoted()), column.placeholder()))
                    .toList()),
    MESSAGE_REACTION("MessageReaction", "id", "messageId", "emoji", "createdAt TIMESTAMP(3)");

    /// A column.
    ///
    /// @param placeholder what takes the value as text in a statement
    private record Field(String name, String placeholder) {
        static Field parse(String column) {
            int space = column.indexOf(' ');
            return space < 0
                    ? new Field(column, "?")
                    : new Field(
                            column.substring(0, space),
                            "CAST(? AS " + column.substring(space + 1) + ")");
        }

        String quoted() {
            return '"' + name + '"';
        }
    }

    private final String table;

    /// A copy that cannot change.
    @SuppressWarnings("ImmutableEnumChecker")
    private final List<Field> fields;

    WorldTable(String table, String... columns) {
        this(table, Arrays.stream(columns).map(Field::parse).toList());
    }

    WorldTable(String table, List<Field> fields) {
        this.table = table;
        this.fields = List.copyOf(fields);
    }

    /// The name in the catalog.
    String table() {
        return table;
    }

    int columnCount() {
        return fields.size();
    }

    String columnName(int position) {
        return fields.get(position).name();
    }

    /// @throws IllegalArgumentException if the table has no such column
    int position(String column) {
        for (int i = 0; i < fields.size(); i++) {
            if (fields.get(i).name().equals(column)) {
                return i;
            }
        }
        throw new IllegalArgumentException(table + " has no column " + column);
    }

    String quoted() {
        return '"' + table + '"';
    }

    List<String> quotedColumns() {
        return fields.stream().map(Field::quoted).toList();
    }

    /// An INSERT of so many rows, all columns given.
    String insert(int rows) {
        String row =
                fields.stream().map(Field::placeholder).collect(Collectors.joining(", ", "(", ")"));
        return "INSERT INTO "
                + quoted()
                + " ("
                + String.join(", ", quotedColumns())
                + ") VALUES "
                + String.join(", ", Collections.nCopies(rows, row));
    }

    /// All rows as text, with the application's columns in order.
    String select() {
        return fields.stream()
                .map(field -> field.quoted() + "::text")
                .collect(Collectors.joining(", ", "SELECT ", " FROM " + quoted()));
    }

    String selectById() {
        return select() + " WHERE \"id\" = ?";
    }

    String deleteById() {
        return "DELETE FROM " + quoted() + " WHERE \"id\" = ?";
    }

    private static String bare(String quoted) {
        return quoted.substring(1, quoted.length() - 1);
    }
}
