package dev.kalends.demo.messaging;

import org.jspecify.annotations.Nullable;

/// Makes the statements of an operation.
final class LiveWork {
    private final BroadcastWork broadcasts;
    private final ConversationWork conversations;

    LiveWork(LiveSource source) {
        this.broadcasts = new BroadcastWork(source);
        this.conversations = new ConversationWork(source);
    }

    /// @return null if the church has no row for it
    @Nullable Work of(LiveOperation operation, Tenant tenant) {
        return switch (operation) {
            case SEND_BROADCAST -> broadcasts.send(tenant);
            case COPY_BROADCAST -> broadcasts.copy(tenant);
            case EDIT_BROADCAST -> broadcasts.edit(tenant);
            case DELIVER -> broadcasts.deliver(tenant);
            case RETRY_RECIPIENT -> broadcasts.retryRecipient(tenant);
            case ARCHIVE_BROADCASTS -> broadcasts.archive(tenant);
            case DELETE_BROADCAST -> broadcasts.delete(tenant);
            case ENQUEUE -> broadcasts.enqueue(tenant);
            case POSTPONE -> broadcasts.postpone(tenant);
            case DEQUEUE -> broadcasts.dequeue(tenant);
            case CREATE_CONVERSATION -> conversations.create(tenant);
            case UPSERT_CONVERSATION_BY_ID -> conversations.upsertById(tenant);
            case UPSERT_CONVERSATION_BY_MEMBER -> conversations.upsertByMember(tenant);
            case DELETE_CONVERSATION -> conversations.delete(tenant);
            case WRITE_MESSAGE -> conversations.write(tenant);
            case WRITE_MESSAGES -> conversations.writeMany(tenant);
            case COPY_MESSAGES -> conversations.copy(tenant);
            case EDIT_MESSAGE -> conversations.edit(tenant);
            case MARK_READ -> conversations.markRead(tenant);
            case DELETE_MESSAGE -> conversations.deleteMessage(tenant);
            case REACT -> conversations.react(tenant);
            case UNREACT -> conversations.unreact(tenant);
        };
    }
}
