package dev.kalends.demo.messaging;

import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/// What a client of the application does with "ConversationMessage". Every write names its rows by
/// id, and only rows of this client.
final class Operations {
    private static final int ROWS_PER_INSERT = 5;
    private static final int TRIES = 20;
    private static final int PAGE_OFFSET_MAX = 1_000;
    private static final long DAY_MILLIS = 86_400_000;

    /// Each client works on so many of its generated rows, spread over all months.
    private static final long TOUCHED_MAX = 25_000;

    private static final String UPDATE_TEXT =
            """
            UPDATE "ConversationMessage" SET "content" = ?, "updatedAt" = CAST(? AS TIMESTAMP(3))
            WHERE "id" = ?
            """;
    private static final String SET_NULL =
            """
            UPDATE "ConversationMessage"
            SET "memberId" = NULL, "metadata" = NULL, "mediaUrl" = NULL, "readAt" = NULL
            WHERE "id" = ?
            """;
    private static final String SET_STATUS =
            """
            UPDATE "ConversationMessage" SET "status" = ?, "updatedAt" = CAST(? AS TIMESTAMP(3))
            WHERE "id" = ?
            """;
    private static final String MOVE =
            """
            UPDATE "ConversationMessage" SET "createdAt" = CAST(? AS TIMESTAMP(3)) WHERE "id" = ?
            """;
    private static final String DELETE =
            """
            DELETE FROM "ConversationMessage" WHERE "id" = ?
            """;

    private final Client client;
    private final Ledger ledger;
    private final Ledger.Shard shard;
    private final Generator generator;
    private final SplittableRandom random;
    private final Clock clock;
    private final ConversationReads reads;
    private final List<Column> columns;
    private final String insertOne;
    private final String insertMany;
    private final String insertUnlessThere;

    /// A row of this client that is there.
    private record Choice(String id, RowState state) {}

    Operations(
            Client client,
            Ledger ledger,
            Ledger.Shard shard,
            SplittableRandom random,
            Clock clock) {
        this.client = client;
        this.ledger = ledger;
        this.shard = shard;
        this.generator = ledger.generator();
        this.random = random;
        this.clock = clock;
        this.reads = new ConversationReads(generator, random, ledger.variant());
        this.columns = Column.of(ledger.variant());
        this.insertOne = insert(1);
        this.insertMany = insert(ROWS_PER_INSERT);
        this.insertUnlessThere = insertOne + " ON CONFLICT DO NOTHING";
    }

    void perform(Operation operation) {
        switch (operation) {
            case INSERT -> insertNew(insertOne, 1);
            case INSERT_MANY -> insertNew(insertMany, ROWS_PER_INSERT);
            case INSERT_UNLESS_THERE -> insertNew(insertUnlessThere, 1);
            case INSERT_AGAIN -> insertAgain();
            case UPDATE_TEXT -> updateText();
            case SET_NULL -> setNull();
            case UPDATE_LONG_TEXT -> updateLongText();
            case KEEP_LONG_TEXT -> keepLongText();
            case DELETE -> delete();
            case MOVE_WITHIN_MONTH -> moveWithinMonth();
            case MOVE_ACROSS_MONTHS -> moveAcrossMonths();
            case TRANSACTION -> transaction();
            case READ_BY_ID -> readById();
            case READ_30_DAYS -> {
                long from = between(generator.start().toEpochMilli(), clock.millis());
                client.read(session -> reads.thirtyDays(session, from));
            }
            case READ_PAGE -> {
                int offset = random.nextInt(PAGE_OFFSET_MAX);
                client.read(session -> reads.page(session, offset));
            }
            case COUNT_BY_DIRECTION -> client.read(reads::countByDirection);
            case READ_INBOX -> client.read(reads::inbox);
        }
    }

    private void insertNew(String sql, int count) {
        Map<String, RowState> after = new HashMap<>();
        List<@Nullable String> values = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            add(newRow(), after, values);
        }
        client.write(Map.of(), after, count, session -> session.update(sql, values));
    }

    /// Inserts a row that is there already, with other contents: nothing may change.
    private void insertAgain() {
        Choice choice = anyRow();
        if (choice == null) {
            return;
        }
        MessageRow row = generator.written(choice.id(), choice.state().createdAt(), random);
        List<@Nullable String> values = new ArrayList<>();
        add(row, new HashMap<>(), values);
        client.write(Map.of(), Map.of(), 0, session -> session.update(insertUnlessThere, values));
    }

    private void updateText() {
        Choice choice = anyRow();
        if (choice != null) {
            update(choice, Column.CONTENT, Texts.message(random), UPDATE_TEXT);
        }
    }

    private void updateLongText() {
        Choice choice = longRow();
        if (choice != null) {
            update(choice, Column.CONTENT, Texts.longMessage(random), UPDATE_TEXT);
        }
    }

    private void keepLongText() {
        Choice choice = longRow();
        if (choice != null) {
            update(choice, Column.STATUS, "archived", SET_STATUS);
        }
    }

    private void setNull() {
        Choice choice = anyRow();
        if (choice != null) {
            RowState after =
                    choice.state()
                            .with(Column.MEMBER_ID, null)
                            .with(Column.METADATA, null)
                            .with(Column.MEDIA_URL, null)
                            .with(Column.READ_AT, null);
            write(choice, after, SET_NULL, List.of(choice.id()));
        }
    }

    private void delete() {
        Choice choice = random.nextInt(3) == 0 ? generatedRow() : anyRow();
        if (choice != null && !isReferred(choice.id())) {
            write(choice, RowState.ABSENT, DELETE, List.of(choice.id()));
        }
    }

    private void moveWithinMonth() {
        Choice choice = anyRow();
        if (choice != null) {
            YearMonth month =
                    YearMonth.from(
                            Instant.ofEpochMilli(choice.state().createdAt())
                                    .atOffset(ZoneOffset.UTC));
            move(
                    choice,
                    Math.max(generator.start().toEpochMilli(), startMillis(month)),
                    Math.min(clock.millis(), startMillis(month.plusMonths(1))));
        }
    }

    private void moveAcrossMonths() {
        Choice choice = anyRow();
        if (choice != null) {
            move(choice, generator.start().toEpochMilli(), clock.millis());
        }
    }

    private void move(Choice choice, long fromMillis, long toMillis) {
        long millis = between(fromMillis, toMillis);
        write(
                choice,
                choice.state().withCreatedAt(millis),
                MOVE,
                List.of(Timeline.text(millis), choice.id()));
    }

    /// An answer and the status of what it answers, in one transaction.
    private void transaction() {
        Choice choice = anyRow();
        if (choice == null) {
            return;
        }
        Map<String, RowState> after = new HashMap<>();
        List<@Nullable String> values = new ArrayList<>();
        add(newRow(), after, values);
        String now = Timeline.text(clock.millis());
        after.put(
                choice.id(),
                choice.state().with(Column.STATUS, "answered").with(Column.UPDATED_AT, now));
        client.write(
                Map.of(choice.id(), choice.state()),
                after,
                2,
                session -> {
                    session.begin();
                    int changed =
                            session.update(SET_STATUS, List.of("answered", now, choice.id()))
                                    + session.update(insertOne, values);
                    session.commit();
                    return changed;
                });
    }

    private void readById() {
        Choice choice = anyRow();
        if (choice != null) {
            client.read(session -> compare(choice, session));
        }
    }

    private void compare(Choice choice, Session session) throws SQLException {
        MessageRow row = session.readById(client.reader(), choice.id());
        if (row == null) {
            client.wrong("%s is not there", choice.id());
        } else if (!choice.state().differences(row).isEmpty()) {
            client.wrong("%s differs in %s", choice.id(), choice.state().differences(row));
        }
    }

    private void update(Choice choice, Column column, String value, String sql) {
        String now = Timeline.text(clock.millis());
        write(
                choice,
                choice.state().with(column, value).with(Column.UPDATED_AT, now),
                sql,
                List.of(value, now, choice.id()));
    }

    private void write(Choice choice, RowState after, String sql, List<@Nullable String> values) {
        client.write(
                Map.of(choice.id(), choice.state()),
                Map.of(choice.id(), after),
                1,
                session -> session.update(sql, values));
    }

    private MessageRow newRow() {
        long now = clock.millis();
        long createdAt =
                random.nextInt(10) == 0
                        ? between(
                                Math.max(generator.start().toEpochMilli(), now - 3 * DAY_MILLIS),
                                now)
                        : now;
        String id = Cuid.of(Cuid.Kind.WRITTEN, createdAt, shard.nextNumber(), random.nextLong());
        MessageRow row = generator.written(id, createdAt, random);
        if (ledger.variant() == Variant.CURRENT && random.nextInt(5) == 0) {
            row.put(Column.REPLY_TO_ID, generator.referredId(random.nextLong(Long.MAX_VALUE)));
        }
        return row;
    }

    private void add(MessageRow row, Map<String, RowState> after, List<@Nullable String> values) {
        for (Column column : columns) {
            values.add(row.value(column));
        }
        after.put(row.text(Column.ID), RowState.of(row));
    }

    private @Nullable Choice anyRow() {
        List<String> alive = shard.alive();
        if (alive.isEmpty() || random.nextInt(5) < 3) {
            return generatedRow();
        }
        for (int i = 0; i < TRIES && !alive.isEmpty(); i++) {
            int place = random.nextInt(alive.size());
            String id = alive.get(place);
            RowState state = shard.known(id);
            if (state != null && !state.absent()) {
                return new Choice(id, state);
            }
            alive.set(place, alive.getLast());
            alive.removeLast();
        }
        return generatedRow();
    }

    private @Nullable Choice generatedRow() {
        long owned = (generator.rows() - shard.client() + ledger.clients() - 1) / ledger.clients();
        if (owned <= 0) {
            return null;
        }
        long stride = Math.max(1, owned / TOUCHED_MAX);
        for (int i = 0; i < TRIES; i++) {
            long nth = random.nextLong(owned) / stride * stride;
            Choice choice = generated(nth * ledger.clients() + shard.client());
            if (choice != null) {
                return choice;
            }
        }
        return null;
    }

    private @Nullable Choice longRow() {
        for (int i = 0; i < TRIES * ledger.clients(); i++) {
            long ordinal = Generator.longOrdinal(random.nextLong(generator.longRows() + 1));
            if (ordinal < generator.rows() && ordinal % ledger.clients() == shard.client()) {
                Choice choice = generated(ordinal);
                if (choice != null) {
                    return choice;
                }
            }
        }
        return null;
    }

    private @Nullable Choice generated(long ordinal) {
        String id = generator.messageId(ordinal);
        RowState state = shard.known(id);
        if (state == null) {
            state = RowState.of(ledger.generated(ordinal));
        }
        return state.absent() ? null : new Choice(id, state);
    }

    private static boolean isReferred(String id) {
        return Cuid.isOf(Cuid.Kind.MESSAGE, id) && Generator.isReferred(Cuid.number(id));
    }

    private long between(long from, long to) {
        return to <= from ? from : random.nextLong(from, to);
    }

    private static long startMillis(YearMonth month) {
        return month.atDay(1).atStartOfDay(ZoneOffset.UTC).toInstant().toEpochMilli();
    }

    private String insert(int rows) {
        List<String> names = new ArrayList<>();
        List<String> places = new ArrayList<>();
        for (Column column : columns) {
            names.add(column.quoted());
            places.add(column.placeholder());
        }
        String values = "(" + String.join(", ", places) + ")";
        return "INSERT INTO "
                + MessagingApplication.CONVERSATION_MESSAGE
                + " ("
                + String.join(", ", names)
                + ") VALUES "
                + String.join(", ", Collections.nCopies(rows, values));
    }
}
