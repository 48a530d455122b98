package dev.kalends.archive.duckdb;

/// A value has no exact form in its Parquet column: a numeric NaN, a year that microseconds cannot
/// count. The column is to be written as PostgreSQL prints it.
public final class UnfitValue extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int column;

    UnfitValue(int column) {
        super("Column " + column + " has a value without an exact form");
        this.column = column;
    }

    /// Counted from 0.
    public int column() {
        return column;
    }
}
