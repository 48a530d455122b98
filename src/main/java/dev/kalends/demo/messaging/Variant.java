package dev.kalends.demo.messaging;

/// Which state of the application's schema.
public enum Variant {
    /// No foreign key refers to "ConversationMessage".
    AS_MIGRATED,
    /// A message may reply to another ("replyToId"), and "MessageReaction" refers to messages.
    CURRENT
}
