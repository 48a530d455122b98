package dev.kalends.demo.messaging;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/// What clients do with "Conversation", "ConversationMessage" and "MessageReaction". Each method
/// answers with null where there is nothing to do it with.
final class ConversationWork {
    private static final int MESSAGES_PER_WRITE = 5;
    private static final int TRIES = 20;
    private static final int LATE_MILLIS_MAX = 3 * 86_400_000;

    /// Longer conversations are not deleted: one such deletion would be all that is going on.
    private static final int DELETED_MESSAGES_MAX = 200;

    private static final String BY_ID =
            """
             ON CONFLICT ("id") DO UPDATE SET "status" = EXCLUDED."status", "updatedAt" = EXCLUDED."updatedAt"
            """;
    private static final String BY_MEMBER =
            """
             ON CONFLICT ("churchId", "memberId")
             DO UPDATE SET "status" = EXCLUDED."status", "updatedAt" = EXCLUDED."updatedAt"
            """;
    private static final String TOUCH =
            """
            UPDATE "Conversation"
               SET "lastMessageAt" = CAST(? AS TIMESTAMP(3)), "updatedAt" = CAST(? AS TIMESTAMP(3))
             WHERE "id" = ?
            """;
    private static final String EDIT =
            """
            UPDATE "ConversationMessage" SET "content" = ?, "updatedAt" = CAST(? AS TIMESTAMP(3))
             WHERE "id" = ?
            """;
    private static final String MARK_READ =
            """
            UPDATE "ConversationMessage" SET "isRead" = true, "readAt" = CAST(? AS TIMESTAMP(3))
             WHERE "conversationId" = ? AND NOT "isRead"
            """;

    private final LiveSource source;
    private final SplittableRandom random;

    ConversationWork(LiveSource source) {
        this.source = source;
        this.random = source.random();
    }

    @Nullable Work create(Tenant tenant) {
        WorldRow conversation = newConversation(tenant);
        return conversation == null
                ? null
                : Work.of(changes(tenant, conversation), Work.insert(List.of(conversation)));
    }

    @Nullable Work upsertById(Tenant tenant) {
        WorldRow there = tenant.any(WorldTable.CONVERSATION, random);
        WorldRow fresh = newConversation(tenant);
        if (fresh == null) {
            return null;
        }
        // A row that conflicts only by its id would violate the other key if it were inserted.
        return upsert(tenant, there, there == null ? fresh : there, fresh, BY_ID);
    }

    @Nullable Work upsertByMember(Tenant tenant) {
        WorldRow there = tenant.any(WorldTable.CONVERSATION, random);
        WorldRow fresh = newConversation(tenant);
        if (fresh == null) {
            return null;
        }
        WorldRow sameMember =
                there == null ? fresh : fresh.with("memberId", there.text("memberId"));
        return upsert(tenant, there, sameMember, fresh, BY_MEMBER);
    }

    @Nullable Work delete(Tenant tenant) {
        for (int i = 0; i < TRIES; i++) {
            WorldRow conversation = tenant.any(WorldTable.CONVERSATION, random);
            if (conversation != null
                    && tenant.children(WorldLink.MESSAGES, conversation.id()).size()
                            <= DELETED_MESSAGES_MAX) {
                return source.delete(tenant, conversation);
            }
        }
        return null;
    }

    /// A message, and the time of its conversation's last, in one transaction.
    @Nullable Work write(Tenant tenant) {
        WorldRow conversation = tenant.any(WorldTable.CONVERSATION, random);
        if (conversation == null) {
            return null;
        }
        WorldRow message = newMessage(tenant, conversation);
        String now = source.now();
        Changes changes =
                changes(
                        tenant,
                        message,
                        conversation.with("lastMessageAt", now).with("updatedAt", now));
        return Work.of(
                changes,
                Work.insert(List.of(message)),
                new Work.Step.Statement(TOUCH, List.of(now, now, conversation.id()), 1));
    }

    @Nullable Work writeMany(Tenant tenant) {
        List<WorldRow> messages = newMessages(tenant);
        return messages.isEmpty()
                ? null
                : Work.of(changes(tenant, messages), Work.insert(messages));
    }

    @Nullable Work copy(Tenant tenant) {
        List<WorldRow> messages = newMessages(tenant);
        return messages.isEmpty()
                ? null
                : Work.of(
                        changes(tenant, messages),
                        new Work.Step.Copy(WorldTable.CONVERSATION_MESSAGE, messages));
    }

    @Nullable Work edit(Tenant tenant) {
        WorldRow message = tenant.any(WorldTable.CONVERSATION_MESSAGE, random);
        if (message == null) {
            return null;
        }
        String content =
                random.nextInt(10) == 0 ? Texts.longMessage(random) : Texts.message(random);
        String now = source.now();
        return Work.of(
                changes(tenant, message.with("content", content).with("updatedAt", now)),
                new Work.Step.Statement(EDIT, List.of(content, now, message.id()), 1));
    }

    /// All messages of one conversation.
    @Nullable Work markRead(Tenant tenant) {
        WorldRow conversation = tenant.any(WorldTable.CONVERSATION, random);
        if (conversation == null) {
            return null;
        }
        String now = source.now();
        List<WorldRow> read = new ArrayList<>();
        for (WorldRow each : tenant.children(WorldLink.MESSAGES, conversation.id())) {
            if (each.text("isRead").equals("false")) {
                read.add(each.with("isRead", "true").with("readAt", now));
            }
        }
        return Work.of(
                changes(tenant, read),
                new Work.Step.Statement(MARK_READ, List.of(now, conversation.id()), read.size()));
    }

    @Nullable Work deleteMessage(Tenant tenant) {
        WorldRow message = tenant.any(WorldTable.CONVERSATION_MESSAGE, random);
        return message == null ? null : source.delete(tenant, message);
    }

    @Nullable Work react(Tenant tenant) {
        WorldRow message = tenant.any(WorldTable.CONVERSATION_MESSAGE, random);
        if (message == null) {
            return null;
        }
        long now = source.clock().millis();
        WorldRow reaction =
                WorldRow.of(
                        WorldTable.MESSAGE_REACTION,
                        source.newId(now),
                        message.id(),
                        random.nextBoolean() ? "❤️" : "👍",
                        Timeline.text(now));
        return Work.of(changes(tenant, reaction), Work.insert(List.of(reaction)));
    }

    @Nullable Work unreact(Tenant tenant) {
        WorldRow reaction = tenant.any(WorldTable.MESSAGE_REACTION, random);
        return reaction == null ? null : source.delete(tenant, reaction);
    }

    /// Writes a conversation that is there, or one that is not.
    private Work upsert(
            Tenant tenant,
            @Nullable WorldRow there,
            WorldRow conflicting,
            WorldRow fresh,
            String onConflict) {
        String status = random.nextBoolean() ? "closed" : "open";
        String now = source.now();
        boolean update = there != null && random.nextBoolean();
        WorldRow sent = (update ? conflicting : fresh).with("status", status);
        sent = sent.with("updatedAt", now);
        WorldRow after =
                update && there != null
                        ? there.with("status", status).with("updatedAt", now)
                        : sent;
        return Work.of(
                changes(tenant, after),
                new Work.Step.Statement(
                        WorldTable.CONVERSATION.insert(1) + onConflict, sent.values(), 1));
    }

    /// With a member that has none in this church yet.
    private @Nullable WorldRow newConversation(Tenant tenant) {
        List<String> members = source.members();
        for (int i = 0; i < TRIES; i++) {
            String member = members.get(random.nextInt(members.size()));
            if (tenant.children(WorldLink.CONVERSATIONS, member).isEmpty()) {
                long now = source.clock().millis();
                return WorldRow.of(
                        WorldTable.CONVERSATION,
                        source.newId(now),
                        tenant.churchId(),
                        member,
                        "open",
                        null,
                        Timeline.text(now),
                        Timeline.text(now));
            }
        }
        return null;
    }

    private List<WorldRow> newMessages(Tenant tenant) {
        List<WorldRow> messages = new ArrayList<>();
        for (int i = 0; i < MESSAGES_PER_WRITE; i++) {
            WorldRow conversation = tenant.any(WorldTable.CONVERSATION, random);
            if (conversation != null) {
                messages.add(newMessage(tenant, conversation));
            }
        }
        return messages;
    }

    /// Some are late, and some reply to an earlier message of the church.
    private WorldRow newMessage(Tenant tenant, WorldRow conversation) {
        long now = source.clock().millis();
        long createdAt = random.nextInt(10) == 0 ? now - random.nextInt(LATE_MILLIS_MAX) : now;
        WorldRow message =
                WorldRow.of(source.generator().written(source.newId(createdAt), createdAt, random))
                        .with("conversationId", conversation.id())
                        .with("churchId", tenant.churchId());
        WorldRow earlier = tenant.any(WorldTable.CONVERSATION_MESSAGE, random);
        return earlier != null && random.nextInt(4) == 0
                ? message.with("replyToId", earlier.id())
                : message;
    }

    private static Changes changes(Tenant tenant, WorldRow... rows) {
        return changes(tenant, List.of(rows));
    }

    private static Changes changes(Tenant tenant, List<WorldRow> rows) {
        Changes changes = new Changes(tenant);
        rows.forEach(changes::put);
        return changes;
    }
}
