package dev.kalends.archive.duckdb;

import org.jspecify.annotations.Nullable;

/// Rows to be written, one after another.
public interface TupleSource {
    /// The next row, good until the next call.
    ///
    /// @return null at the end
    @Nullable Tuple next();
}
