package dev.kalends.demo.messaging;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/// What a client does, each with its share of all operations in hundredths.
enum Operation {
    INSERT(17),
    INSERT_MANY(4),
    INSERT_UNLESS_THERE(4),
    INSERT_AGAIN(4),
    UPDATE_TEXT(11),
    SET_NULL(6),
    UPDATE_LONG_TEXT(2),
    KEEP_LONG_TEXT(2),
    DELETE(6),
    MOVE_WITHIN_MONTH(3),
    MOVE_ACROSS_MONTHS(4),
    TRANSACTION(4),
    READ_BY_ID(12),
    READ_30_DAYS(8),
    READ_PAGE(6),
    COUNT_BY_DIRECTION(3),
    READ_INBOX(4);

    private static final List<Operation> WEIGHTED = weighted();

    private final int share;

    Operation(int share) {
        this.share = share;
    }

    static Operation any(SplittableRandom random) {
        return WEIGHTED.get(random.nextInt(WEIGHTED.size()));
    }

    private static List<Operation> weighted() {
        List<Operation> all = new ArrayList<>();
        for (Operation operation : values()) {
            for (int i = 0; i < operation.share; i++) {
                all.add(operation);
            }
        }
        return List.copyOf(all);
    }
}
