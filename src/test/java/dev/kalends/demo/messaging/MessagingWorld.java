package dev.kalends.demo.messaging;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/// All tables of the application, and the ledger of what they must hold: the loaded rows, and every
/// write that was acknowledged to a client of [LiveTraffic] since. One world serves all traffic on
/// a database, one run after the other.
public final class MessagingWorld {
    private static final int MONTHS = 24;
    private static final int CHURCHES = 24;
    private static final long SEED = 11;
    private static final int ROWS_PER_FETCH = 2_000;

    /// Generated messages reply to messages of other churches; here to the one before in the
    /// conversation, so that nothing refers beyond its church.
    private static final String REPLY_WITHIN_CONVERSATION =
            """
            UPDATE "ConversationMessage" m SET "replyToId" = earlier.before
              FROM (SELECT "id", lag("id") OVER (PARTITION BY "conversationId" ORDER BY "createdAt", "id") AS before
                      FROM "ConversationMessage") earlier
             WHERE earlier."id" = m."id" AND m."replyToId" IS NOT NULL
            """;

    private final Generator generator;
    private final Clock clock;
    private final Map<String, Tenant> tenants = new HashMap<>();
    private final List<Tenant> inOrder = new ArrayList<>();
    private final List<String> members = new ArrayList<>();
    private final Map<WorldTable, LongAdder> acknowledged = new EnumMap<>(WorldTable.class);
    private long idsMade;

    @FunctionalInterface
    interface RowReader {
        void row(WorldRow row) throws SQLException;
    }

    private MessagingWorld(Generator generator, Clock clock) {
        this.generator = generator;
        this.clock = clock;
        for (WorldTable table : WorldTable.values()) {
            acknowledged.put(table, new LongAdder());
        }
    }

    /// Creates the schema with its rows, which span the 24 months up to now. The database must hold
    /// none of its tables yet. The same count of rows at the same time makes the same rows.
    ///
    /// @param connection in autocommit mode
    /// @param rows of "ConversationMessage": a twentieth is the count of conversations and of
    ///   messages to many, each of which has 4 recipients; the last of them, a hundredth, are
    ///   queued; every hundredth has a reaction
    /// @param clock says what is now, here and for the traffic
    public static MessagingWorld load(Connection connection, int rows, Clock clock)
            throws SQLException {
        Generator generator =
                new Generator(rows, MONTHS, SEED, clock.instant()).withChurches(CHURCHES);
        Loader.load(connection, generator, Variant.CURRENT, loaded -> {});
        try (Statement statement = connection.createStatement()) {
            statement.execute(REPLY_WITHIN_CONVERSATION);
            statement.execute("VACUUM (ANALYZE) \"ConversationMessage\"");
        }
        MessagingWorld world = new MessagingWorld(generator, clock);
        for (WorldTable table : WorldTable.values()) {
            read(connection, table, world::enter);
        }
        return world;
    }

    /// Compares every row of every table with what is expected. No traffic may run meanwhile.
    ///
    /// @param connection in autocommit mode; read in a transaction for each table
    public Verdicts judge(Connection connection) throws SQLException {
        Map<String, Verdict> verdicts = new HashMap<>();
        for (WorldTable table : WorldTable.values()) {
            WorldJudge judge = new WorldJudge(table, inOrder);
            read(connection, table, judge::see);
            verdicts.put(table.table(), judge.verdict(counter(table).sum()));
        }
        return new Verdicts(verdicts);
    }

    Generator generator() {
        return generator;
    }

    Clock clock() {
        return clock;
    }

    /// The churches whose rows a client may change: every so-manyth.
    List<Tenant> tenantsOf(int client, int clients) {
        List<Tenant> own = new ArrayList<>();
        for (int i = client; i < inOrder.size(); i += clients) {
            own.add(inOrder.get(i));
        }
        return own;
    }

    int churches() {
        return inOrder.size();
    }

    /// The ids of all members; nobody adds or deletes any.
    List<String> members() {
        return members;
    }

    synchronized long nextNumber() {
        return idsMade++;
    }

    void acknowledge(Changes changes) {
        changes.tenant().apply(changes);
        changes.rows().forEach(row -> counter(row.table()).increment());
    }

    long acknowledgedWrites() {
        return acknowledged.values().stream().mapToLong(LongAdder::sum).sum();
    }

    private LongAdder counter(WorldTable table) {
        return acknowledged.computeIfAbsent(table, absent -> new LongAdder());
    }

    private void enter(WorldRow row) {
        if (row.table() == WorldTable.CHURCH) {
            Tenant tenant = new Tenant(row);
            tenants.put(row.id(), tenant);
            inOrder.add(tenant);
            return;
        }
        if (row.table() == WorldTable.MEMBER) {
            members.add(row.id());
        }
        tenantOf(row).put(row);
    }

    /// Rows without a church belong to that of the row they refer to.
    private Tenant tenantOf(WorldRow row) {
        Tenant found =
                switch (row.table()) {
                    case CHURCH, ADMIN, MEMBER, CONVERSATION, MESSAGE, CONVERSATION_MESSAGE ->
                            tenants.get(row.text("churchId"));
                    case MESSAGE_RECIPIENT, MESSAGE_QUEUE ->
                            tenantWith(WorldTable.MESSAGE, row.text("messageId"));
                    case MESSAGE_REACTION ->
                            tenantWith(WorldTable.CONVERSATION_MESSAGE, row.text("messageId"));
                };
        if (found == null) {
            throw new IllegalStateException("No church for " + row);
        }
        return found;
    }

    private @Nullable Tenant tenantWith(WorldTable table, String id) {
        return inOrder.stream()
                .filter(tenant -> tenant.find(table, id) != null)
                .findFirst()
                .orElse(null);
    }

    private static void read(Connection connection, WorldTable table, RowReader reader)
            throws SQLException {
        // Without a transaction the driver would read the whole table into memory.
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            statement.setFetchSize(ROWS_PER_FETCH);
            try (ResultSet result = statement.executeQuery(table.select())) {
                while (result.next()) {
                    List<@Nullable String> values = new ArrayList<>();
                    for (int i = 1; i <= table.columnCount(); i++) {
                        values.add(result.getString(i));
                    }
                    reader.row(WorldRow.of(table, values));
                }
            }
        } finally {
            connection.rollback();
            connection.setAutoCommit(true);
        }
    }
}
