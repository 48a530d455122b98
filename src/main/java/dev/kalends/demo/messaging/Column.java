package dev.kalends.demo.messaging;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// The columns of "ConversationMessage", in the table's order.
enum Column {
    ID("id", "TEXT", "NOT NULL"),
    CONVERSATION_ID("conversationId", "TEXT", "NOT NULL"),
    CHURCH_ID("churchId", "TEXT", "NOT NULL"),
    MEMBER_ID("memberId", "TEXT", ""),
    DIRECTION("direction", "TEXT", "NOT NULL"),
    CONTENT("content", "TEXT", "NOT NULL"),
    CHANNEL("channel", "TEXT", "NOT NULL DEFAULT 'sms'"),
    STATUS("status", "TEXT", "NOT NULL DEFAULT 'pending'"),
    PROVIDER_MESSAGE_ID("providerMessageId", "TEXT", ""),
    SEGMENTS("segments", "INTEGER", "NOT NULL DEFAULT 1"),
    COST_CENTS("costCents", "DOUBLE PRECISION", ""),
    METADATA("metadata", "JSONB", ""),
    SENT_BY_ADMIN_ID("sentByAdminId", "TEXT", ""),
    MEDIA_URL("mediaUrl", "TEXT", ""),
    ERROR_CODE("errorCode", "TEXT", ""),
    IS_READ("isRead", "BOOLEAN", "NOT NULL DEFAULT false"),
    DELIVERED_AT("deliveredAt", "TIMESTAMP(3)", ""),
    READ_AT("readAt", "TIMESTAMP(3)", ""),
    CREATED_AT("createdAt", "TIMESTAMP(3)", "NOT NULL DEFAULT CURRENT_TIMESTAMP"),
    UPDATED_AT("updatedAt", "TIMESTAMP(3)", "NOT NULL"),
    /// Only in [Variant#CURRENT].
    REPLY_TO_ID("replyToId", "TEXT", "");

    private final String column;
    private final String type;
    private final String constraint;

    Column(String column, String type, String constraint) {
        this.column = column;
        this.type = type;
        this.constraint = constraint;
    }

    /// The column's place in arrays that hold one entry per column; nothing outlives the program.
    @SuppressWarnings("EnumOrdinal")
    int position() {
        return ordinal();
    }

    /// The name as it stands in SQL.
    String quoted() {
        return '"' + column + '"';
    }

    String definition() {
        return (quoted() + " " + type + " " + constraint).strip();
    }

    /// The placeholder that takes the value as text.
    String placeholder() {
        return type.equals("TEXT") ? "?" : "CAST(? AS " + type + ")";
    }

    static List<Column> of(Variant variant) {
        List<Column> columns = new ArrayList<>(Arrays.asList(values()));
        if (variant == Variant.AS_MIGRATED) {
            columns.remove(REPLY_TO_ID);
        }
        return columns;
    }
}
