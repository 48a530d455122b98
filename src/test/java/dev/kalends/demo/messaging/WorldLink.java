package dev.kalends.demo.messaging;

import java.util.Arrays;
import java.util.List;

/// The foreign keys whose parents the traffic deletes, and what then becomes of the children.
enum WorldLink {
    RECIPIENTS(
            WorldTable.MESSAGE_RECIPIENT, "messageId", WorldTable.MESSAGE, ParentDeleted.CASCADE),
    QUEUED(WorldTable.MESSAGE_QUEUE, "messageId", WorldTable.MESSAGE, ParentDeleted.CASCADE),
    MESSAGES(
            WorldTable.CONVERSATION_MESSAGE,
            "conversationId",
            WorldTable.CONVERSATION,
            ParentDeleted.CASCADE),
    REPLIES(
            WorldTable.CONVERSATION_MESSAGE,
            "replyToId",
            WorldTable.CONVERSATION_MESSAGE,
            ParentDeleted.SET_NULL),
    REACTIONS(
            WorldTable.MESSAGE_REACTION,
            "messageId",
            WorldTable.CONVERSATION_MESSAGE,
            ParentDeleted.CASCADE),
    /// Members are never deleted; this one finds the conversation of a member.
    CONVERSATIONS(WorldTable.CONVERSATION, "memberId", WorldTable.MEMBER, ParentDeleted.CASCADE);

    /// The key's ON DELETE.
    enum ParentDeleted {
        CASCADE,
        SET_NULL
    }

    private final WorldTable child;
    private final String column;
    private final WorldTable parent;
    private final ParentDeleted parentDeleted;

    WorldLink(WorldTable child, String column, WorldTable parent, ParentDeleted parentDeleted) {
        this.child = child;
        this.column = column;
        this.parent = parent;
        this.parentDeleted = parentDeleted;
    }

    WorldTable child() {
        return child;
    }

    /// The child's column that holds the parent's id.
    String column() {
        return column;
    }

    ParentDeleted parentDeleted() {
        return parentDeleted;
    }

    static List<WorldLink> to(WorldTable parent) {
        return Arrays.stream(values()).filter(link -> link.parent == parent).toList();
    }

    static List<WorldLink> from(WorldTable child) {
        return Arrays.stream(values()).filter(link -> link.child == child).toList();
    }
}
