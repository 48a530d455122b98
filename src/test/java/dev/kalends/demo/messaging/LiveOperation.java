package dev.kalends.demo.messaging;

import dev.kalends.demo.messaging.LiveOptions.Upserts;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/// What a client of [LiveTraffic] does, each with its share of all operations in hundredths.
enum LiveOperation {
    SEND_BROADCAST(10),
    COPY_BROADCAST(2),
    EDIT_BROADCAST(3),
    DELIVER(9),
    RETRY_RECIPIENT(6),
    ARCHIVE_BROADCASTS(2),
    DELETE_BROADCAST(3),
    ENQUEUE(6),
    POSTPONE(5),
    DEQUEUE(6),
    CREATE_CONVERSATION(4),
    UPSERT_CONVERSATION_BY_ID(2),
    UPSERT_CONVERSATION_BY_MEMBER(2),
    DELETE_CONVERSATION(1),
    WRITE_MESSAGE(10),
    WRITE_MESSAGES(3),
    COPY_MESSAGES(2),
    EDIT_MESSAGE(6),
    MARK_READ(4),
    DELETE_MESSAGE(4),
    REACT(6),
    UNREACT(4);

    private final int share;

    LiveOperation(int share) {
        this.share = share;
    }

    /// As many entries for each operation as its share.
    static List<LiveOperation> weighted(Upserts upserts) {
        List<LiveOperation> all = new ArrayList<>();
        for (LiveOperation operation : values()) {
            boolean upsert =
                    operation == UPSERT_CONVERSATION_BY_ID
                            || operation == UPSERT_CONVERSATION_BY_MEMBER;
            for (int i = 0; i < operation.share && !(upsert && upserts == Upserts.NONE); i++) {
                all.add(operation);
            }
        }
        return List.copyOf(all);
    }

    static LiveOperation any(List<LiveOperation> weighted, SplittableRandom random) {
        return weighted.get(random.nextInt(weighted.size()));
    }
}
