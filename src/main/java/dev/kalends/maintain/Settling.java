package dev.kalends.maintain;

import dev.kalends.sql.Sql;

/// Settles rows that refer to rows which go, in batches.
final class Settling {
    private final Hands hands;

    Settling(Hands hands) {
        this.hands = hands;
    }

    /// @param batch changes some rows; no rows when it is done
    /// @return rows changed
    long run(Sql batch) {
        long all = 0;
        long rows;
        do {
            hands.pacer().await();
            rows = hands.session().update(batch);
            all += rows;
        } while (rows > 0);
        return all;
    }
}
