package dev.kalends.demo.messaging;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/// Reads a whole table once and compares each row with the ledger, or with the generator where no
/// client touched it.
final class Judge {
    private static final int ROWS_PER_FETCH = 2_000;
    private static final int SAMPLES_MAX = 20;

    private final Ledger ledger;
    private final Generator generator;
    private final List<Column> columns;
    private final BitSet seenGenerated;
    private final Set<String> seenOthers = new HashSet<>();
    private final List<String> samples = new ArrayList<>();
    private long rows;
    private long lost;
    private long doubled;
    private long different;
    private long unexpected;

    Judge(Ledger ledger) {
        this.ledger = ledger;
        this.generator = ledger.generator();
        this.columns = Column.of(ledger.variant());
        this.seenGenerated = new BitSet(Math.toIntExact(generator.rows()));
    }

    Verdict judge(Connection connection, String table) throws SQLException {
        MessageReader reader = new MessageReader(ledger.variant());
        boolean autoCommit = connection.getAutoCommit();
        // Without a transaction the driver would read the whole table into memory.
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            statement.setFetchSize(ROWS_PER_FETCH);
            try (ResultSet result =
                    statement.executeQuery("SELECT " + reader.selectList() + " FROM " + table)) {
                while (result.next()) {
                    rows++;
                    see(reader.row(result));
                }
            }
        } finally {
            connection.rollback();
            connection.setAutoCommit(autoCommit);
        }
        findLost();
        return new Verdict(
                rows,
                lost,
                doubled,
                different,
                unexpected,
                ledger.acknowledgedWrites(),
                List.copyOf(samples));
    }

    private void see(MessageRow row) {
        String id = row.text(Column.ID);
        List<RowState> possible = ledger.possible(id);
        long ordinal = ordinal(id);
        MessageRow generated = ordinal < 0 ? null : generator.message(ordinal);
        if (generated != null && !generated.text(Column.ID).equals(id)) {
            generated = null;
        }
        if (possible == null && generated == null) {
            unexpected++;
            sample("unexpected", id, "nobody wrote it");
            return;
        }
        if (!firstSeen(id, generated == null ? -1 : (int) ordinal)) {
            doubled++;
            sample("doubled", id, "createdAt " + row.value(Column.CREATED_AT));
        } else if (possible != null) {
            compare(id, row, possible);
        } else if (generated != null) {
            List<Column> differences = differences(generated, row);
            if (!differences.isEmpty()) {
                different++;
                sample("different", id, "in " + differences);
            }
        }
    }

    private void compare(String id, MessageRow row, List<RowState> possible) {
        if (possible.stream().allMatch(RowState::absent)) {
            unexpected++;
            sample("unexpected", id, "it was deleted");
            return;
        }
        if (possible.stream().noneMatch(state -> state.differences(row).isEmpty())) {
            different++;
            sample("different", id, "in " + possible.getFirst().differences(row));
        }
    }

    private void findLost() {
        int rowCount = Math.toIntExact(generator.rows());
        for (int ordinal = seenGenerated.nextClearBit(0);
                ordinal < rowCount;
                ordinal = seenGenerated.nextClearBit(ordinal + 1)) {
            findLost(generator.messageId(ordinal));
        }
        for (String id : ledger.written()) {
            if (!seenOthers.contains(id)) {
                findLost(id);
            }
        }
    }

    private void findLost(String id) {
        List<RowState> possible = ledger.possible(id);
        if (possible == null || possible.stream().noneMatch(RowState::absent)) {
            lost++;
            sample("lost", id, possible == null ? "no client touched it" : "a client wrote it");
        }
    }

    private boolean firstSeen(String id, int ordinal) {
        if (ordinal < 0) {
            return seenOthers.add(id);
        }
        boolean first = !seenGenerated.get(ordinal);
        seenGenerated.set(ordinal);
        return first;
    }

    /// @return -1 if no generated row has such an id
    private long ordinal(String id) {
        long number = Cuid.isOf(Cuid.Kind.MESSAGE, id) ? Cuid.number(id) : -1;
        return number < generator.rows() ? number : -1;
    }

    private List<Column> differences(MessageRow expected, MessageRow found) {
        List<Column> differences = new ArrayList<>();
        for (Column column : columns) {
            if (!Objects.equals(expected.value(column), found.value(column))) {
                differences.add(column);
            }
        }
        return differences;
    }

    private void sample(String finding, String id, String detail) {
        if (samples.size() < SAMPLES_MAX) {
            samples.add(finding + " " + id + ": " + detail);
        }
    }
}
