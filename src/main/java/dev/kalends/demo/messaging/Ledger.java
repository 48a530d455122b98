package dev.kalends.demo.messaging;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/// What "ConversationMessage" must hold: the generated rows, and every write that was acknowledged
/// to a client since. A write whose connection broke may have taken effect or not; both are then
/// accepted until the client has read the row again.
///
/// One ledger serves all traffic on a database, one run after the other.
public final class Ledger {
    /// Leaves each client a range of numbers for the ids it makes.
    private static final long IDS_PER_CLIENT = 1_000_000_000;

    private final Generator generator;
    private final Variant variant;
    private final List<Shard> shards = new ArrayList<>();
    private final LongAdder acknowledgedWrites = new LongAdder();

    /// @param generator what was loaded
    /// @param clients how many clients the traffic has, 1 to 64
    public Ledger(Generator generator, Variant variant, int clients) {
        if (clients < 1 || clients > 64) {
            throw new IllegalArgumentException("Cannot keep a ledger of " + clients + " clients");
        }
        this.generator = generator;
        this.variant = variant;
        for (int i = 0; i < clients; i++) {
            shards.add(new Shard(i));
        }
    }

    /// Rows written, changed or deleted with the server's acknowledgement.
    public long acknowledgedWrites() {
        return acknowledgedWrites.sum();
    }

    public int clients() {
        return shards.size();
    }

    /// Compares every row of the table with what is expected. No traffic may run meanwhile.
    ///
    /// @param connection read in a transaction of its own
    /// @param table as it stands in SQL
    public Verdict judge(Connection connection, String table) throws SQLException {
        return new Judge(this).judge(connection, table);
    }

    Generator generator() {
        return generator;
    }

    Variant variant() {
        return variant;
    }

    /// A generated row as the table holds it until a client touches it.
    MessageRow generated(long ordinal) {
        MessageRow row = generator.message(ordinal);
        if (variant == Variant.AS_MIGRATED) {
            row.put(Column.REPLY_TO_ID, null);
        }
        return row;
    }

    Shard shard(int client) {
        return shards.get(client);
    }

    /// The states accepted of a row that a client has touched; null if none has.
    @Nullable List<RowState> possible(String id) {
        long number = Cuid.number(id);
        if (number < 0) {
            return null;
        }
        long client =
                Cuid.isOf(Cuid.Kind.WRITTEN, id) ? number / IDS_PER_CLIENT : number % shards.size();
        return client < shards.size() ? shards.get((int) client).possible.get(id) : null;
    }

    /// The ids of all rows that clients tried to write, whether they are there or not.
    List<String> written() {
        return shards.stream()
                .flatMap(shard -> shard.possible.keySet().stream())
                .filter(id -> Cuid.isOf(Cuid.Kind.WRITTEN, id))
                .toList();
    }

    /// The rows of one client: those it wrote, and each generated row whose ordinal leaves the
    /// client's number when divided by the count of clients. Only its client uses it, or the judge
    /// when no client runs.
    final class Shard {
        private final int client;
        private final Map<String, List<RowState>> possible = new HashMap<>();
        private final List<String> unsettled = new ArrayList<>();
        private final List<String> alive = new ArrayList<>();
        private long idsMade;

        private Shard(int client) {
            this.client = client;
        }

        int client() {
            return client;
        }

        long nextNumber() {
            return client * IDS_PER_CLIENT + idsMade++;
        }

        /// The ids this client wrote that are, for all it knows, there.
        List<String> alive() {
            return alive;
        }

        /// What the row is known to be.
        ///
        /// @return null if the client has not touched the row
        @Nullable RowState known(String id) {
            List<RowState> states = possible.get(id);
            return states == null ? null : states.getFirst();
        }

        void acknowledge(Map<String, RowState> rows) {
            rows.forEach((id, state) -> {
                note(id, state);
                possible.put(id, List.of(state));
            });
            acknowledgedWrites.add(rows.size());
        }

        /// Accepts from now on the rows as they were and as they would be.
        void doubt(Map<String, RowState> before, Map<String, RowState> after) {
            after.forEach((id, state) -> {
                possible.put(id, List.of(state, before.getOrDefault(id, RowState.ABSENT)));
                unsettled.add(id);
            });
        }

        List<String> unsettled() {
            return unsettled;
        }

        /// Ends the doubt about a row.
        ///
        /// @param found null if there is no such row
        /// @return whether the row is in one of the states accepted
        boolean settle(String id, @Nullable MessageRow found) {
            unsettled.remove(id);
            for (RowState state : possible.getOrDefault(id, List.of())) {
                if (found == null ? state.absent() : state.differences(found).isEmpty()) {
                    note(id, state);
                    possible.put(id, List.of(state));
                    return true;
                }
            }
            return false;
        }

        private void note(String id, RowState state) {
            boolean isNew = !possible.containsKey(id) || unsettledInsert(id);
            if (isNew && !state.absent() && Cuid.isOf(Cuid.Kind.WRITTEN, id)) {
                alive.add(id);
            }
        }

        /// Whether the doubt is about the row's very first write.
        private boolean unsettledInsert(String id) {
            List<RowState> states = possible.getOrDefault(id, List.of());
            return states.size() > 1 && states.getLast().absent();
        }
    }
}
