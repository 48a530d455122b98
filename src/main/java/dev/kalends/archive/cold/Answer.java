package dev.kalends.archive.cold;

import dev.kalends.archive.Bytes;
import dev.kalends.archive.RowText;
import dev.kalends.archive.Workspace;
import dev.kalends.archive.duckdb.Cells;
import dev.kalends.archive.duckdb.ResultColumn;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The rows that a query gave, in a file until they are printed: a query that fails in the middle
/// prints nothing.
public final class Answer {
    private static final int NULL = -1;

    private final List<ResultColumn> columns;
    private final Path spool;
    private final long bytesMax;
    private long rows;
    private long bytes;

    /// @param bytesMax of the file
    Answer(List<ResultColumn> columns, Path spool, long bytesMax) {
        this.columns = List.copyOf(columns);
        this.spool = spool;
        this.bytesMax = bytesMax;
    }

    /// A column as it is printed.
    public record Column(String name, Kind kind) {}

    /// What a column's values are to a reader of text.
    public enum Kind {
        NUMBER,
        BOOLEAN,
        TEXT
    }

    public List<Column> columns() {
        return columns.stream()
                .map(each ->
                        new Column(
                                each.name(),
                                each.isNumber()
                                        ? Kind.NUMBER
                                        : each.type().equals("BOOLEAN") ? Kind.BOOLEAN : Kind.TEXT))
                .toList();
    }

    public long rows() {
        return rows;
    }

    /// Rows on their way in.
    interface Source {
        void each(Consumer<Cells> row);
    }

    void fill(Source source) {
        RowText text =
                new RowText(
                        columns.stream().map(ResultColumn::delivered).toList(),
                        StandardCharsets.UTF_8);
        rows = 0;
        bytes = 0;
        try (DataOutputStream out =
                new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(spool)))) {
            source.each(cells -> {
                text.set(cells);
                try {
                    write(cells, text, out);
                } catch (IOException e) {
                    throw Workspace.failed("write " + spool, e);
                }
            });
        } catch (IOException e) {
            throw Workspace.failed("write " + spool, e);
        }
    }

    private void write(Cells cells, RowText text, DataOutputStream out) throws IOException {
        for (int i = 0; i < columns.size(); i++) {
            if (cells.isNull(i)) {
                out.writeInt(NULL);
                bytes += Integer.BYTES;
            } else {
                Bytes field = text.field(i);
                out.writeInt(field.size());
                out.write(field.content(), 0, field.size());
                bytes += Integer.BYTES + field.size();
            }
        }
        rows++;
        if (bytes > bytesMax) {
            throw ColdFailures.limit(
                    "The answer has more than %,d bytes, of which %,d are possible."
                            .formatted(bytes, bytesMax),
                    "Ask for less at once, or write it with --output parquet --to FILE.",
                    null);
        }
    }

    /// Passes the rows on, in their order, as PostgreSQL prints their values.
    public void each(Consumer<List<@Nullable String>> row) {
        try (DataInputStream in =
                new DataInputStream(new BufferedInputStream(Files.newInputStream(spool)))) {
            for (long i = 0; i < rows; i++) {
                List<@Nullable String> values = new ArrayList<>();
                for (ResultColumn _ : columns) {
                    int length = in.readInt();
                    values.add(
                            length == NULL
                                    ? null
                                    : new String(in.readNBytes(length), StandardCharsets.UTF_8));
                }
                row.accept(Collections.unmodifiableList(values));
            }
        } catch (IOException e) {
            throw Workspace.failed("read " + spool, e);
        }
    }
}
