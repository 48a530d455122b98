package dev.kalends.wire;

import dev.kalends.wire.Statement.Query;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A query under way. Reading begins with the first row that is asked for, and ends with the last:
/// until somebody closes it, a query that is done holds nothing.
final class Portal implements AutoCloseable {
    private final List<String> columns;
    private final Supplier<Tables.Rows> source;
    private final long limit;
    private Tables.@Nullable Rows rows;
    private long sent;
    private boolean ended;

    private Portal(List<String> columns, Supplier<Tables.Rows> source, long limit) {
        this.columns = List.copyOf(columns);
        this.source = source;
        this.limit = limit;
    }

    static Portal of(Query query, Tables tables) {
        return switch (query) {
            case Query.One() -> ofLine("?column?", "1");
            case Query.Other() -> throw WireException.notSupported("this query");
            case Query.Count(String schema, String name) ->
                    ofLine("count", Long.toString(table(tables, schema, name).rows()));
            case Query.Columns all -> ofTable(all, table(tables, all.schema(), all.table()));
        };
    }

    /// What the planner of postgres_fdw reads: the costs are far above those of a local table, so
    /// that no plan reads an archive twice.
    static Portal ofEstimate(Query query, Tables tables) {
        if (query instanceof Query.Other) {
            return ofLine(
                    "QUERY PLAN",
                    "Refused  (cost=1000000000000.00..1000000000000.00 rows=1 width=8)");
        }
        long rows = 1;
        long width = 8;
        if (query instanceof Query.Columns all) {
            Tables.Table table = table(tables, all.schema(), all.table());
            rows = Math.min(all.limit(), table.rows());
            width =
                    Math.max(
                            1,
                            (long) table.rowBytes()
                                    * all.columns().size()
                                    / Math.max(1, table.columns().size()));
        }
        return ofLine(
                "QUERY PLAN",
                String.format(
                        Locale.ROOT,
                        "Archive Scan  (cost=1000.00..%.2f rows=%d width=%d)",
                        1000 + 0.05 * rows,
                        Math.max(1, rows),
                        width));
    }

    private static Tables.Table table(Tables tables, String schema, String name) {
        Tables.Table table = tables.find(schema, name);
        if (table == null) {
            throw new WireException(
                    WireException.NO_TABLE,
                    "relation \"%s.%s\" does not exist".formatted(schema, name),
                    "It may have left the archive. kalends archive view makes the view anew.",
                    WireException.Severity.ERROR,
                    null);
        }
        return table;
    }

    private static Portal ofLine(String column, String line) {
        return new Portal(List.of(column), () -> new Line(line), Long.MAX_VALUE);
    }

    private static Portal ofTable(Query.Columns query, Tables.Table table) {
        List<String> wanted = new ArrayList<>(new LinkedHashSet<>(named(query)));
        List<Integer> places = new ArrayList<>();
        List<String> names = new ArrayList<>();
        for (String column : query.columns()) {
            if (column != null && !table.columns().contains(column)) {
                throw new WireException(
                        WireException.NO_COLUMN, "column \"%s\" does not exist".formatted(column));
            }
            names.add(column == null ? "?column?" : column);
            places.add(column == null ? -1 : wanted.indexOf(column));
        }
        return new Portal(
                names, () -> new Placed(table.read(wanted), List.copyOf(places)), query.limit());
    }

    private static List<String> named(Query.Columns query) {
        List<String> named = new ArrayList<>();
        for (String column : query.columns()) {
            if (column != null) {
                named.add(column);
            }
        }
        return named;
    }

    List<String> columns() {
        return columns;
    }

    boolean ended() {
        return ended;
    }

    /// Sends further rows.
    ///
    /// @param max how many at most
    /// @return how many
    long send(Answers answers, long max, Interruption interruption) throws IOException {
        long before = sent;
        Tables.Rows open = rows;
        if (open == null && !ended) {
            open = source.get();
            rows = open;
        }
        while (open != null && sent - before < max) {
            interruption.check();
            if (sent == limit || !open.next()) {
                ended = true;
                close();
                break;
            }
            answers.row(open, columns.size());
            sent++;
        }
        return sent - before;
    }

    /// Back to before the first row.
    void rewind() {
        close();
        ended = false;
        sent = 0;
    }

    @Override
    public void close() {
        Tables.Rows open = rows;
        rows = null;
        if (open != null) {
            open.close();
        }
    }

    /// The columns of a table in another order, some of them NULL.
    private record Placed(Tables.Rows rows, List<Integer> places) implements Tables.Rows {
        @Override
        public boolean next() {
            return rows.next();
        }

        @Override
        public @Nullable ByteBuffer field(int column) {
            int place = places.get(column);
            return place < 0 ? null : rows.field(place);
        }

        @Override
        public void close() {
            rows.close();
        }
    }

    /// One row of one field.
    private static final class Line implements Tables.Rows {
        private final byte[] text;
        private int row;

        Line(String text) {
            this.text = text.getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public boolean next() {
            row++;
            return row == 1;
        }

        @Override
        public ByteBuffer field(int column) {
            return ByteBuffer.wrap(text);
        }

        @Override
        public void close() {
            row = 1;
        }
    }
}
