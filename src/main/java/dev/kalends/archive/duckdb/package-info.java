/// Parquet files, written and read by DuckDB.
@NullMarked
package dev.kalends.archive.duckdb;

import org.jspecify.annotations.NullMarked;
