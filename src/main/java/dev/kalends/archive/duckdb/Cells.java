package dev.kalends.archive.duckdb;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.duckdb.DuckDBChunkedResult;
import org.duckdb.DuckDBDataChunkReader;
import org.duckdb.DuckDBReadableVector;

/// One row of a file, good until the next one is read.
public final class Cells {
    private List<DuckDBReadableVector> vectors = List.of();
    private long row = -1;
    private long size;

    /// Passes every row on, in their order.
    static void each(DuckDBChunkedResult result, Consumer<Cells> rows) {
        Cells cells = new Cells();
        while (cells.next(result)) {
            rows.accept(cells);
        }
    }

    /// Goes on to the next row.
    ///
    /// @return false at the end
    boolean next(DuckDBChunkedResult result) {
        row++;
        while (row >= size) {
            if (!result.nextChunk()) {
                return false;
            }
            DuckDBDataChunkReader chunk = result.chunk();
            List<DuckDBReadableVector> next = new ArrayList<>();
            for (long i = 0; i < chunk.columnCount(); i++) {
                next.add(chunk.vector(i));
            }
            vectors = next;
            size = chunk.rowCount();
            row = 0;
        }
        return true;
    }

    public boolean isNull(int column) {
        return vectors.get(column).isNull(row);
    }

    public boolean truth(int column) {
        return vectors.get(column).getBoolean(row);
    }

    public short int16(int column) {
        return vectors.get(column).getShort(row);
    }

    /// An integer, or the days since 1970; the largest and the smallest integer stand for infinite
    /// dates.
    public int int32(int column) {
        return vectors.get(column).getInt(row);
    }

    /// An integer, or the microseconds since 1970; the largest and the smallest integer stand for
    /// infinite timestamps.
    public long int64(int column) {
        return vectors.get(column).getLong(row);
    }

    public float float32(int column) {
        return vectors.get(column).getFloat(row);
    }

    public double float64(int column) {
        return vectors.get(column).getDouble(row);
    }

    /// Text; bytes as lower-case hex digits.
    public String text(int column) {
        return vectors.get(column).getString(row);
    }
}
