package dev.kalends.bench;

import java.util.Locale;

/// A shape of the tables that rows are inserted into. The first four take messages, the others
/// recipients of messages that are there.
enum InsertWay {
    PLAIN(Inserted.MESSAGES),
    /// Ids are no longer unique.
    BY_CREATED_AT(Inserted.MESSAGES),
    /// Partitions are ranges of the id, which begins with the time.
    BY_ID(Inserted.MESSAGES),
    /// By time, with a table of all ids beside it, kept by a trigger.
    GUARD(Inserted.MESSAGES),
    RECIPIENT_PLAIN(Inserted.RECIPIENTS),
    /// Both partitioned by the message's id, one foreign key between the tables.
    RECIPIENT_BY_ID(Inserted.RECIPIENTS),
    /// The same, with a foreign key between each pair of partitions instead.
    RECIPIENT_PAIRED(Inserted.RECIPIENTS),
    /// Plain recipients that refer to the table of all ids.
    RECIPIENT_GUARD(Inserted.RECIPIENTS),
    /// Plain recipients with the message's time, which a trigger finds in the table of all ids, and
    /// a foreign key of both columns.
    RECIPIENT_CARRY_GUARD(Inserted.RECIPIENTS),
    /// The same, but the trigger looks in all partitions of the messages.
    RECIPIENT_CARRY(Inserted.RECIPIENTS);

    /// Which rows are counted.
    enum Inserted {
        MESSAGES,
        RECIPIENTS
    }

    private final Inserted inserted;

    InsertWay(Inserted inserted) {
        this.inserted = inserted;
    }

    Inserted inserted() {
        return inserted;
    }

    /// As written in results.
    String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /// What others of its kind are compared with.
    InsertWay plain() {
        return switch (inserted) {
            case MESSAGES -> PLAIN;
            case RECIPIENTS -> RECIPIENT_PLAIN;
        };
    }
}
